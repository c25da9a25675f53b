import { recordAudit } from '../audit/audit.ts';
import { createPasswords, generatePassword } from '../auth/passwords.ts';
import { development } from '../config/constants.ts';
import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { readFields } from './fields.ts';
import { oneTimePasswordMs } from './people.ts';

export interface NewAdministrator {
  username: string;
  name: string;
  /** Null: one is generated, to be changed at the first sign-in. */
  password: string | null;
  /** Whether passwords are kept here; where another system keeps them, none is set. */
  keepsPasswords: boolean;
}

export type AdministratorCreation =
  /** `password` is the generated one, told this once; null where the person chose theirs, or none is kept. */
  | { outcome: 'created'; username: string; name: string; password: string | null; expiresAt: Date | null }
  | { outcome: 'invalid'; field: 'username' | 'name' | 'password'; message: string }
  | { outcome: 'taken'; username: string };

const weak = {
  TOO_SHORT: '密码太短，至少要 8 个字符。',
  TOO_COMMON: '密码太常见，容易被猜到，请换一个。',
  CONTAINS_USERNAME: '密码不能包含用户名，请换一个。',
} as const;

/**
 * Makes an account with the role ADMIN, and writes it to the audit log: how the first administrator comes to be,
 * for no account is one by default. An account that exists already is left as it is.
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
  // Wherever it is run: production refuses the seed's password at every sign-in, and this is run for production.
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
