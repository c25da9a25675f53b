import { createHmac, hkdfSync } from 'node:crypto';
import type { User } from '../database/generated/client.ts';
import type { CredentialVerifier } from './credentials.ts';
import type { LockSubject } from './lockout.ts';

/** What the audit log says was acted on where nobody's account was named. It is no account's name, which has a kind before it. */
export const unknownAccount = '（不存在的账号）';

/** What a user name that somebody has typed is called where it is kept. */
export interface TypedAccount {
  /** Null where no account has the name. */
  user: Pick<User, 'id' | 'username'> | null;
  /** What wrong passwords are counted under. */
  lock: LockSubject;
  /** The subject of an audit entry. */
  subject: string;
}

/**
 * Where it was typed. Each counts for itself: at the console's page anybody on the internet may try, and must not be
 * able to keep people from binding.
 */
export type SignInPlace = 'binding' | 'console';

/**
 * Names typed accounts for what is kept of an attempt. A name that no account has is kept nowhere: it may be a mobile
 * number, or a password that went into the wrong field, and the log is read and exported for half a year. Its wrong
 * passwords are counted all the same, under a print of it that only SECRET_KEY makes, or an attempt would tell who
 * has an account.
 */
export function createTypedAccounts(
  credentials: CredentialVerifier,
  secretKey: string,
): (username: string, at: SignInPlace) => Promise<TypedAccount> {
  const key = new Uint8Array(hkdfSync('sha256', secretKey, '', 'unknown-accounts', 32));
  return async (username, at) => {
    const { name, user } = await credentials.locate(username);
    if (user !== null) {
      const subject = `account:${user.username}` as const;
      return { user, lock: at === 'console' ? `console:${user.username}` : subject, subject };
    }
    const print = createHmac('sha256', key).update(`${at}:${name}`).digest('hex').slice(0, 32);
    return { user, lock: `unknown:${print}`, subject: unknownAccount };
  };
}
