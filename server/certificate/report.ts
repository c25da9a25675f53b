import type { X509Certificate } from 'node:crypto';
import { type ChainEnd, isSelfSigned, namesIssuerAddress, readableName } from './chain.ts';

/** The problems that a certificate may have; each has one remedy. */
export type CertificateProblemCode =
  | 'SELF_SIGNED'
  | 'UNTRUSTED_AUTHORITY'
  | 'CHAIN_INCOMPLETE'
  | 'HOST_MISMATCH'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'EXPIRES_SOON'
  | 'WEAK_KEY'
  | 'WEAK_SIGNATURE'
  | 'OLD_PROTOCOL'
  | 'REFUSED';

export interface CertificateProblem {
  code: CertificateProblemCode;
  /** What is wrong, in Chinese. */
  text: string;
  /** The remedy, in Chinese. */
  remedy: string;
}

export interface ChainLink {
  subject: string;
  issuer: string;
  /** ISO 8601, UTC. */
  validTo: string;
  /** `store` for the trusted root, which this machine has (the server may have sent it too). */
  from: 'server' | 'store';
}

/** A certificate as its server shows it, and its problems as a browser would find them. */
export interface CertificateReport {
  host: string;
  port: number;
  /** The common name, or the first name that it is for. */
  subject: string;
  /** Organisation and common name of the signer. */
  issuer: string;
  /** The names and addresses that it is for. */
  san: string[];
  /** ISO 8601, UTC. */
  validFrom: string;
  /** ISO 8601, UTC. */
  validTo: string;
  /** Whole days left; below 0 once it has expired. */
  daysLeft: number;
  /** From the certificate up to the root, as far as it is known. */
  chain: ChainLink[];
  /** Whether the server sent everything between the certificate and a trusted root. */
  chainComplete: boolean;
  selfSigned: boolean;
  hostMatches: boolean;
  /** The TLS version of the connection, e.g. `TLSv1.3`. */
  protocol: string;
  /** Whether the signatures lead to a trusted root; `problems` has dates and names. */
  trusted: boolean;
  /** `public`: every browser trusts the root; `given`: only devices with that root. */
  trustedBy: 'public' | 'given' | null;
  /** SHA-256 of the certificate, in hex. */
  fingerprint: string;
  /** The worst first; empty without problems. */
  problems: CertificateProblem[];
}

/** Days left below which a certificate counts as about to expire. */
export const soonDays = 30;

/** No certificate could be read; the message is Chinese and says what to do. */
export class CertificateUnreachable extends Error {
  override readonly name = 'CertificateUnreachable';
  readonly reason: 'dns' | 'refused' | 'timeout' | 'not-tls' | 'handshake' | 'network';

  constructor(reason: CertificateUnreachable['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

type Facts = Omit<CertificateReport, 'problems'>;

interface Grounds {
  end: ChainEnd;
  /** OpenSSL's code of another refusal; null without one. */
  refusal: string | null;
  now: number;
}

const replace = '向正规证书机构申请新证书（免费的也可以），装到网关上并重新加载 nginx。';

/** All problems of a certificate, worst first. */
export function judge(facts: Facts, grounds: Grounds): CertificateProblem[] {
  return [
    ...judgeTrust(facts, grounds),
    ...judgeDates(facts, grounds),
    ...judgeName(facts),
    ...judgeStrength(facts, grounds.end),
    ...(grounds.refusal === null
      ? []
      : [problem('REFUSED', `证书通不过验证（OpenSSL：${grounds.refusal}）。`, replace)]),
  ];
}

function problem(code: CertificateProblem['code'], text: string, remedy: string): CertificateProblem {
  return { code, text, remedy };
}

function judgeTrust(facts: Facts, { end }: Grounds): CertificateProblem[] {
  if (facts.selfSigned && end.root === null) {
    return [
      problem('SELF_SIGNED', '这是自制（自签名）证书，手机和浏览器都不信任，指南不允许使用。', replace),
    ];
  }
  const last = end.sent.at(-1);
  if (end.root !== null || last === undefined) return [];
  const issuer = readableName(last.issuer);
  const untrusted = (words: string) => problem('UNTRUSTED_AUTHORITY', words, replace);
  if (isSelfSigned(last)) {
    return [untrusted(`证书由自建的机构“${readableName(last.subject)}”签发，手机和浏览器不信任它。`)];
  }
  if (namesIssuerAddress(last)) {
    return [
      problem(
        'CHAIN_INCOMPLETE',
        `证书链不完整：服务器没有发送签发者“${issuer}”的证书，手机上会打不开。`,
        '把证书机构给的中间证书接在网站证书后面，存成一个文件（fullchain），ssl_certificate 指向它，再重新加载 nginx。',
      ),
    ];
  }
  return [
    untrusted(
      `签发者“${issuer}”不在受信任的证书机构里，手机和浏览器不信任它。如果证书机构还给过中间证书，说明它没有装上。`,
    ),
  ];
}

function judgeDates(facts: Facts, { end, now }: Grounds): CertificateProblem[] {
  const found: CertificateProblem[] = [];
  const isExpired = (one: X509Certificate) => Date.parse(one.validTo) < now;
  const above = end.sent.slice(1).find(isExpired);
  if (Date.parse(facts.validTo) < now) {
    found.push(
      problem('EXPIRED', `证书已于 ${localDay(facts.validTo)} 过期，钉钉会拦截，应用打不开。`, replace),
    );
  } else if (above !== undefined) {
    found.push(
      problem(
        'EXPIRED',
        `中间证书“${readableName(above.subject)}”已于 ${localDay(above.validTo)} 过期。`,
        '向证书机构要新的中间证书，换到 fullchain 里并重新加载 nginx。',
      ),
    );
  } else if (facts.daysLeft < soonDays) {
    found.push(
      problem(
        'EXPIRES_SOON',
        `证书还有 ${facts.daysLeft} 天到期（${localDay(facts.validTo)}），少于 ${soonDays} 天。`,
        '现在就申请并更换新证书，过期后钉钉会直接拦截。',
      ),
    );
  }
  if (Date.parse(facts.validFrom) > now) {
    found.push(
      problem(
        'NOT_YET_VALID',
        `证书从 ${localDay(facts.validFrom)} 起才有效。`,
        '检查服务器和本机的时间是否正确；时间没错就等证书生效后再换上。',
      ),
    );
  }
  return found;
}

function judgeName({ hostMatches, host, san }: Facts): CertificateProblem[] {
  if (hostMatches) return [];
  const names = san.length === 0 ? '没有写任何域名' : `是给 ${san.join('、')} 的`;
  return [
    problem('HOST_MISMATCH', `证书${names}，不包含 ${host}。`, `申请包含 ${host} 的证书，装到网关上。`),
  ];
}

/** The encoded OIDs of sha1WithRSAEncryption and ecdsa-with-SHA1. */
const sha1 = ['06092a864886f70d010105', '06072a8648ce3d0401'].map((hex) => Buffer.from(hex, 'hex'));

function judgeStrength({ protocol }: Facts, { sent, root }: ChainEnd): CertificateProblem[] {
  const found: CertificateProblem[] = [];
  const bits = sent[0]?.publicKey.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < 2048) {
    found.push(problem('WEAK_KEY', `证书的 RSA 密钥只有 ${bits} 位，浏览器要求至少 2048 位。`, replace));
  }
  // The signature of a trusted root does not matter.
  const signed = sent.filter((one) => root === null || !one.raw.equals(root.raw));
  if (signed.some((one) => sha1.some((oid) => one.raw.includes(oid)))) {
    found.push(problem('WEAK_SIGNATURE', '证书链里有 SHA-1 签名，浏览器已不接受。', replace));
  }
  if (!/^TLSv1\.[23]$/.test(protocol)) {
    found.push(
      problem(
        'OLD_PROTOCOL',
        `服务器只会 ${protocol}，浏览器要求 TLS 1.2 以上。`,
        '在网关上打开 TLS 1.2 和 1.3（nginx：ssl_protocols TLSv1.2 TLSv1.3;）。',
      ),
    );
  }
  return found;
}

/** The day in China, e.g. `2026-12-24`. */
export function localDay(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 10);
}
