import { hash as digest, randomBytes } from 'node:crypto';

/**
 * A bearer secret of 256 random bits: session tokens and binding tickets. The client gets `token`; the database keeps
 * only `hash`, so that a copy of the database opens no session. SHA-256 without salt is enough for random input.
 */
export function createSecret(): { token: string; hash: Uint8Array<ArrayBuffer> } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashSecret(token) };
}

export function hashSecret(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(digest('sha256', token, 'buffer'));
}

/** Whether `token` has the form of {@link createSecret}; anything else needs no query. */
export function looksLikeSecret(token: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(token);
}
