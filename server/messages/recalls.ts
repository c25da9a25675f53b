import type { FastifyBaseLogger } from 'fastify';
import pLimit from 'p-limit';
import type { PrismaClient, Transaction } from '../database/database.ts';
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

export interface RecallWorkerOptions {
  prisma: PrismaClient;
  platform: MessagingPlatform;
  /** Epoch milliseconds. */
  now: () => number;
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>;
  /** How often it looks for recalls that nobody told it of, in milliseconds; 5000 by default. */
  pollMs?: number;
}

export interface RecallWorker {
  /** Recalls what is due, now and from now on. */
  start(): void;
  /** There may be something to do: looks at once. */
  wake(): void;
  /** Recalls everything that is due and waits for it. @returns how many were looked at. */
  drain(): Promise<number>;
  /** Takes nothing new, and waits for the calls under way. Never throws. */
  stop(): Promise<void>;
}

/** Calls at a time, of this process; the platform's own limit is kept by its driver. */
const concurrency = 4;
const claimAtOnce = 20;
const maxAttempts = 12;
const firstWaitMs = 10_000;
const longestWaitMs = 10 * 60_000;
/** How long a message may be under way: then its process is taken for dead, and nobody knows whether it was sent. */
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

/** Recalls what {@link wantRecall} has marked. Recalling twice does no harm, so a process may die at any point. */
export function createRecallWorker(options: RecallWorkerOptions): RecallWorker {
  const { prisma, platform, now, log, pollMs = 5000 } = options;
  const messages = createMessages(prisma, platform, now);
  const limit = pLimit(concurrency);
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<number> | null = null;
  let failing = false;

  /** Takes due rows that no other process holds; they are due again after the lease. */
  function claim(): Promise<Claim[]> {
    const at = new Date(now());
    const leaseUntil = new Date(now() + leaseMs);
    return prisma.$queryRaw<Claim[]>`
      WITH due AS MATERIALIZED (
        SELECT id FROM outbox_messages WHERE recall_next_at <= ${at}::timestamptz
        ORDER BY recall_next_at, id LIMIT ${claimAtOnce}::int FOR UPDATE SKIP LOCKED
      )
      UPDATE outbox_messages AS m
      SET recall_next_at = ${leaseUntil}::timestamptz, recall_attempts = m.recall_attempts + 1
      FROM due WHERE m.id = due.id
      RETURNING m.id, m.recall_attempts AS attempts, m.recall_wanted_at AS "wantedAt"`;
  }

  async function recallOne({ id, attempts, wantedAt }: Claim): Promise<void> {
    let settlement: Settlement;
    try {
      settlement = settlementOf(await messages.recall(id), wantedAt.getTime(), now());
    } catch (error) {
      // A fault of the database: the row is due again after its lease.
      if (!(error instanceof PlatformError)) throw error;
      const waitMs = Math.min(firstWaitMs * 2 ** (attempts - 1), longestWaitMs);
      const asked = (error.retryAfterSeconds ?? 0) * 1000;
      const next = attempts >= maxAttempts ? null : now() + Math.max(waitMs, asked);
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
  }

  async function recallDue(): Promise<number> {
    let total = 0;
    while (!stopping) {
      const batch = await claim();
      if (batch.length === 0) break;
      total += batch.length;
      const results = await Promise.allSettled(batch.map((row) => limit(() => recallOne(row))));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
    return total;
  }

  function drain(): Promise<number> {
    const run = (running ?? Promise.resolve(0)).catch(() => 0).then(recallDue);
    running = run;
    return run;
  }

  async function look(): Promise<void> {
    try {
      await drain();
      failing = false;
    } catch (err) {
      if (!failing) log.warn({ err }, 'recalls not readable, trying on');
      failing = true;
    }
  }

  return {
    start() {
      if (stopping) return;
      timer ??= setInterval(look, pollMs).unref();
      void look();
    },
    wake() {
      if (timer !== undefined) void look();
    },
    drain,
    async stop() {
      stopping = true;
      clearInterval(timer);
      timer = undefined;
      await running?.catch(() => {});
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
      if (now - wantedAt < undecidedMs) return { error: null, next: now + firstWaitMs };
      return { error: '不知道是否已送达，平台没有给它编号，无法撤回', next: null };
  }
}
