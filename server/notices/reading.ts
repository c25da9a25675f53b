import type { ReaderPage, ReadersQuery, Reading } from '../contract/notices.ts';
import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { literal } from '../database/like.ts';
import { counted, mostCounted } from '../people/search.ts';

/** The people who may read notices. A publication notifies the same people. */
const inAudience = Prisma.sql`u.status = 'ACTIVE' AND u.left_at IS NULL AND u.ding_user_id IS NOT NULL`;

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

/** How many people have read a notice, and how many have not. */
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

const sortColumns: Readonly<Record<string, Prisma.Sql>> = {
  name: Prisma.sql`u.name`,
  username: Prisma.sql`u.username`,
  department: Prisma.sql`u.department`,
};

function orderOf(read: 'yes' | 'no', sort = ''): Prisma.Sql {
  const direction = sort.startsWith('-') ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const column = sortColumns[sort.replace('-', '')];
  if (column !== undefined) return Prisma.sql`${column} ${direction} NULLS LAST, u.id`;
  if (read === 'no') return Prisma.sql`u.id`;
  return sort === 'readAt' ? Prisma.sql`r.read_at, r.user_id` : Prisma.sql`r.read_at DESC, r.user_id DESC`;
}

/** Who has read a notice, the latest first; or who of the audience has not, in the order of their accounts. */
export async function listReaders(
  prisma: PrismaClient,
  id: string,
  query: ReadersQuery,
): Promise<ReaderPage> {
  const { read, search = '', page = 1, limit = 20 } = query;
  const pattern = `%${literal(search.trim())}%`;
  const matches =
    search.trim() === ''
      ? Prisma.empty
      : Prisma.sql`AND (u.name ILIKE ${pattern} OR u.username ILIKE ${pattern} OR u.department ILIKE ${pattern})`;
  const people =
    read === 'yes'
      ? Prisma.sql`notice_reads r JOIN users u ON u.id = r.user_id WHERE r.notice_id = ${id}::uuid ${matches}`
      : Prisma.sql`users u LEFT JOIN notice_reads r ON r.notice_id = ${id}::uuid AND r.user_id = u.id
          WHERE r.user_id IS NULL AND ${inAudience} ${matches}`;
  const [rows, [row]] = await Promise.all([
    prisma.$queryRaw<Row[]>`
      SELECT u.id, u.username, u.name, u.department, r.read_at AS "readAt"
      FROM ${people} ORDER BY ${orderOf(read, query.sort)} LIMIT ${limit} OFFSET ${(page - 1) * limit}`,
    prisma.$queryRaw<{ total: number }[]>`
      SELECT count(*)::int AS total FROM (SELECT 1 FROM ${people} LIMIT ${mostCounted}) AS found`,
  ]);
  const items = rows.map((one) => ({ ...one, readAt: one.readAt?.toISOString() ?? null }));
  return { items, ...counted(row?.total ?? 0) };
}
