/** The stored session, with which the next start needs no sign-in. */
import type { SessionUser } from '../../server/contract/auth.ts';
import { readStorage } from './dd.ts';

export interface Session {
  token: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  user: SessionUser;
}

/** A stored session that ends within this time is not used (milliseconds). */
const EXPIRY_MARGIN = 60_000;

/** By the phone's clock, which may be wrong; the server decides. */
export function isLive(session: Session): boolean {
  return session.expiresAt - Date.now() > EXPIRY_MARGIN;
}

/** A session from the server's answer or the store; null if it is none. */
export function asSession(value: unknown): Session | null {
  if (typeof value !== 'object' || value === null) return null;
  const { token, expiresAt, user } = value as { token?: unknown; expiresAt?: unknown; user?: unknown };
  const ends = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number(expiresAt);
  if (typeof token !== 'string' || token === '' || Number.isNaN(ends)) return null;
  if (typeof user !== 'object' || user === null || typeof (user as SessionUser).name !== 'string')
    return null;
  return { token, expiresAt: ends, user: user as SessionUser };
}

/** The stored session; null without a live one. */
export async function readSession(key: string): Promise<Session | null> {
  const session = asSession(await readStorage(key));
  return session !== null && isLive(session) ? session : null;
}
