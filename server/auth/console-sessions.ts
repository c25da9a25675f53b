import type { PrismaClient, Transaction } from '../database/database.ts';
import { timeOrderedUuid } from '../database/uuid.ts';
import { createSecret, hashSecret, looksLikeSecret } from './secrets.ts';
import type { NewSession, SessionLimits } from './sessions.ts';

export interface ConsoleOpening {
  userId: string;
  /** The hash that the password was checked against; null where another system keeps the passwords. */
  passwordHash: string | null;
  /** Whether passwords are kept here: then a one-time one opens nothing. Another system has its own rules. */
  keptHere: boolean;
  address: string;
  /** The token that this browser had until now. Null for none. */
  replaces: string | null;
}

/**
 * Opens a session for an administrator or auditor who has proved their password, and writes the audit event, in
 * one statement that holds the account: whoever disables it or resets its password at the same moment comes before
 * (then nothing is opened) or after (then the new session ends). Whoever takes its role comes before as well, or
 * after: then the session goes on, as an ordinary person's.
 *
 * A person signs in here without the platform, so what it said last counts: who has left stays outside.
 *
 * @returns null when the account may not be opened (any more).
 */
export async function openConsoleSession(
  on: PrismaClient | Transaction,
  { userId, passwordHash, keptHere, address, replaces }: ConsoleOpening,
  { sessionLifetimeMs }: SessionLimits,
  now: () => number,
): Promise<NewSession | null> {
  const { token, hash } = createSecret();
  const at = new Date(now());
  const expiresAt = new Date(now() + sessionLifetimeMs);
  const replaced = replaces !== null && looksLikeSecret(replaces) ? hashSecret(replaces) : null;
  const opened = await on.$queryRaw<unknown[]>`
    WITH admitted AS (
      SELECT id FROM users
      WHERE id = ${userId}::uuid AND status = 'ACTIVE' AND left_at IS NULL AND role IN ('ADMIN', 'AUDITOR')
        AND password_hash IS NOT DISTINCT FROM ${passwordHash}::text
        AND NOT (must_change_password AND ${keptHere}::boolean)
      FOR SHARE
    ), replaced AS (
      DELETE FROM sessions
      USING admitted WHERE token_hash = ${replaced}::bytea AND user_id = admitted.id
    ), opened AS (
      INSERT INTO sessions (token_hash, user_id, client, address, created_at, last_seen_at, expires_at)
      SELECT ${hash}::bytea, id, 'H5'::"ClientKind", ${address}::text,
             ${at}::timestamptz, ${at}::timestamptz, ${expiresAt}::timestamptz
      FROM admitted
    ), told AS (
      INSERT INTO audit_log (id, actor_id, action, subject, address, detail)
      SELECT ${timeOrderedUuid()}::uuid, id, 'sign-in', 'user:' || id, ${address}::text,
             jsonb_build_object('client', 'h5', 'by', 'password')
      FROM admitted
    )
    SELECT 1 FROM admitted`;
  return opened.length === 0 ? null : { token, expiresAt };
}
