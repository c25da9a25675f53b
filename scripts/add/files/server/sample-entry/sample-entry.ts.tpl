import { recordAudit } from '../audit/audit.ts';
import type {
  SampleEntryPage,
  SampleEntryRow,
  SampleEntryRows,
  SampleEntryState,
  SampleEntryText,
} from '../contract/sample-entry.ts';
import { decodeCursor, encodeCursor } from '../database/cursor.ts';
import type { PrismaClient } from '../database/database.ts';
import { literal } from '../database/like.ts';
import { AppError } from '../plugins/errors.ts';

export interface SampleEntryService {
  /** @returns the new one's id. @throws AppError INVALID_REQUEST for nothing but blanks. */
  create(authorId: string, text: SampleEntryText): Promise<string>;
  /**
   * What one person has written, page by page.
   *
   * @param cursor a previous page's `nextCursor`; null for the first page.
   * @throws AppError INVALID_REQUEST for a cursor that is not ours.
   */
  listOf(authorId: string, cursor: string | null, limit: number): Promise<SampleEntryPage>;
  /** What everybody has written, for administrators. */
  listAll(query: AllQuery): Promise<SampleEntryRows>;
  /** Says that one is done, or open again. @throws AppError NOT_FOUND */
  setDone(
    id: string,
    done: boolean,
    by: {
      actorId: string;
      /** Where the request came from, for the audit log. */
      address: string;
    },
  ): Promise<SampleEntryRow>;
}

export interface AllQuery {
  state?: SampleEntryState | undefined;
  search: string;
  page: number;
  limit: number;
  /** A column, with a minus in front from the end. */
  sort: string;
}

const columns = {
  id: true,
  title: true,
  body: true,
  createdAt: true,
  doneAt: true,
  author: { select: { name: true } },
} as const;

interface Row {
  id: string;
  title: string;
  body: string;
  createdAt: Date;
  doneAt: Date | null;
  author: { name: string } | null;
}

const toRow = ({ author, createdAt, doneAt, ...row }: Row): SampleEntryRow => ({
  ...row,
  author: author?.name ?? null,
  createdAt: createdAt.toISOString(),
  doneAt: doneAt?.toISOString() ?? null,
});

export function createSampleEntry(prisma: PrismaClient, now: () => number): SampleEntryService {
  return {
    async create(authorId, text) {
      const title = text.title.replace(/\s+/g, ' ').trim();
      const body = text.body.replace(/\r\n?/g, '\n').trim();
      if (title === '' || body === '') throw new AppError('INVALID_REQUEST');
      const createdAt = new Date(now());
      return (await prisma.sampleEntry.create({ data: { title, body, authorId, createdAt } })).id;
    },

    async listOf(authorId, cursor, limit) {
      const after = cursor === null ? null : decodeCursor(cursor);
      const older = after && {
        OR: [
          { createdAt: { lt: after.publishedAt } },
          { createdAt: after.publishedAt, id: { lt: after.id } },
        ],
      };
      const rows = await prisma.sampleEntry.findMany({
        where: { authorId, ...older },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        // One more than the page tells whether there is a next one.
        take: limit + 1,
      });
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const hasNext = rows.length > limit && last !== undefined;
      return {
        items: page.map(({ id, title, body, createdAt, doneAt }) => ({
          id,
          title,
          body,
          createdAt: createdAt.toISOString(),
          done: doneAt !== null,
        })),
        nextCursor: hasNext ? encodeCursor({ publishedAt: last.createdAt, id: last.id }) : null,
      };
    },

    async listAll({ state, search, page, limit, sort }) {
      const where = {
        ...(state !== undefined && { doneAt: state === 'open' ? null : { not: null } }),
        ...(search !== '' && { title: { contains: literal(search), mode: 'insensitive' as const } }),
      };
      const order = sort.startsWith('-') ? 'desc' : 'asc';
      const field = sort.replace('-', '');
      const [rows, total] = await Promise.all([
        prisma.sampleEntry.findMany({
          where,
          // Only this one can be without a value.
          orderBy: [
            { [field]: field === 'doneAt' ? { sort: order, nulls: 'last' } : order },
            { id: 'desc' },
          ],
          skip: (page - 1) * limit,
          take: limit,
          select: columns,
        }),
        prisma.sampleEntry.count({ where }),
      ]);
      return { items: rows.map(toRow), total, more: false };
    },

    setDone(id, done, { actorId, address }) {
      return prisma.$transaction(async (tx) => {
        // Of two at once the second one waits here, and then finds nothing to change.
        const { count } = await tx.sampleEntry.updateMany({
          where: { id, doneAt: done ? null : { not: null } },
          data: { doneAt: done ? new Date(now()) : null },
        });
        const row = await tx.sampleEntry.findUnique({ where: { id }, select: columns });
        if (row === null) throw new AppError('NOT_FOUND');
        if (count > 0) {
          const action = done ? ('sample-entry.done' as const) : ('sample-entry.reopened' as const);
          const subject = `sample-entry:${id}`;
          await recordAudit(tx, { action, actorId, subject, detail: { title: row.title } }, address);
        }
        return toRow(row);
      });
    },
  };
}
