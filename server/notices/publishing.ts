import type { PrismaClient, Transaction } from '../database/database.ts';
import { enqueue } from '../messages/outbox.ts';

export type PublishOutcome =
  /** `receivers`: how many people get a work notification, once the outbox is worked off. */
  | { outcome: 'published'; receivers: number }
  /** It was published before, or has a date: nothing was changed, and nobody is notified again. */
  | { outcome: 'already-published'; publishedAt: Date }
  | { outcome: 'not-found' };

/** Names the notification of a notice in the outbox. */
export const noticeKey = (id: string) => `notice:${id}`;

/** Users read at a time: their ids alone, so that thousands cost little memory. */
const pageSize = 1000;
/** Both platforms take about 600 Chinese characters; a title is a line. */
const longestTitle = 200;
/** Longest that a publication may take, in milliseconds: half a million readers fit. */
const transactionMs = 60_000;

/**
 * Publishes a notice now and notifies its readers: everybody who is bound, active and has not left. All or
 * nothing: the date and the messages stand in one transaction. Publishing twice changes nothing, also at once.
 *
 * A notice that was given a date by hand (`publishedAt`, perhaps in the future) counts as published and notifies
 * nobody; see docs/decisions/0013.
 *
 * @param now epoch milliseconds.
 */
export async function publishNotice(prisma: PrismaClient, id: string, now: number): Promise<PublishOutcome> {
  return prisma.$transaction(
    async (tx) => {
      // The row's lock makes a second publication wait, and then find the date.
      const { count } = await tx.notice.updateMany({
        where: { id, publishedAt: null },
        data: { publishedAt: new Date(now) },
      });
      const notice = await tx.notice.findUnique({
        where: { id },
        select: { title: true, publishedAt: true },
      });
      if (notice === null || notice.publishedAt === null) return { outcome: 'not-found' };
      if (count === 0) return { outcome: 'already-published', publishedAt: notice.publishedAt };
      let receivers = 0;
      const rows = await enqueue(
        tx,
        {
          key: noticeKey(id),
          kind: 'WORK_NOTIFICATION',
          content: { type: 'text', text: notificationText(notice.title, notice.publishedAt) },
          receivers: readers(tx, (count) => {
            receivers += count;
          }),
        },
        now,
      );
      // A notice that was taken back by hand has its messages already.
      return { outcome: 'published', receivers: rows === 0 ? 0 : receivers };
    },
    { timeout: transactionMs },
  );
}

/** The platform ids of everybody who may read notices, in the order of the users' own ids. */
async function* readers(tx: Transaction, count: (page: number) => void): AsyncGenerator<string> {
  let after: string | null = null;
  for (;;) {
    const page: { id: string; dingUserId: string | null }[] = await tx.user.findMany({
      where: {
        status: 'ACTIVE',
        leftAt: null,
        dingUserId: { not: null },
        ...(after !== null && { id: { gt: after } }),
      },
      orderBy: { id: 'asc' },
      take: pageSize,
      select: { id: true, dingUserId: true },
    });
    const ids = page.flatMap(({ dingUserId }) => (dingUserId === null ? [] : [dingUserId]));
    count(ids.length);
    yield* ids;
    after = page.at(-1)?.id ?? null;
    if (page.length < pageSize) return;
  }
}

/**
 * The time is more than a courtesy: DingTalk delivers the same text to a person once a day, so a second notice
 * of the same title needs another one.
 */
function notificationText(title: string, publishedAt: Date): string {
  const characters = Array.from(title.replace(/\s+/g, ' ').trim());
  const line =
    characters.length <= longestTitle
      ? characters.join('')
      : `${characters.slice(0, longestTitle).join('')}…`;
  return `新公告：${line}\n发布时间：${chinaTime(publishedAt)}\n请打开应用查看。`;
}

/** China has one time zone and no summer time. */
function chinaTime(at: Date): string {
  return new Date(at.getTime() + 8 * 60 * 60_000).toISOString().slice(0, 19).replace('T', ' ');
}
