import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { addressText, type CertificateConfig } from '../config/certificate.ts';
import {
  type ChainEnd,
  followChain,
  isSelfSigned,
  namePart,
  parseCertificates,
  readableName,
} from './chain.ts';
import { type Handshake, shakeHands } from './handshake.ts';
import { type CertificateReport, CertificateUnreachable, type ChainLink, judge, localDay } from './report.ts';

export interface InspectOptions {
  /** The name that the certificate must be for; also the address to connect to, unless there is a `connectTo`. */
  host: string;
  /** 443 by default. */
  port?: number;
  /** A gateway's address, if the name leads elsewhere. */
  connectTo?: { host: string; port: number } | null;
  /** PEM of roots that are trusted beside those of browsers. */
  ca?: string | readonly string[] | undefined;
  /** For each connection, in milliseconds. */
  timeoutMs: number;
  /** Epoch milliseconds. */
  now?: number;
  signal?: AbortSignal | undefined;
}

const day = 86_400_000;

/**
 * Checks a server's certificate as a browser does, and reports all its problems, not only the first. Only the roots of
 * browsers and `ca` are trusted: roots of this machine (NODE_EXTRA_CA_CERTS) would hide a home-made certificate.
 *
 * @throws CertificateUnreachable if no certificate could be read; its message says why.
 */
export async function inspectCertificate(options: InspectOptions): Promise<CertificateReport> {
  const { host, port = 443, timeoutMs, signal, now = Date.now() } = options;
  const pem = options.ca === undefined ? [] : [options.ca].flat();
  const given = pem.flatMap(parseCertificates);
  const shaken = await shakeHands(
    { ...(options.connectTo ?? { host, port }), servername: host, timeoutMs, signal },
    [...rootCertificates, ...pem],
  );
  const { leaf } = shaken;
  const end = followChain(leaf, shaken.others, given);
  const selfSigned = isSelfSigned(leaf);
  const trusted = end.root !== null;
  const facts = {
    host,
    port,
    subject: namePart(leaf.subject, 'CN') ?? namesOf(leaf)[0] ?? readableName(leaf.subject),
    issuer: readableName(leaf.issuer),
    san: namesOf(leaf),
    validFrom: iso(leaf.validFrom),
    validTo: iso(leaf.validTo),
    daysLeft: Math.floor((Date.parse(leaf.validTo) - now) / day),
    chain: linksOf(end),
    // A self-signed certificate has no chain.
    chainComplete: trusted || selfSigned,
    selfSigned,
    hostMatches: isFor(leaf, host),
    protocol: shaken.protocol,
    trusted,
    trustedBy: end.trustedBy,
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
  return { ...facts, problems: judge(facts, { end, refusal: refusalOf(shaken), now }) };
}

function linksOf({ sent, root }: ChainEnd): ChainLink[] {
  const link = (certificate: X509Certificate, from: ChainLink['from']): ChainLink => ({
    subject: readableName(certificate.subject),
    issuer: readableName(certificate.issuer),
    validTo: iso(certificate.validTo),
    from,
  });
  const fromServer = sent
    .filter((one) => root === null || !one.raw.equals(root.raw))
    .map((one) => link(one, 'server'));
  return root === null ? fromServer : [...fromServer, link(root, 'store')];
}

/** Whether the alternative names match; browsers ignore the common name. */
function isFor(leaf: X509Certificate, host: string): boolean {
  const found = isIP(host) === 0 ? leaf.checkHost(host, { subject: 'never' }) : leaf.checkIP(host);
  return found !== undefined;
}

function namesOf({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1]?.replaceAll('"', '') ?? []);
}

const iso = (text: string) => new Date(Date.parse(text)).toISOString();

/** OpenSSL's refusal for another reason than the checks above; null without one. */
function refusalOf({ refusal }: Handshake): string | null {
  const known = /SELF_SIGNED|UNABLE_TO|EXPIRED|NOT_YET_VALID|ERR_TLS_CERT_ALTNAME_INVALID/;
  return refusal === null || known.test(refusal) ? null : refusal;
}

/** The certificates of all gateways: people may reach any of them. */
export interface GatewaysReport {
  /** The certificate that expires first; null if none could be read. */
  first: CertificateReport | null;
  /** Chinese; empty without problems. */
  problems: string[];
  /** The gateways whose certificate could not be read. */
  failures: { address: string; error: unknown }[];
}

/**
 * Checks the certificate of every gateway at the same time. A gateway with an old certificate after a replacement is
 * reported at once, not only shortly before it expires. Never rejects.
 *
 * @param options.timeoutMs for each gateway.
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
