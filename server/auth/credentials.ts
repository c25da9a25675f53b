import { createHmac, hkdfSync } from 'node:crypto';
import type { PrismaClient } from '../database/database.ts';
import type { User } from '../database/generated/client.ts';
import type { LockSubject } from './lockout.ts';
import type { Passwords } from './passwords.ts';

/**
 * Says whose account a user name and password are. The template's own accounts are one implementation, a
 * vendor's existing account system behind HTTP another (`http-credentials.ts`).
 */
export interface CredentialVerifier {
  /** Whether the passwords are kept here, so that they can be changed here. */
  readonly keepsPasswords: boolean;
  /**
   * Which account a user name means, without any password: null for `user` where none is here (yet). `name` is one
   * form for all spellings that `verify` may take for the same account, so that wrong passwords are counted together.
   */
  locate(username: string): Promise<{ name: string; user: User | null }>;
  /**
   * Null when user name and password do not belong together; an unknown user name must not be told from a wrong
   * password, by the answer or by the time it takes.
   *
   * @throws AppError when the question could not be answered: then the attempt does not count.
   */
  verify(username: string, password: string): Promise<User | null>;
}

/** The accounts in this database, by `passwordHash`. */
export function localCredentials(prisma: PrismaClient, passwords: Passwords): CredentialVerifier {
  return {
    keepsPasswords: true,
    // Compared exactly: another spelling is another account, or none.
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

/** The audit log's subject where no account has the typed name. An account's subject begins with `account:`. */
export const unknownAccount = '（不存在的账号）';

/** How a typed user name is written down. */
export interface TypedAccount {
  /** Null where no account has the name. */
  user: Pick<User, 'id' | 'username'> | null;
  /** What wrong passwords are counted under. */
  lock: LockSubject;
  /** The subject of an audit entry. */
  subject: string;
}

/**
 * Where it was typed. Each place counts for itself: anybody on the internet may try at the console's page, and must not
 * be able to keep people from binding.
 */
export type SignInPlace = 'binding' | 'console';

/** Says how an attempt on a typed user name is written down. */
export type TypedAccounts = (username: string, at: SignInPlace) => Promise<TypedAccount>;

/**
 * A name that no account has is stored nowhere: it may be a mobile number, or a password in the wrong field, and the log
 * is read and exported for half a year. Its wrong passwords are counted under a keyed hash of it (SECRET_KEY). Without
 * a count, an attempt would tell whether a name has an account.
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
