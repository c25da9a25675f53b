import type { RoleName } from '../contract/auth.ts';
import type {
  BindingState,
  BoundByName,
  PeopleListQuery,
  PeoplePage,
  PersonRow,
} from '../contract/people.ts';
import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { maskMobile } from './masked-mobile.ts';
import { type PeopleQuery, peopleQuery } from './search-query.ts';

/**
 * The number of latest people who are read one by one before the index is asked. A search that many people match is
 * answered from these, where the index would first collect all of them; a search that few people match is quick by index.
 */
const walked = 5000;

/** Counting stops here: one more than the greatest number that is shown. */
export const mostCounted = 10_001;
export const counted = (total: number): { total: number; more: boolean } => ({
  total: Math.min(total, mostCounted - 1),
  more: total >= mostCounted,
});

const columns = Prisma.raw(
  'id, username, name, department, mobile, role, status, left_at, is_super_executive, ding_user_id, employee_code, bound_at, bound_by',
);

/** What a page shows of the rows that were found. `action || ''` makes PostgreSQL use the index (actor_id, at). */
const shown = Prisma.raw(`id, username, name, department, mobile, role::text, status::text,
  left_at AS "leftAt", is_super_executive AS "isSuperExecutive", ding_user_id AS "dingUserId", bound_at AS "boundAt",
  bound_by::text AS "boundBy",
  (SELECT max(at) FROM audit_log WHERE actor_id = found.id AND action || '' = 'sign-in') AS "lastSignInAt"`);

export interface PersonColumns {
  id: string;
  username: string;
  name: string;
  department: string | null;
  mobile: string | null;
  role: RoleName;
  status: 'ACTIVE' | 'DISABLED';
  leftAt: Date | null;
  isSuperExecutive: boolean;
  dingUserId: string | null;
  boundAt: Date | null;
  boundBy: BoundByName | null;
  lastSignInAt: Date | null;
}

const sortColumns: Readonly<Record<string, Prisma.Sql>> = {
  name: Prisma.sql`name`,
  username: Prisma.sql`username`,
  department: Prisma.sql`department`,
  boundAt: Prisma.sql`bound_at`,
};

function orderOf(sort = '-id'): Prisma.Sql {
  const column = sortColumns[sort.replace('-', '')];
  const direction = sort.startsWith('-') ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  return column === undefined ? Prisma.sql`id DESC` : Prisma.sql`${column} ${direction} NULLS LAST, id DESC`;
}

/** A page of the people who match, and how many they are, up to a bound. The latest added come first. */
export async function searchPeople(
  prisma: PrismaClient,
  query: PeopleListQuery,
  { mobiles }: { mobiles: boolean },
): Promise<PeoplePage> {
  const found = peopleQuery(query, mobiles);
  const [rows, total] = await Promise.all([find(prisma, found, query), count(prisma, found)]);
  return { items: rows.map(toPersonRow), ...total };
}

async function find(
  prisma: PrismaClient,
  found: PeopleQuery | null,
  { page = 1, limit = 20, sort }: PeopleListQuery,
): Promise<PersonColumns[]> {
  const order = orderOf(sort);
  const select = (from: Prisma.Sql) => prisma.$queryRaw<PersonColumns[]>`
    SELECT ${shown} FROM (
      SELECT * FROM (${from}) AS candidates ORDER BY ${order} LIMIT ${limit} OFFSET ${(page - 1) * limit}) AS found
    ORDER BY ${order}`;
  if (found === null) return select(Prisma.sql`SELECT ${columns} FROM users`);
  if (sort === undefined) {
    const latest = Prisma.sql`SELECT ${columns} FROM users ORDER BY id DESC LIMIT ${walked}`;
    const near = await select(Prisma.sql`SELECT * FROM (${latest}) AS latest WHERE ${found.condition}`);
    if (near.length === limit) return near;
  }
  // Without OFFSET 0 the planner could walk the whole table in the order of the ids, hoping for early finds.
  return withPlainPlans(
    prisma,
    select(Prisma.sql`SELECT ${columns} FROM users WHERE ${found.indexed} AND ${found.condition} OFFSET 0`),
  );
}

async function count(
  prisma: PrismaClient,
  found: PeopleQuery | null,
): Promise<Pick<PeoplePage, 'total' | 'more'>> {
  const where = found === null ? Prisma.sql`true` : Prisma.sql`${found.indexed} AND ${found.condition}`;
  const [row] = await withPlainPlans(
    prisma,
    prisma.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM (SELECT 1 FROM users WHERE ${where} LIMIT ${mostCounted}) AS found`,
  );
  return counted(row?.total ?? 0);
}

/** Compiling a plan, or starting workers for it, takes longer than these statements do. */
async function withPlainPlans<T>(prisma: PrismaClient, statement: Prisma.PrismaPromise<T>): Promise<T> {
  const [, result] = await prisma.$transaction([
    prisma.$queryRaw`SELECT set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)`,
    statement,
  ]);
  return result;
}

export const bindingOf = (row: { dingUserId: string | null; boundAt: Date | null }): BindingState =>
  row.dingUserId === null ? 'unbound' : row.boundAt === null ? 'expected' : 'bound';

export function toPersonRow(row: PersonColumns): PersonRow {
  const { status, mobile, leftAt, boundAt, lastSignInAt, ...same } = row;
  return {
    ...same,
    mobile: mobile === null ? null : maskMobile(mobile),
    disabled: status === 'DISABLED',
    leftAt: leftAt?.toISOString() ?? null,
    binding: bindingOf(row),
    boundAt: boundAt?.toISOString() ?? null,
    lastSignInAt: lastSignInAt?.toISOString() ?? null,
  };
}
