import type { NoticeOutcome, NoticePage } from '../contract/notices.ts';
import { decodeCursor, encodeCursor } from '../database/cursor.ts';
import type { PrismaClient } from '../database/database.ts';

const excerptLength = 60;

/** Published notices, as their readers see them. @param now epoch milliseconds. */
export function createNotices(prisma: PrismaClient, now: () => number) {
  const published = () => ({ publishedAt: { lte: new Date(now()) }, withdrawnAt: null });

  return {
    /**
     * @param cursor a previous page's `nextCursor`; null for the first page.
     * @throws AppError INVALID_REQUEST for a cursor that this server did not make.
     */
    async list(userId: string, cursor: string | null, limit: number): Promise<NoticePage> {
      const after = cursor === null ? null : decodeCursor(cursor);
      const rows = await prisma.notice.findMany({
        where: {
          AND: [
            published(),
            after === null
              ? {}
              : {
                  OR: [
                    { publishedAt: { lt: after.publishedAt } },
                    { publishedAt: after.publishedAt, id: { lt: after.id } },
                  ],
                },
          ],
        },
        orderBy: [{ publishedAt: 'desc' }, { id: 'desc' }],
        // One row more than the page: it tells whether there is a next page.
        take: limit + 1,
        select: { id: true, title: true, body: true, publishedAt: true },
      });
      const page = rows.slice(0, limit).flatMap(({ publishedAt, ...row }) =>
        // The query returns no row without a date.
        publishedAt === null ? [] : [{ ...row, publishedAt }],
      );
      const reads = await prisma.noticeRead.findMany({
        where: { userId, noticeId: { in: page.map((row) => row.id) } },
        select: { noticeId: true },
      });
      const read = new Set(reads.map((row) => row.noticeId));
      const last = page.at(-1);
      return {
        items: page.map((row) => ({
          id: row.id,
          title: row.title,
          excerpt: excerpt(row.body),
          publishedAt: row.publishedAt.toISOString(),
          read: read.has(row.id),
        })),
        nextCursor: rows.length > limit && last !== undefined ? encodeCursor(last) : null,
      };
    },

    /** Outcome `not-found` if there is no such notice, or it is not published, or it was withdrawn. */
    async get(userId: string, id: string): Promise<NoticeOutcome> {
      const row = await prisma.notice.findFirst({
        where: { id, ...published() },
        select: {
          title: true,
          body: true,
          publishedAt: true,
          author: { select: { name: true } },
          reads: { where: { userId }, select: { readAt: true } },
        },
      });
      if (row === null || row.publishedAt === null) return { outcome: 'not-found' };
      return {
        outcome: 'found',
        id,
        title: row.title,
        body: row.body,
        publishedAt: row.publishedAt.toISOString(),
        read: row.reads.length > 0,
        author: row.author?.name ?? null,
      };
    },

    /** Marks a notice as read. @returns when the person first read it; null if there is no such notice. */
    async markRead(userId: string, id: string): Promise<Date | null> {
      const notice = await prisma.notice.findFirst({ where: { id, ...published() }, select: { id: true } });
      if (notice === null) return null;
      const key = { noticeId: id, userId };
      // INSERT … ON CONFLICT DO NOTHING: two taps at once count as one reading.
      await prisma.noticeRead.createMany({ data: { ...key, readAt: new Date(now()) }, skipDuplicates: true });
      const row = await prisma.noticeRead.findUnique({ where: { noticeId_userId: key } });
      return row?.readAt ?? null;
    },
  };
}

/** The first characters on one line, cut between characters, not inside one. */
function excerpt(body: string): string {
  const characters = Array.from(body.replace(/\s+/g, ' ').trim());
  return characters.length <= excerptLength
    ? characters.join('')
    : `${characters.slice(0, excerptLength).join('')}…`;
}
