import { createHmac, hkdfSync } from 'node:crypto';
import type { PrismaClient } from '../database/database.ts';
import type { User } from '../database/generated/client.ts';
import type { LockSubject } from './lockout.ts';
import type { Passwords } from './passwords.ts';

/**
 * Finds the account of a user name and password: in this database, or in a vendor's account system behind HTTP
 * (`http-credentials.ts`).
 */
export interface CredentialVerifier {
  /** Whether the passwords are kept here, so that they can be changed here. */
  readonly keepsPasswords: boolean;
  /**
   * The account of a user name, without a password; `user` is null if there is no row (yet). `name` is one form for all
   * spellings that `verify` may take for the same account, so that wrong passwords are counted together.
   */
  locate(username: string): Promise<{ name: string; user: User | null }>;
  /**
   * The account; null for an unknown user name or a wrong password. Answer and duration must not differ between these
   * two.
   *
   * @throws AppError if the check was not possible; then the attempt does not count.
   */
  verify(username: string, password: string): Promise<User | null>;
}

/** The accounts in this database, by `passwordHash`. */
export function localCredentials(prisma: PrismaClient, passwords: Passwords): CredentialVerifier {
  return {
    keepsPasswords: true,
    // User names are compared exactly: another spelling is another account.
    locate: async (username) => ({
      name: username,
      user: await prisma.user.findUnique({ where: { username } }),
    }),
    async verify(username, password) {
      const user = await prisma.user.findUnique({ where: { username } });
      const matches = await passwords.matches(user?.passwordHash ?? null, password);
      return matches ? user : null;
    },
  };
}

/** The audit log's subject for a user name that no account has. */
export const unknownAccount = '（不存在的账号）';

/** How a typed user name is stored in counters and the audit log. */
export interface TypedAccount {
  /** Null if no account has the name. */
  user: Pick<User, 'id' | 'username'> | null;
  /** The counter of wrong passwords. */
  lock: LockSubject;
  /** The subject of an audit entry. */
  subject: string;
}

/**
 * Where the name was typed. Each place has its own counters: strangers on the internet can guess at the console's page,
 * and must not be able to block bindings.
 */
export type SignInPlace = 'binding' | 'console';

/** Finds the account of a typed user name, its counter and its subject in the audit log. */
export type TypedAccounts = (username: string, at: SignInPlace) => Promise<TypedAccount>;

/**
 * A name that no account has is stored nowhere: it may be a mobile number, or a password in the wrong field, and the
 * log is kept and exported. Its wrong passwords are counted under a keyed hash of it (SECRET_KEY). Without a counter,
 * an attempt would tell whether the account exists.
 */
export function createTypedAccounts(credentials: CredentialVerifier, secretKey: string): TypedAccounts {
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
