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
import { takeBack } from './notification.ts';
import { noticeSubject, publishNotice } from './publishing.ts';

/** The administrator and the address of the request, for the audit log. */
export interface Editor {
  actorId: string;
  address: string;
}

export interface NoticeEditing {
  create(text: NoticeText, by: Editor): Promise<NoticeCreated>;
  /** @throws AppError NOT_FOUND, as all below. */
  change(id: string, change: NoticeChange, by: Editor): Promise<NoticeChangeOutcome>;
  remove(id: string, version: number, by: Editor): Promise<NoticeDeleteOutcome>;
  /** Publishes and notifies, all or nothing; wake the outbox afterwards. */
  publish(id: string, version: number, by: Editor): Promise<NoticePublishOutcome>;
  /** Readers do not see it any more, and its notifications are wanted back; wake the recalls afterwards. */
  withdraw(id: string, version: number, by: Editor): Promise<NoticeWithdrawOutcome>;
  get(id: string): Promise<NoticeForAdmin>;
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

const draft = { publishedAt: null, withdrawnAt: null } as const;

/** The administrators' changes of notices. Each one writes its entry of the audit log in its transaction. */
export function createNoticeEditing(prisma: PrismaClient, now: () => number): NoticeEditing {
  async function read(on: PrismaClient | Transaction, id: string): Promise<NoticeForAdmin> {
    const row = await on.notice.findUnique({ where: { id }, select: columns });
    if (row === null) throw new AppError('NOT_FOUND');
    return { ...toRow(row), body: row.body, version: row.version };
  }

  async function conflict(on: PrismaClient | Transaction, id: string) {
    return { outcome: 'conflict' as const, current: await read(on, id) };
  }

  return {
    get: (id) => read(prisma, id),

    create(text, { actorId, address }) {
      const after = tidy(text);
      return prisma.$transaction(async (tx) => {
        const { id } = await tx.notice.create({ data: { ...after, authorId: actorId } });
        const subject = noticeSubject(id);
        await recordAudit(tx, { action: 'notice.created', actorId, subject, detail: { after } }, address);
        return { outcome: 'created', notice: await read(tx, id) };
      });
    },

    change(id, { version, ...text }, { actorId, address }) {
      const after = tidy(text);
      return prisma.$transaction(async (tx) => {
        const before = await read(tx, id);
        // Of two at once the second one waits here, and then finds another version.
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

    remove(id, version, { actorId, address }) {
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

    async publish(id, version, by) {
      const result = await publishNotice(prisma, id, now(), { ...by, version });
      if (result.outcome === 'not-found') throw new AppError('NOT_FOUND');
      if (result.outcome !== 'published') return conflict(prisma, id);
      return { outcome: 'published', receivers: result.receivers, notice: await read(prisma, id) };
    },

    withdraw(id, version, { actorId, address }) {
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

/** A title on one line, a body with the line ends of the phones, both without space around. */
function tidy({ title, body }: NoticeText): NoticeText {
  const text = { title: title.replace(/\s+/g, ' ').trim(), body: body.replace(/\r\n?/g, '\n').trim() };
  if (text.title === '' || text.body === '') throw new AppError('INVALID_REQUEST');
  return text;
}
