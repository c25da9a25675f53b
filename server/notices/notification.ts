import type { Delivery } from '../contract/notices.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { enqueue } from '../messages/outbox.ts';
import { progressOf } from '../messages/progress.ts';
import { wantRecall } from '../messages/recalls.ts';
import { batchSize } from '../platform/messages.ts';

/* The work notifications of a notice: sent at its publication, taken back at its withdrawal. Only this file connects
   notices with messages. */

/** Users read at a time, only their ids. */
const pageSize = 1000;
/** Both platforms accept about 600 Chinese characters; a title is a line. */
const longestTitle = 200;

/** The key of a notice's notification in the outbox. */
export const noticeKey = (id: string) => `notice:${id}`;

/** The most rows of the outbox that the notification can have. */
const rowsOf = (notified: number | null) => Math.ceil((notified ?? 0) / batchSize);

/**
 * Writes the notification of a notice to everybody who may read it, in the transaction that publishes it.
 *
 * @param now epoch milliseconds.
 * @returns how many people are notified.
 */
export async function notifyReaders(
  tx: Transaction,
  { id, title, publishedAt }: { id: string; title: string; publishedAt: Date },
  now: number,
): Promise<number> {
  const { rows, receivers } = await enqueue(
    tx,
    {
      key: noticeKey(id),
      kind: 'WORK_NOTIFICATION',
      content: { type: 'text', text: notificationText(title, publishedAt) },
      receivers: readers(tx),
    },
    now,
  );
  // A notice that was unpublished by hand already has its messages.
  if (rows === 0) return 0;
  await tx.notice.update({ where: { id }, data: { notified: receivers } });
  return receivers;
}

/**
 * Takes the notification of a withdrawn notice back, in the transaction of the withdrawal.
 *
 * @param notified how many people were notified.
 * @param now epoch milliseconds.
 */
export function takeBack(tx: Transaction, id: string, notified: number | null, now: number): Promise<void> {
  return wantRecall(tx, noticeKey(id), rowsOf(notified), now);
}

/** The delivery of a notice's notification. @param notified how many people were notified. */
export function deliveryOf(prisma: PrismaClient, id: string, notified: number | null): Promise<Delivery> {
  return progressOf(prisma, noticeKey(id), rowsOf(notified));
}

/** The platform ids of everybody who may read notices, in the order of the users' own ids. */
async function* readers(tx: Transaction): AsyncGenerator<string> {
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
    yield* page.flatMap(({ dingUserId }) => dingUserId ?? []);
    after = page.at(-1)?.id ?? null;
    if (page.length < pageSize) return;
  }
}

/**
 * The text of a notification. It contains the time because DingTalk delivers the same text to a person only once a day,
 * and two notices may have the same title.
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
