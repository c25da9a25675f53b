import { X509Certificate } from 'node:crypto';
import { followChain, parseCertificates, signs } from './chain.ts';

/** An issuer's certificate is one or two kilobytes. */
const largestBytes = 64 * 1024;

/** A chain that lacks this many is nobody's oversight any more. */
const mostMissing = 3;

/**
 * Where a certificate says that its issuer's certificate lies (Authority Information Access); null without such a
 * word. Public authorities always say so, home-made ones hardly ever.
 */
export function issuerAddress({ infoAccess }: X509Certificate): string | null {
  return /CA Issuers - URI:(http:\/\/\S+)/.exec(infoAccess ?? '')?.[1] ?? null;
}

export type MissingIssuer =
  /** The chain would be trusted, had the server sent these. */
  | { found: 'trusted'; missing: X509Certificate[]; trustedBy: 'public' | 'given' }
  /** It would not, even then. */
  | { found: 'untrusted' }
  /** The issuer could not be fetched, or is named nowhere. */
  | { found: 'nothing' };

/**
 * Fetches what a server left out, as browsers on a PC do and DingTalk's does not: only that tells a short chain
 * from an untrusted one.
 *
 * @param last the last certificate that the server sent.
 */
export async function fetchMissing(
  last: X509Certificate,
  given: readonly X509Certificate[],
  signal: AbortSignal,
): Promise<MissingIssuer> {
  const missing: X509Certificate[] = [];
  for (let below = last; missing.length < mostMissing; ) {
    const address = issuerAddress(below);
    const issuer = address === null ? null : await fetchCertificate(address, signal);
    if (issuer === null || !signs(issuer, below))
      return { found: missing.length > 0 ? 'untrusted' : 'nothing' };
    missing.push(issuer);
    const { trustedBy } = followChain(issuer, [], given);
    if (trustedBy !== null) return { found: 'trusted', missing, trustedBy };
    below = issuer;
  }
  return { found: 'untrusted' };
}

async function fetchCertificate(address: string, signal: AbortSignal): Promise<X509Certificate | null> {
  try {
    const response = await fetch(address, { signal, redirect: 'error' });
    const length = Number(response.headers.get('content-length') ?? 0);
    if (!response.ok || length > largestBytes) return null;
    const bytes = Buffer.from(await response.arrayBuffer());
    if (bytes.length > largestBytes) return null;
    const text = bytes.toString('latin1');
    return text.includes('-----BEGIN') ? (parseCertificates(text)[0] ?? null) : new X509Certificate(bytes);
  } catch {
    // No network, no such file, not a certificate: then it is not known, which is not a fault of the check.
    return null;
  }
}
