import { recordAudit } from '../audit/audit.ts';
import type {
  NoticeChange,
  NoticeChangeOutcome,
  NoticeCreated,
  NoticeDeleteOutcome,
  NoticeForAdmin,
  NoticePublishOutcome,
  NoticeState,
  NoticeText,
  NoticeWithdrawOutcome,
} from '../contract/notices.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { AppError } from '../plugins/errors.ts';
import { notifyReaders, takeBack } from './notification.ts';

/** The administrator and the address of the request, for the audit log. */
export interface Editor {
  actorId: string;
  address: string;
}

export const rowColumns = {
  id: true,
  title: true,
  createdAt: true,
  updatedAt: true,
  publishedAt: true,
  withdrawnAt: true,
  notified: true,
  author: { select: { name: true } },
} as const;

const columns = { ...rowColumns, body: true, version: true } as const;

interface Row {
  id: string;
  title: string;
  createdAt: Date;
  updatedAt: Date;
  publishedAt: Date | null;
  withdrawnAt: Date | null;
  notified: number | null;
  author: { name: string } | null;
}

export function stateOf({ publishedAt, withdrawnAt }: Pick<Row, 'publishedAt' | 'withdrawnAt'>): NoticeState {
  if (withdrawnAt !== null) return 'withdrawn';
  return publishedAt === null ? 'draft' : 'published';
}

export function toRow(row: Row) {
  return {
    id: row.id,
    title: row.title,
    state: stateOf(row),
    author: row.author?.name ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    publishedAt: row.publishedAt?.toISOString() ?? null,
    withdrawnAt: row.withdrawnAt?.toISOString() ?? null,
    notified: row.notified,
  };
}

const noticeSubject = (id: string) => `notice:${id}`;

/** Time limit of a publication, in milliseconds: enough for half a million readers. */
const publicationMs = 60_000;

const draft = { publishedAt: null, withdrawnAt: null } as const;

/**
 * The administrators' changes of notices. Each change writes its entry of the audit log in its transaction, and throws
 * AppError NOT_FOUND for an unknown id.
 */
export function createNoticeEditing(prisma: PrismaClient, now: () => number) {
  async function read(on: PrismaClient | Transaction, id: string): Promise<NoticeForAdmin> {
    const row = await on.notice.findUnique({ where: { id }, select: columns });
    if (row === null) throw new AppError('NOT_FOUND');
    return { ...toRow(row), body: row.body, version: row.version };
  }

  async function conflict(on: PrismaClient | Transaction, id: string) {
    return { outcome: 'conflict' as const, current: await read(on, id) };
  }

  return {
    get: (id: string) => read(prisma, id),

    create(text: NoticeText, { actorId, address }: Editor): Promise<NoticeCreated> {
      const after = tidy(text);
      return prisma.$transaction(async (tx) => {
        const { id } = await tx.notice.create({ data: { ...after, authorId: actorId } });
        const subject = noticeSubject(id);
        await recordAudit(tx, { action: 'notice.created', actorId, subject, detail: { after } }, address);
        return { outcome: 'created', notice: await read(tx, id) };
      });
    },

    change(
      id: string,
      { version, ...text }: NoticeChange,
      { actorId, address }: Editor,
    ): Promise<NoticeChangeOutcome> {
      const after = tidy(text);
      return prisma.$transaction(async (tx) => {
        const before = await read(tx, id);
        // The second of two simultaneous changes waits here, and then finds another version.
        const { count } = await tx.notice.updateMany({
          where: { id, version, ...draft },
          data: { ...after, version: { increment: 1 } },
        });
        if (count === 0) return conflict(tx, id);
        const detail = { before: { title: before.title, body: before.body }, after };
        const subject = noticeSubject(id);
        await recordAudit(tx, { action: 'notice.changed', actorId, subject, detail }, address);
        return { outcome: 'saved', notice: await read(tx, id) };
      });
    },

    remove(id: string, version: number, { actorId, address }: Editor): Promise<NoticeDeleteOutcome> {
      return prisma.$transaction(async (tx) => {
        const { title, body } = await read(tx, id);
        const { count } = await tx.notice.deleteMany({ where: { id, version, ...draft } });
        if (count === 0) return conflict(tx, id);
        const detail = { before: { title, body } };
        const subject = noticeSubject(id);
        await recordAudit(tx, { action: 'notice.deleted', actorId, subject, detail }, address);
        return { outcome: 'deleted' };
      });
    },

    /**
     * Publishes now and notifies every person who is bound, active and has not left. The date and the messages are
     * written in one transaction; the caller starts the sending. A notice whose date (`publishedAt`) was set by hand,
     * perhaps in the future, counts as published and notifies nobody.
     */
    publish(id: string, version: number, { actorId, address }: Editor): Promise<NoticePublishOutcome> {
      return prisma.$transaction(
        async (tx) => {
          const publishedAt = new Date(now());
          // The row's lock makes a second publication wait and then find the date.
          const { count } = await tx.notice.updateMany({
            where: { id, publishedAt: null, version },
            data: { publishedAt, version: { increment: 1 } },
          });
          if (count === 0) return conflict(tx, id);
          const { title } = await read(tx, id);
          const receivers = await notifyReaders(tx, { id, title, publishedAt }, publishedAt.getTime()); // part: messages
          // without messages: const receivers = 0;
          const detail = {
            title,
            receivers,
            before: { state: 'draft' as const },
            after: { state: 'published' as const, publishedAt: publishedAt.toISOString() },
          };
          const subject = noticeSubject(id);
          await recordAudit(tx, { action: 'notice.published', actorId, subject, detail }, address);
          return { outcome: 'published', receivers, notice: await read(tx, id) };
        },
        { timeout: publicationMs },
      );
    },

    /** Hides the notice from readers and asks for its notifications back; wake the recalls afterwards. */
    withdraw(id: string, version: number, { actorId, address }: Editor): Promise<NoticeWithdrawOutcome> {
      return prisma.$transaction(async (tx) => {
        const withdrawnAt = new Date(now());
        const { count } = await tx.notice.updateMany({
          where: { id, version, publishedAt: { not: null }, withdrawnAt: null },
          data: { withdrawnAt, version: { increment: 1 } },
        });
        if (count === 0) return conflict(tx, id);
        const notice = await read(tx, id);
        await takeBack(tx, id, notice.notified, now()); // part: messages
        const detail = {
          title: notice.title,
          before: { state: 'published' as const, publishedAt: notice.publishedAt ?? '' },
          after: { state: 'withdrawn' as const, withdrawnAt: withdrawnAt.toISOString() },
        };
        const subject = noticeSubject(id);
        await recordAudit(tx, { action: 'notice.withdrawn', actorId, subject, detail }, address);
        return { outcome: 'withdrawn', notice };
      });
    },
  };
}

/** Puts the title on one line, gives the body LF line ends, and trims both. @throws AppError if one is empty. */
function tidy({ title, body }: NoticeText): NoticeText {
  const text = { title: title.replace(/\s+/g, ' ').trim(), body: body.replace(/\r\n?/g, '\n').trim() };
  if (text.title === '' || text.body === '') throw new AppError('INVALID_REQUEST');
  return text;
}
