import type { FastifyBaseLogger } from 'fastify';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { maxAttempts, type Queue, waitAfter } from '../jobs/queue.ts';
import { type Platform, PlatformError } from '../platform/platform.ts';
import { leaseMs } from './claims.ts';

/** The `lastError` of a row that was taken back before it was sent. */
export const cancelledReason = '发送前已撤回';

/**
 * The columns that an UPDATE of `outbox_messages AS m` sets to take a message back: a waiting row is cancelled, no row
 * is sent (again), and a worker recalls every row that was sent.
 */
const takenBack = (at: Date): Prisma.Sql => Prisma.sql`
  recall_wanted_at = COALESCE(m.recall_wanted_at, ${at}::timestamptz),
  recall_next_at = CASE WHEN m.status IN ('PENDING', 'FAILED') THEN NULL ELSE ${at}::timestamptz END,
  last_error = CASE WHEN m.status = 'PENDING' THEN ${cancelledReason} ELSE m.last_error END,
  lease_until = CASE WHEN m.status = 'PENDING' THEN NULL ELSE m.lease_until END,
  status = CASE WHEN m.status = 'PENDING' THEN 'FAILED'::"MessageStatus" ELSE m.status END`;

/**
 * Takes a message of `enqueue` back, as part of the caller's transaction: waiting rows are cancelled, a worker recalls
 * sent ones, and no row is sent any more.
 *
 * @param rows the most rows that the message can have (a row holds 100 receivers).
 * @param now epoch milliseconds.
 */
export async function wantRecall(tx: Transaction, key: string, rows: number, now: number): Promise<void> {
  // The numbers have no gaps, so the unique index finds the rows; a LIKE would read the whole table.
  await tx.$executeRaw`
    UPDATE outbox_messages AS m SET ${takenBack(new Date(now))}
    FROM generate_series(1, ${rows}::int) AS n
    WHERE m.dedup_key = ${key} || '#' || n AND m.recall_wanted_at IS NULL`;
}

export interface RecallQueueOptions {
  prisma: PrismaClient;
  platform: Pick<Platform, 'recallMessage'>;
  /** Epoch milliseconds. */
  now: () => number;
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
}

/** Rows and calls at a time in this process; the driver keeps the platform's limit. */
const atOnce = 4;
const pollMs = 5000;
const longestWaitMs = 10 * 60_000;
/** The wait before the next look at a message that is just being sent, in milliseconds. */
const askAgainMs = 10_000;
/** After this time in SENDING, a message's process has died; whether it was sent is unknown. In milliseconds. */
const undecidedMs = leaseMs + 60_000;
/** Both platforms recall only messages younger than this, in milliseconds. */
const recallWithinMs = 24 * 60 * 60_000;

interface Claim {
  id: string;
  attempts: number;
  wantedAt: Date;
}

/** `next`: the time of the next attempt, epoch milliseconds; null for no other attempt. */
interface Settlement {
  recalledAt?: Date;
  error: string | null;
  next: number | null;
}

/**
 * The queue of messages that {@link wantRecall} has marked. A second recall does no harm, so a process may die at any
 * point.
 */
export function recallQueue({ prisma, platform, now, log }: RecallQueueOptions): Queue<Claim> {
  const over = (error: string | null): Settlement => ({ error, next: null });

  /** @throws PlatformError. */
  async function recall({ id, wantedAt }: Claim): Promise<Settlement> {
    // A message that was being sent when it was taken back may be waiting again.
    await prisma.$executeRaw`
      UPDATE outbox_messages AS m SET ${takenBack(new Date(now()))} WHERE m.id = ${id}::uuid AND m.status = 'PENDING'`;
    const { kind, status, sentAt, taskId } = await prisma.outboxMessage.findUniqueOrThrow({ where: { id } });
    if (status === 'FAILED') return over(null);
    if (status !== 'SENT' || sentAt === null) {
      // It is being sent, or its process has just died: the state will change.
      if (now() - wantedAt.getTime() < undecidedMs) return { error: null, next: now() + askAgainMs };
      return over('不知道是否已送达，平台没有给它编号，无法撤回');
    }
    // A DING has rung: neither platform takes it back.
    if (kind === 'DING' || taskId === null) return over('平台没有给这条消息编号，无法撤回');
    if (now() - sentAt.getTime() >= recallWithinMs) return over('发出已超过 24 小时，平台不再允许撤回');
    await platform.recallMessage(taskId);
    return { recalledAt: new Date(now()), error: null, next: null };
  }

  return {
    name: 'recalls',
    title: '从平台撤回工作通知',
    pollMs,
    atOnce,
    claim() {
      const at = new Date(now());
      const leaseUntil = new Date(now() + leaseMs);
      // MATERIALIZED, because a subquery with SKIP LOCKED may run twice and would then claim too many rows.
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
    async work(claim) {
      const { id, attempts } = claim;
      let settlement: Settlement;
      try {
        settlement = await recall(claim);
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
