import { recordAudit } from '../audit/audit.ts';
import { createPasswords, generatePassword } from '../auth/passwords.ts';
import { development } from '../config/constants.ts';
import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { oneTimePasswordMs } from './bulk.ts';
import { readFields } from './fields.ts';

export interface NewAdministrator {
  username: string;
  name: string;
  /** Null: a password is generated, which must be changed at the first sign-in. */
  password: string | null;
  /** Whether this database keeps the passwords; otherwise none is set. */
  keepsPasswords: boolean;
}

export type AdministratorCreation =
  /** `password` is the generated one, shown only now; null if the person chose one, or none is kept. */
  | { outcome: 'created'; username: string; name: string; password: string | null; expiresAt: Date | null }
  | { outcome: 'invalid'; field: 'username' | 'name' | 'password'; message: string }
  | { outcome: 'taken'; username: string };

const weak = {
  TOO_SHORT: '密码太短，至少要 8 个字符。',
  TOO_COMMON: '密码太常见，容易被猜到，请换一个。',
  CONTAINS_USERNAME: '密码不能包含用户名，请换一个。',
} as const;

/**
 * Creates an account with the role ADMIN, with an entry in the audit log: the first administrator is made this way. An
 * existing account is not changed.
 *
 * @param now epoch milliseconds.
 */
export async function createAdministrator(
  prisma: PrismaClient,
  wanted: NewAdministrator,
  now: number,
): Promise<AdministratorCreation> {
  const read = readFields({ username: wanted.username, name: wanted.name });
  if ('outcome' in read) {
    const [{ field, message } = { field: 'username', message: '' }] = read.problems;
    return { outcome: 'invalid', field: field === 'name' ? 'name' : 'username', message };
  }
  const { username = '', name = '' } = read.fields;
  // Refused in every environment: production refuses the seed's password at every sign-in.
  const passwords = createPasswords([development.password]);
  const generated = wanted.password === null && wanted.keepsPasswords ? generatePassword(username) : null;
  const password = wanted.keepsPasswords ? (wanted.password ?? generated) : null;
  const judged = password === null ? null : passwords.judge(password, username);
  if (judged !== null) return { outcome: 'invalid', field: 'password', message: weak[judged] };
  const expiresAt = generated === null ? null : new Date(now + oneTimePasswordMs);
  const passwordHash = password === null ? null : await passwords.hash(password);
  try {
    await prisma.$transaction(async (tx) => {
      const { id } = await tx.user.create({
        data: {
          username,
          name,
          role: 'ADMIN',
          passwordHash,
          mustChangePassword: generated !== null,
          passwordExpiresAt: expiresAt,
        },
      });
      await recordAudit(
        tx,
        {
          action: 'administrator.created',
          actorId: null,
          subject: `user:${id}`,
          detail: { username, name, by: 'command-line' },
        },
        null,
      );
    });
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')) throw error;
    return { outcome: 'taken', username };
  }
  return { outcome: 'created', username, name, password: generated, expiresAt };
}
