import type { PrismaClient } from '../database/database.ts';
import type { PersonFields } from './columns.ts';

/** So many at a time: short statements, and turns for everybody else in between. */
export const batchSize = 1000;

export function* batches<T>(items: readonly T[], size: number = batchSize): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

export interface ExistingPerson {
  id: string;
  /** Null for a platform id that nobody has signed in with yet. */
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

/** Who has these mobile numbers or platform ids, by number or id. */
export async function findOwners(
  prisma: PrismaClient,
  key: 'mobile' | 'dingUserId',
  values: readonly string[],
): Promise<Map<string, Owner>> {
  const found = new Map<string, Owner>();
  for (const batch of batches(values)) {
    const people = await prisma.user.findMany({
      where: { [key]: { in: batch } },
      select: { id: true, username: true, name: true, mobile: true, dingUserId: true },
    });
    for (const { mobile, dingUserId, ...owner } of people) {
      found.set((key === 'mobile' ? mobile : dingUserId) ?? '', owner);
    }
  }
  return found;
}
