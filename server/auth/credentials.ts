import type { PrismaClient } from '../database/database.ts';
import type { User } from '../database/generated/client.ts';
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
    // Letter by letter: another spelling is another account, or none.
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
