import type { FastifyBaseLogger } from 'fastify';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { maxAttempts, type Queue, waitAfter } from '../jobs/queue.ts';
import { PlatformError } from '../platform/platform.ts';
import { leaseMs } from './claims.ts';
import { createMessages, type MessagingPlatform, type RecallOutcome, takenBack } from './messages.ts';

/**
 * Wants a message of `enqueue` taken back: what is waiting is cancelled here, what was sent is recalled by a worker,
 * and nothing of it is sent any more. It stands or falls with the caller's transaction.
 *
 * @param rows how many rows the message has at most (a row holds 100 receivers).
 * @param now epoch milliseconds.
 */
export async function wantRecall(tx: Transaction, key: string, rows: number, now: number): Promise<void> {
  // Numbers without gaps, so that the unique index finds them: a LIKE would read the whole table.
  await tx.$executeRaw`
    UPDATE outbox_messages AS m SET ${takenBack(new Date(now))}
    FROM generate_series(1, ${rows}::int) AS n
    WHERE m.dedup_key = ${key} || '#' || n AND m.recall_wanted_at IS NULL`;
}

export interface RecallQueueOptions {
  prisma: PrismaClient;
  platform: MessagingPlatform;
  /** Epoch milliseconds. */
  now: () => number;
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
}

/** Rows claimed and calls made at a time, of this process; the platform's own limit is kept by its driver. */
const atOnce = 4;
const pollMs = 5000;
const longestWaitMs = 10 * 60_000;
/** A message that is being sent at this moment is looked at again after this long, in milliseconds. */
const askAgainMs = 10_000;
/** A message that is being sent for longer than this has lost its process: nobody knows whether it was sent. */
const undecidedMs = leaseMs + 60_000;

interface Claim {
  id: string;
  attempts: number;
  wantedAt: Date;
}

/** `next`, epoch milliseconds: tried again then; null: never again. */
interface Settlement {
  recalledAt?: Date;
  error: string | null;
  next: number | null;
}

/** What {@link wantRecall} has marked, as work. Recalling twice does no harm, so a process may die at any point. */
export function recallQueue({ prisma, platform, now, log }: RecallQueueOptions): Queue<Claim> {
  const messages = createMessages(prisma, platform, now);

  return {
    name: 'recalls',
    title: '从平台撤回工作通知',
    pollMs,
    atOnce,
    claim() {
      const at = new Date(now());
      const leaseUntil = new Date(now() + leaseMs);
      // Materialised, because a subquery with SKIP LOCKED may be run twice and would then take too many rows.
      return prisma.$queryRaw<Claim[]>`
        WITH due AS MATERIALIZED (
          SELECT id FROM outbox_messages WHERE recall_next_at <= ${at}::timestamptz
          ORDER BY recall_next_at, id LIMIT ${atOnce}::int FOR UPDATE SKIP LOCKED
        )
        UPDATE outbox_messages AS m
        SET recall_next_at = ${leaseUntil}::timestamptz, recall_attempts = m.recall_attempts + 1
        FROM due WHERE m.id = due.id
        RETURNING m.id, m.recall_attempts AS attempts, m.recall_wanted_at AS "wantedAt"`;
    },
    async work({ id, attempts, wantedAt }) {
      let settlement: Settlement;
      try {
        settlement = settlementOf(await messages.recall(id), wantedAt.getTime(), now());
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        const waitMs = waitAfter(attempts, longestWaitMs, (error.retryAfterSeconds ?? 0) * 1000);
        const next = attempts >= maxAttempts ? null : now() + waitMs;
        settlement = { error: error.remedy ?? error.message, next };
      }
      const { recalledAt, error, next } = settlement;
      if (recalledAt !== undefined) log.info({ message: id }, 'message recalled');
      else if (error !== null) log.warn({ message: id, reason: error, again: next !== null }, 'not recalled');
      await prisma.outboxMessage.update({
        where: { id },
        data: {
          ...(recalledAt !== undefined && { recalledAt }),
          recallError: error,
          recallNextAt: next === null ? null : new Date(next),
        },
      });
    },
  };
}

function settlementOf(result: RecallOutcome, wantedAt: number, now: number): Settlement {
  switch (result.outcome) {
    case 'recalled':
      return { recalledAt: new Date(now), error: null, next: null };
    case 'cancelled':
    case 'not-found':
      return { error: null, next: null };
    case 'too-late':
      return { error: '发出已超过 24 小时，平台不再允许撤回', next: null };
    case 'not-possible':
      return { error: '平台没有给这条消息编号，无法撤回', next: null };
    case 'not-sent':
      if (result.state.status === 'FAILED') return { error: null, next: null };
      // It is being sent at this moment, or its process has just died: both have an end.
      if (now - wantedAt < undecidedMs) return { error: null, next: now + askAgainMs };
      return { error: '不知道是否已送达，平台没有给它编号，无法撤回', next: null };
  }
}
