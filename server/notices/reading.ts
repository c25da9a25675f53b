import type { ReaderPage, Reading } from '../contract/notices.ts';
import { decodeCursor, encodeCursor } from '../database/cursor.ts';
import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { literal } from '../database/like.ts';

/** Who may read notices: the same people as a publication notifies. */
const inAudience = Prisma.sql`u.status = 'ACTIVE' AND u.left_at IS NULL AND u.ding_user_id IS NOT NULL`;

export interface ReaderFilter {
  read: boolean;
  /** Part of a name, a user name or a department; empty for everybody. */
  search: string;
  cursor: string | null;
  limit: number;
}

interface Row {
  id: string;
  username: string;
  name: string;
  department: string | null;
  readAt: Date | null;
}

export async function countAudience(prisma: PrismaClient): Promise<number> {
  return prisma.user.count({ where: { status: 'ACTIVE', leftAt: null, dingUserId: { not: null } } });
}

/** How many have read a notice, and how many have not. */
export async function countReading(prisma: PrismaClient, id: string, now: number): Promise<Reading> {
  const [row] = await prisma.$queryRaw<{ audience: number; read: number; all: number }[]>`
    SELECT count(*)::int AS audience, count(r.user_id)::int AS read,
      (SELECT count(*)::int FROM notice_reads WHERE notice_id = ${id}::uuid) AS "all"
    FROM users u LEFT JOIN notice_reads r ON r.notice_id = ${id}::uuid AND r.user_id = u.id
    WHERE ${inAudience}`;
  const { audience, read, all } = row ?? { audience: 0, read: 0, all: 0 };
  return {
    takenAt: new Date(now).toISOString(),
    audience,
    read,
    unread: audience - read,
    readByOthers: all - read,
  };
}

type Position = ReturnType<typeof decodeCursor>;

/** Who has read it, the latest first. */
function readersAfter(
  prisma: PrismaClient,
  id: string,
  matches: Prisma.Sql,
  after: Position | null,
  wanted: number,
): Promise<Row[]> {
  return prisma.$queryRaw<Row[]>`
    SELECT u.id, u.username, u.name, u.department, r.read_at AS "readAt"
    FROM notice_reads r JOIN users u ON u.id = r.user_id
    WHERE r.notice_id = ${id}::uuid ${matches}
      ${after === null ? Prisma.empty : Prisma.sql`AND (r.read_at, r.user_id) < (${after.publishedAt}::timestamptz, ${after.id}::uuid)`}
    ORDER BY r.read_at DESC, r.user_id DESC LIMIT ${wanted}::int`;
}

/** How many people one statement looks at: of a million nearly all may have read, and none may take long. */
const people = { first: 1000, most: 50_000 };

/** Who of the audience has not read it, in the order of their accounts: in stretches, until there are enough. */
async function othersAfter(
  prisma: PrismaClient,
  id: string,
  matches: Prisma.Sql,
  after: Position | null,
  wanted: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  let from = after?.id ?? '00000000-0000-0000-0000-000000000000';
  for (let size = people.first; ; size = Math.min(size * 4, people.most)) {
    const [end] = await prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM users WHERE id > ${from}::uuid ORDER BY id OFFSET ${size - 1}::int LIMIT 1`;
    // On both sides: the planner does not see that the one follows from the other.
    const inStretch = (column: 'u.id' | 'r.user_id') => {
      const upTo =
        end === undefined ? Prisma.empty : Prisma.sql`AND ${Prisma.raw(column)} <= ${end.id}::uuid`;
      return Prisma.sql`${Prisma.raw(column)} > ${from}::uuid ${upTo}`;
    };
    rows.push(
      ...(await prisma.$queryRaw<Row[]>`
        SELECT u.id, u.username, u.name, u.department, NULL::timestamptz AS "readAt"
        FROM users u
        WHERE ${inStretch('u.id')} AND ${inAudience} ${matches}
          AND NOT EXISTS (
            SELECT 1 FROM notice_reads r
            WHERE r.notice_id = ${id}::uuid AND r.user_id = u.id AND ${inStretch('r.user_id')}
          )
        ORDER BY u.id LIMIT ${wanted - rows.length}::int`),
    );
    if (rows.length >= wanted || end === undefined) return rows;
    from = end.id;
  }
}

/**
 * Who has read a notice, the latest first; or who of the audience has not, in the order of their accounts.
 *
 * @throws AppError INVALID_REQUEST for a cursor that is not ours.
 */
export async function listReaders(
  prisma: PrismaClient,
  id: string,
  filter: ReaderFilter,
): Promise<ReaderPage> {
  const { search, limit } = filter;
  const after = filter.cursor === null ? null : decodeCursor(filter.cursor);
  const pattern = `%${literal(search.trim())}%`;
  const matches =
    search.trim() === ''
      ? Prisma.empty
      : Prisma.sql`AND (u.name ILIKE ${pattern} OR u.username ILIKE ${pattern} OR u.department ILIKE ${pattern})`;
  const look = filter.read ? readersAfter : othersAfter;
  const rows = await look(prisma, id, matches, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({ ...row, readAt: row.readAt?.toISOString() ?? null })),
    nextCursor:
      rows.length > limit && last !== undefined
        ? encodeCursor({ publishedAt: last.readAt ?? new Date(0), id: last.id })
        : null,
  };
}
