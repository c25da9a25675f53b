import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient } from '../database/database.ts';
import { notifyReaders } from './notification.ts';

export type PublishOutcome =
  /** `receivers`: how many people get a work notification, once the outbox is worked off. */
  | { outcome: 'published'; receivers: number }
  /** It was published before, or has a date: nothing was changed, and nobody is notified again. */
  | { outcome: 'already-published'; publishedAt: Date }
  | { outcome: 'not-found' };

/** The publisher, for the audit log; null for the command line. */
export interface Publisher {
  actorId: string | null;
  address: string | null;
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
      const receivers = await notifyReaders(tx, { id, ...notice, publishedAt: notice.publishedAt }, now); // part: messages
      // without messages: const receivers = 0;
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
