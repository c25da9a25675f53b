import { addressText, type CertificateConfig } from '../config/certificate.ts';
import { inspectCertificate } from './inspect.ts';
import { localDay } from './problems.ts';
import { type CertificateReport, CertificateUnreachable } from './report.ts';

/** What all gateways together show: people may reach any of them. */
export interface GatewaysReport {
  /** The certificate that expires first; null where none could be read. */
  first: CertificateReport | null;
  /** Chinese; empty: nothing is wrong. */
  problems: string[];
  /** Why a gateway's certificate could not be read, one for each such gateway. */
  failures: { address: string; error: unknown }[];
}

/**
 * Looks at the certificate of every gateway at once. One that was forgotten when the certificate was replaced is
 * told of at once, and not when it is about to expire.
 *
 * @param options.timeoutMs for each gateway. Never rejects.
 */
export async function inspectGateways(
  { host, port, connectTo }: CertificateConfig,
  options: { timeoutMs: number; now: number; signal: AbortSignal },
): Promise<GatewaysReport> {
  const addresses = connectTo.length > 0 ? connectTo : [{ host, port }];
  const looks = await Promise.allSettled(
    addresses.map((address) => inspectCertificate({ host, port, connectTo: address, ...options })),
  );
  const found: GatewaysReport = { first: null, problems: [], failures: [] };
  const shown: { address: string; report: CertificateReport }[] = [];
  for (const [at, look] of looks.entries()) {
    const address = addressText(addresses[at] ?? { host, port });
    const place = addresses.length > 1 ? `${address}：` : '';
    if (look.status === 'rejected') {
      const known = look.reason instanceof CertificateUnreachable;
      const why = known ? look.reason.message : '程序出错，原因在服务端日志里。';
      found.failures.push({ address, error: look.reason });
      found.problems.push(`${place}没能检查证书：${why}`);
      continue;
    }
    shown.push({ address, report: look.value });
    found.problems.push(...look.value.problems.map(({ text }) => place + text));
    if (found.first === null || look.value.validTo < found.first.validTo) found.first = look.value;
  }
  if (new Set(shown.map(({ report }) => report.fingerprint)).size > 1) {
    const each = shown.map(({ address, report }) => `${address} 的到 ${localDay(report.validTo)}`);
    found.problems.unshift(`各网关的证书不一样（${each.join('，')}）。请把新证书换到每一台网关上。`);
  }
  return found;
}
