import type { RoleName } from '../contract/auth.ts';
import type {
  BindingState,
  BoundByName,
  PeopleCount,
  PeopleFilter,
  PeoplePage,
  PersonRow,
} from '../contract/people.ts';
import { decodeIdCursor, encodeIdCursor } from '../database/cursor.ts';
import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { maskMobile } from './masked-mobile.ts';
import { type PeopleQuery, peopleQuery } from './search-query.ts';

export interface PeopleSearch {
  /**
   * A page of the people who match, the latest added first.
   *
   * @param cursor a previous page's `nextCursor`; null for the first page.
   * @param limit rows of a page.
   * @throws AppError INVALID_REQUEST for a cursor that is not ours.
   */
  page(
    filter: PeopleFilter,
    view: { cursor: string | null; limit: number; mobiles: boolean },
  ): Promise<PeoplePage>;
  /** How many match, up to a bound. */
  count(filter: PeopleFilter, view: { mobiles: boolean }): Promise<PeopleCount>;
}

/**
 * People who are looked at one by one, from the latest, before the index is asked. What many people match is found
 * here at once, where the index would have to collect all of them first; and what is not, has few enough.
 */
const walked = 5000;

/** People who are counted; a number above says nothing more to who reads it. */
const mostCounted = 10_000;

const columns = Prisma.raw(
  'id, username, name, department, mobile, role, status, left_at, is_super_executive, ding_user_id, employee_code, bound_at, bound_by',
);

/** What a page shows of the rows that were found; `audit_log` is asked in a way that only (actor_id, at) answers. */
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

export function createPeopleSearch(prisma: PrismaClient): PeopleSearch {
  const select = (from: Prisma.Sql, limit: number) => Prisma.sql`
    SELECT ${shown} FROM (SELECT * FROM (${from}) AS candidates ORDER BY id DESC LIMIT ${limit}) AS found
    ORDER BY id DESC`;

  async function find(
    query: PeopleQuery | null,
    before: string | null,
    limit: number,
  ): Promise<PersonColumns[]> {
    const after = before === null ? Prisma.sql`true` : Prisma.sql`id < ${before}::uuid`;
    if (query === null) {
      return prisma.$queryRaw(select(Prisma.sql`SELECT ${columns} FROM users WHERE ${after}`, limit));
    }
    const latest = Prisma.sql`SELECT ${columns} FROM users WHERE ${after} ORDER BY id DESC LIMIT ${walked}`;
    const near = await prisma.$queryRaw<PersonColumns[]>(
      select(Prisma.sql`SELECT * FROM (${latest}) AS latest WHERE ${query.condition}`, limit),
    );
    if (near.length === limit) return near;
    // Without OFFSET 0 the planner could walk the whole table in the order of the ids, hoping for early finds.
    return withPlainPlans(
      prisma.$queryRaw<PersonColumns[]>(
        select(
          Prisma.sql`SELECT ${columns} FROM users WHERE ${query.indexed} AND ${query.condition} AND ${after} OFFSET 0`,
          limit,
        ),
      ),
    );
  }

  /** Compiling a plan, or starting workers for it, takes longer than these statements do. */
  async function withPlainPlans<T>(statement: Prisma.PrismaPromise<T>): Promise<T> {
    const [, result] = await prisma.$transaction([
      prisma.$queryRaw`SELECT set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)`,
      statement,
    ]);
    return result;
  }

  return {
    async page(filter, { cursor, limit, mobiles }) {
      const before = cursor === null ? null : decodeIdCursor(cursor);
      // One more than the page tells whether there is a next one.
      const rows = await find(peopleQuery(filter, mobiles), before, limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.map(toPersonRow),
        nextCursor: rows.length > limit && last !== undefined ? encodeIdCursor(last.id) : null,
      };
    },

    async count(filter, { mobiles }) {
      const query = peopleQuery(filter, mobiles);
      const where = query === null ? Prisma.sql`true` : Prisma.sql`${query.indexed} AND ${query.condition}`;
      const [row] = await withPlainPlans(
        prisma.$queryRaw<{ total: number }[]>`
          SELECT count(*)::int AS total FROM (SELECT 1 FROM users WHERE ${where} LIMIT ${mostCounted + 1}) AS found`,
      );
      const total = row?.total ?? 0;
      return { total: Math.min(total, mostCounted), more: total > mostCounted };
    },
  };
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
