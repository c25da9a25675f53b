import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { enqueue } from '../messages/outbox.ts';

export type PublishOutcome =
  /** `receivers`: how many people get a work notification, once the outbox is worked off. */
  | { outcome: 'published'; receivers: number }
  /** It was published before, or has a date: nothing was changed, and nobody is notified again. */
  | { outcome: 'already-published'; publishedAt: Date }
  | { outcome: 'not-found' };

/** Who publishes, for the audit log; null for a tool. */
export interface Publisher {
  actorId: string | null;
  address: string | null;
}

/** Names the notification of a notice in the outbox. */
export const noticeKey = (id: string) => `notice:${id}`;

/** Users read at a time: their ids alone, so that thousands cost little memory. */
const pageSize = 1000;
/** Both platforms take about 600 Chinese characters; a title is a line. */
const longestTitle = 200;
/** Longest that a publication may take, in milliseconds: half a million readers fit. */
const transactionMs = 60_000;

export const noticeSubject = (id: string) => `notice:${id}`;

/**
 * Publishes a notice now and notifies its readers: everybody who is bound, active and has not left. All or
 * nothing: the date and the messages stand in one transaction. Publishing twice changes nothing, also at once.
 *
 * A notice that was given a date by hand (`publishedAt`, perhaps in the future) counts as published and notifies
 * nobody.
 *
 * @param now epoch milliseconds.
 */
export async function publishNotice(
  prisma: PrismaClient,
  id: string,
  now: number,
  publisher: Publisher = { actorId: null, address: null },
): Promise<PublishOutcome> {
  const outcome = await publish(prisma, id, now, publisher, null);
  if (outcome.outcome === 'conflict') throw new Error('a publication without a version met a conflict');
  return outcome;
}

/**
 * The same, if the notice is still what the publisher has seen.
 *
 * @param version of the notice, as it was read.
 * @returns `conflict` when somebody has changed the draft since.
 */
export function publishVersion(
  prisma: PrismaClient,
  id: string,
  now: number,
  { version, ...publisher }: Publisher & { version: number },
): Promise<PublishOutcome | { outcome: 'conflict' }> {
  return publish(prisma, id, now, publisher, version);
}

function publish(
  prisma: PrismaClient,
  id: string,
  now: number,
  { actorId, address }: Publisher,
  version: number | null,
): Promise<PublishOutcome | { outcome: 'conflict' }> {
  return prisma.$transaction(
    async (tx) => {
      // The row's lock makes a second publication wait, and then find the date.
      const { count } = await tx.notice.updateMany({
        where: { id, publishedAt: null, ...(version !== null && { version }) },
        data: { publishedAt: new Date(now), version: { increment: 1 } },
      });
      const notice = await tx.notice.findUnique({
        where: { id },
        select: { title: true, publishedAt: true },
      });
      if (notice === null) return { outcome: 'not-found' };
      if (notice.publishedAt === null) return { outcome: 'conflict' };
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
      if (rows === 0) receivers = 0;
      else await tx.notice.update({ where: { id }, data: { notified: receivers } });
      const detail = {
        title: notice.title,
        receivers,
        before: { state: 'draft' },
        after: { state: 'published', publishedAt: notice.publishedAt.toISOString() },
      } as const;
      const event = { action: 'notice.published', actorId, subject: noticeSubject(id), detail } as const;
      await recordAudit(tx, event, address);
      return { outcome: 'published', receivers };
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
