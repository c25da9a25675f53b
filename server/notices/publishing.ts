import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient } from '../database/database.ts';
import { notifyReaders } from './notification.ts';

export type PublishOutcome =
  /** `receivers`: how many people get a work notification, once the outbox is worked off. */
  | { outcome: 'published'; receivers: number }
  /** It was published before, or is not what the publisher has seen: nothing was changed, and nobody is notified. */
  | { outcome: 'conflict' }
  | { outcome: 'not-found' };

export interface Publisher {
  /** Of the notice, as the publisher has read it. */
  version: number;
  /** For the audit log, as the address. */
  actorId: string;
  address: string;
}

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
export function publishNotice(
  prisma: PrismaClient,
  id: string,
  now: number,
  { version, actorId, address }: Publisher,
): Promise<PublishOutcome> {
  return prisma.$transaction(
    async (tx) => {
      const publishedAt = new Date(now);
      // The row's lock makes a second publication wait, and then find the date.
      const { count } = await tx.notice.updateMany({
        where: { id, publishedAt: null, version },
        data: { publishedAt, version: { increment: 1 } },
      });
      const notice = await tx.notice.findUnique({ where: { id }, select: { title: true } });
      if (notice === null) return { outcome: 'not-found' };
      if (count === 0) return { outcome: 'conflict' };
      const { title } = notice;
      const receivers = await notifyReaders(tx, { id, title, publishedAt }, now); // part: messages
      // without messages: const receivers = 0;
      const detail = {
        title,
        receivers,
        before: { state: 'draft' },
        after: { state: 'published', publishedAt: publishedAt.toISOString() },
      } as const;
      const event = { action: 'notice.published', actorId, subject: noticeSubject(id), detail } as const;
      await recordAudit(tx, event, address);
      return { outcome: 'published', receivers };
    },
    { timeout: transactionMs },
  );
}
