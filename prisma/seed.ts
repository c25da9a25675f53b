import { type EmulatedPerson, people } from '../scripts/emulator/people.ts';
import { createPasswords, type Passwords } from '../server/auth/passwords.ts';
import { development } from '../server/config/constants.ts';
import type { PrismaClient } from '../server/database/database.ts';
import type { Prisma } from '../server/database/generated/client.ts';
import { seedNotices } from './seed-notices.ts';

export interface Seeded {
  users: number;
  notices: number;
}

/**
 * Gives the emulator's people their accounts (user name = the person's key, development password) and writes
 * the sample notices. Adds what is missing and changes nothing that is there, so it can run at every start.
 *
 * @param passwords who hashes the password.
 * @returns how many rows were added.
 */
export async function seed(
  prisma: PrismaClient,
  passwords: Passwords = createPasswords([]),
): Promise<Seeded> {
  const wanted = people.filter((person) => person.account !== 'none');
  const present = await prisma.user.findMany({
    where: { username: { in: wanted.map((person) => person.key) } },
    select: { username: true },
  });
  const known = new Set(present.map((row) => row.username));
  const missing = await Promise.all(
    wanted
      .filter((person) => !known.has(person.key))
      .map(async (person) => account(person, await passwords.hash(development.password))),
  );
  const { count: users } = await prisma.user.createMany({ data: missing, skipDuplicates: true });
  return { users, notices: await seedNotices(prisma) };
}

function account(person: EmulatedPerson, passwordHash: string): Prisma.UserCreateManyInput {
  const bound = person.account !== 'unbound';
  return {
    username: person.key,
    passwordHash,
    name: person.name,
    mobile: person.mobile,
    department: person.department,
    role: person.key === 'admin' ? 'ADMIN' : 'USER',
    status: person.account === 'disabled' ? 'DISABLED' : 'ACTIVE',
    isSuperExecutive: person.isSuperExecutive,
    ...(bound && {
      dingUserId: person.id,
      unionId: person.unionId,
      employeeCode: person.employeeCode,
      boundAt: new Date('2026-01-05T01:00:00.000Z'),
      boundBy: 'ADMINISTRATOR',
    }),
  };
}
