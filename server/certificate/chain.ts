import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

/** Finds the chain from a server's certificate to a trusted root. */

/** The roots that browsers trust (Mozilla's list, as Node has it), parsed once when they are first needed. */
let publicRoots: X509Certificate[] | undefined;

export function browserRoots(): readonly X509Certificate[] {
  publicRoots ??= rootCertificates.map((pem) => new X509Certificate(pem));
  return publicRoots;
}

/** Parses PEM text that may hold several certificates. @throws for no certificate, or a broken one. */
export function parseCertificates(pem: string): X509Certificate[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new Error('no PEM certificate in the text');
  return found.map((one) => new X509Certificate(one));
}

/** The chain of the sent certificates, and its end. */
export interface ChainEnd {
  /** The server's certificate, then the signer of each one before. */
  sent: X509Certificate[];
  /** The trusted root that signed the last one, or is the last one; null without one. */
  root: X509Certificate | null;
  trustedBy: 'public' | 'given' | null;
}

/**
 * Follows signatures from the server's certificate upwards. Ignores dates: an expired certificate of a trusted
 * authority is expired, not untrusted.
 *
 * @param given roots that are trusted beside those of browsers.
 */
export function followChain(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  given: readonly X509Certificate[],
): ChainEnd {
  const sent = [leaf];
  for (;;) {
    const last = sent.at(-1) ?? leaf;
    // A root is tried before other sent certificates, because a server may also send a cross-signed chain.
    for (const [trustedBy, roots] of [
      ['public', browserRoots()],
      ['given', given],
    ] as const) {
      const root = roots.find((one) => one.raw.equals(last.raw) || signs(one, last));
      if (root !== undefined) return { sent, root, trustedBy };
    }
    const next = isSelfSigned(last)
      ? undefined
      : others.find((one) => !sent.some((seen) => seen.raw.equals(one.raw)) && signs(one, last));
    if (next === undefined) return { sent, root: null, trustedBy: null };
    sent.push(next);
  }
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
}

/** Whether `issuer` may sign certificates, `subject` names it, and its signature is on `subject`. */
export function signs(issuer: X509Certificate, subject: X509Certificate): boolean {
  if (issuer.subject !== subject.issuer || !issuer.ca || !subject.checkIssued(issuer)) return false;
  try {
    return subject.verify(issuer.publicKey);
  } catch {
    // This kind of key cannot have made the signature.
    return false;
  }
}

/** A part of a distinguished name as Node writes it: one `KEY=value` a line. */
export function namePart(name: string, key: string): string | null {
  const line = name.split('\n').find((one) => one.startsWith(`${key}=`));
  return line?.slice(key.length + 1) ?? null;
}

/** A distinguished name for people: `组织 / 通用名`. */
export function readableName(name: string): string {
  const parts = [namePart(name, 'O'), namePart(name, 'CN')].flatMap((part) => part ?? []);
  return [...new Set(parts)].join(' / ') || name.replaceAll('\n', ', ');
}

/**
 * Whether a certificate has the address of its issuer's certificate (Authority Information Access). Those of public
 * authorities always do, private ones hardly ever: this separates an incomplete chain from an untrusted one without the
 * internet.
 */
export const namesIssuerAddress = ({ infoAccess }: X509Certificate): boolean =>
  (infoAccess ?? '').includes('CA Issuers - URI:http://');
