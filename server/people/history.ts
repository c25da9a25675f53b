import { type AuditRow, describeRows } from '../audit/describe.ts';
import type { HistoryPage } from '../contract/people.ts';
import { decodeCursor, encodeCursor } from '../database/cursor.ts';
import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { AppError } from '../plugins/errors.ts';

const columns = Prisma.raw('id, at, actor_id AS "actorId", action, subject, address, detail');

/**
 * What a person did and what was done to them, their account or their platform id, the latest first.
 *
 * @param cursor a previous page's `nextCursor`; null for the first page.
 * @throws AppError NOT_FOUND; INVALID_REQUEST for a cursor that is not ours.
 */
export async function personHistory(
  prisma: PrismaClient,
  id: string,
  { cursor, limit }: { cursor: string | null; limit: number },
): Promise<HistoryPage> {
  const person = await prisma.user.findUnique({
    where: { id },
    select: { username: true, dingUserId: true },
  });
  if (person === null) throw new AppError('NOT_FOUND');
  const after = cursor === null ? null : decodeCursor(cursor);
  const before =
    after === null ? Prisma.sql`true` : Prisma.sql`(at, id) < (${after.publishedAt}, ${after.id}::uuid)`;
  const subjects = [
    `user:${id}`,
    `account:${person.username}`,
    ...(person.dingUserId === null ? [] : [`person:${person.dingUserId}`]),
  ];
  // Each by its own index, and no more of it than a page holds.
  const ways = [
    Prisma.sql`actor_id = ${id}::uuid`,
    ...subjects.map((subject) => Prisma.sql`actor_id IS DISTINCT FROM ${id}::uuid AND subject = ${subject}`),
  ].map(
    (way) => Prisma.sql`(SELECT ${columns} FROM audit_log WHERE ${way} AND ${before}
      ORDER BY at DESC, id DESC LIMIT ${limit + 1})`,
  );
  const rows = await prisma.$queryRaw<AuditRow[]>`
    SELECT * FROM (${Prisma.join(ways, ' UNION ALL ')}) AS found ORDER BY at DESC, id DESC LIMIT ${limit + 1}`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: await describeRows(prisma, page),
    nextCursor:
      rows.length > limit && last !== undefined ? encodeCursor({ publishedAt: last.at, id: last.id }) : null,
  };
}
