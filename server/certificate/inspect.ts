import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import {
  type ChainEnd,
  followChain,
  isSelfSigned,
  namePart,
  parseCertificates,
  readableName,
} from './chain.ts';
import { type Handshake, shakeHands } from './handshake.ts';
import { fetchMissing, issuerAddress, type MissingIssuer } from './missing-issuer.ts';
import { judge } from './problems.ts';
import type { CertificateReport, ChainLink } from './report.ts';

export interface InspectOptions {
  /** The name that the certificate must be for; also whom to connect to, unless `connectTo` says otherwise. */
  host: string;
  /** 443 by default. */
  port?: number;
  /** Whom to connect to instead: a gateway's own address, where the name leads elsewhere. */
  connectTo?: { host: string; port: number } | null;
  /** PEM of roots that are trusted beside those of browsers. */
  ca?: string | readonly string[] | undefined;
  /** For each connection, in milliseconds. */
  timeoutMs: number;
  /**
   * Whether to fetch what the server left out of its chain from where the certificate says, over plain http:
   * tells a short chain from an untrusted one with certainty. Off in the server, which has no internet.
   */
  fetchIssuers?: boolean;
  /** Epoch milliseconds. */
  now?: number;
  signal?: AbortSignal | undefined;
}

const day = 86_400_000;

/**
 * Looks at a server's certificate as a browser does, and says all that is wrong with it instead of giving up at
 * the first. Only the roots of browsers count, and `ca`: what this machine was told to trust beside
 * (NODE_EXTRA_CA_CERTS) would hide a home-made certificate.
 *
 * @throws CertificateUnreachable where no certificate could be read: its message says why.
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
  const missing = await lookForMissing(end, selfSigned, given, options);
  const complete = end.root !== null;
  const trusted = complete || missing.found === 'trusted';
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
    // A self-signed certificate has no chain that something could be missing from.
    chainComplete: complete || selfSigned,
    selfSigned,
    hostMatches: isFor(leaf, host),
    protocol: shaken.protocol,
    trusted,
    trustedBy: end.trustedBy ?? (missing.found === 'trusted' ? missing.trustedBy : null),
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
  return { ...facts, problems: judge(facts, { end, missing, refusal: refusalOf(shaken), now }) };
}

async function lookForMissing(
  { sent, root }: ChainEnd,
  selfSigned: boolean,
  given: readonly X509Certificate[],
  { fetchIssuers = false, timeoutMs, signal }: InspectOptions,
): Promise<MissingIssuer> {
  const last = sent.at(-1);
  if (!fetchIssuers || root !== null || selfSigned || last === undefined) return { found: 'nothing' };
  if (isSelfSigned(last) || issuerAddress(last) === null) return { found: 'nothing' };
  const limit = AbortSignal.timeout(timeoutMs);
  return fetchMissing(last, given, signal === undefined ? limit : AbortSignal.any([limit, signal]));
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

/** Browsers have not looked at the common name for years: only the alternative names count. */
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

/** What OpenSSL says beyond what is read from the certificates themselves. */
function refusalOf({ refusal }: Handshake): string | null {
  const known = /SELF_SIGNED|UNABLE_TO|EXPIRED|NOT_YET_VALID|ERR_TLS_CERT_ALTNAME_INVALID/;
  return refusal === null || known.test(refusal) ? null : refusal;
}
