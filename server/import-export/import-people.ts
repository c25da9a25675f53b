import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { batches } from './batches.ts';
import type { PersonFields } from './columns.ts';

export interface ExistingPerson {
  id: string;
  /** Null if nobody has signed in by the platform id yet. */
  boundAt: Date | null;
  fields: PersonFields;
}

/** The people with these user names, by user name. */
export async function findPeople(
  prisma: PrismaClient,
  usernames: readonly string[],
): Promise<Map<string, ExistingPerson>> {
  const found = new Map<string, ExistingPerson>();
  for (const batch of batches(usernames)) {
    const people = await prisma.$queryRaw<
      (PersonFields & { id: string; username: string; boundAt: Date | null })[]
    >`
      SELECT id, username, name, mobile, department, role::text, ding_user_id AS "dingUserId",
             employee_code AS "employeeCode", is_super_executive AS "isSuperExecutive", bound_at AS "boundAt"
      FROM users WHERE username = ANY(${batch}::text[])`;
    for (const { id, username, boundAt, ...fields } of people) found.set(username, { id, boundAt, fields });
  }
  return found;
}

export interface Owner {
  id: string;
  username: string;
  name: string;
}

/** The owners of these mobile numbers or platform ids, by number or id. */
export async function findOwners(
  prisma: PrismaClient,
  key: 'mobile' | 'dingUserId',
  values: readonly string[],
): Promise<Map<string, Owner>> {
  const column = Prisma.raw(key === 'mobile' ? 'mobile' : 'ding_user_id');
  const found = new Map<string, Owner>();
  for (const batch of batches(values)) {
    // One parameter: Prisma's client is slow for a list of a thousand.
    const people = await prisma.$queryRaw<(Owner & { value: string })[]>`
      SELECT id, username, name, ${column} AS value FROM users WHERE ${column} = ANY(${batch}::text[])`;
    for (const { value, ...owner } of people) found.set(value, owner);
  }
  return found;
}
