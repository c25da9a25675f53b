import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { PrismaClient } from '../database/database.ts';
import type { MessageKind } from '../database/generated/enums.ts';
import { maxAttempts, type Queue, waitAfter } from '../jobs/queue.ts';
import { type Claim, createClaims, type Settlement, type Started } from './claims.ts';
import {
  deliver,
  repeatAfterMs,
  repeatableSince,
  repeatableUntil,
  type SendingPlatform,
  type Verdict,
} from './delivery.ts';

export interface OutboxQueueOptions {
  prisma: PrismaClient;
  platform: SendingPlatform;
  /** Epoch milliseconds. */
  now: () => number;
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
  /** The time between two looks for messages of other processes, in milliseconds; 2000 by default. */
  pollMs?: number;
}

/** With {@link maxAttempts} about two hours: longer than most outages, and not so long that the message is outdated. */
const longestWaitMs = 30 * 60_000;
/** The waits between attempts to write a result, in milliseconds: a database restarts in seconds. */
const settleWaitsMs = [100, 400, 1500, 4000];
const kinds: readonly MessageKind[] = ['WORK_NOTIFICATION', 'DING'];

/** The queue of the outbox: each message is sent once, also by many processes. */
export function outboxQueue(options: OutboxQueueOptions): Queue<Claim> {
  const { prisma, platform, now, log, pollMs = 2000 } = options;
  const claims = createClaims(prisma, now);
  /** Until when the platform accepts no messages of a kind, in epoch milliseconds. */
  const paused = new Map<MessageKind, number>();
  const isPaused = (kind: MessageKind) => (paused.get(kind) ?? 0) > now();

  async function settle(started: Started, settlement: Settlement): Promise<void> {
    for (const waitMs of [...settleWaitsMs, null]) {
      try {
        await claims.settle(started, settlement);
        return;
      } catch (err) {
        if (waitMs === null) {
          // A row that stays in SENDING becomes UNCERTAIN after its lease.
          log.error({ err, message: started.id, status: settlement.status }, 'message not marked');
          return;
        }
        await delay(waitMs);
      }
    }
  }

  return {
    name: 'outbox',
    title: '发出工作通知',
    pollMs,
    // The driver keeps the platform's limit.
    atOnce: 4,
    async before() {
      const abandoned = await claims.abandon(repeatAfterMs);
      for (const message of abandoned) log.warn({ message }, 'message may have been sent: its process died');
    },
    claim: () =>
      claims.claim({
        kinds: kinds.filter((kind) => !isPaused(kind)),
        // A few rounds of calls: a process that dies delays few messages.
        limit: 20,
        doubtfulSince: repeatableSince(platform.name, now()) + repeatAfterMs,
        maxAttempts,
      }),
    async work(claim, signal) {
      if (signal.aborted || isPaused(claim.kind)) return claims.release(claim);
      const started = await claims.begin(claim);
      if (started === null) return;
      const verdict = await deliver(platform, started);
      if (verdict.outcome === 'refused' && verdict.pause) paused.set(started.kind, now() + verdict.waitMs);
      const settlement = settlementOf(started, verdict, platform.name, now());
      tell(log, started, settlement);
      await settle(started, settlement);
    },
  };
}

function tell(log: OutboxQueueOptions['log'], started: Started, settlement: Settlement): void {
  const { id: message, dedupKey: key, kind, attempts: attempt, receivers } = started;
  const about = { message, key, kind, attempt };
  switch (settlement.status) {
    case 'SENT':
      log.info({ ...about, receivers: receivers.length }, 'message sent');
      break;
    case 'PENDING':
      log.warn({ ...about, reason: settlement.lastError }, 'message not sent, tried again later');
      break;
    case 'UNCERTAIN':
      log.warn({ ...about, reason: settlement.lastError }, 'message may have been sent');
      break;
    case 'FAILED':
      log.error({ ...about, remedy: settlement.lastError }, 'message not sent');
  }
}

function settlementOf(
  { doubtful, attempts, kind }: Started,
  verdict: Verdict,
  platform: SendingPlatform['name'],
  now: number,
): Settlement {
  if (verdict.outcome === 'sent') return { status: 'SENT', taskId: verdict.taskId, lastError: verdict.note };
  const lastError = verdict.reason;
  if (verdict.outcome === 'unknown' || doubtful) {
    // A refusal of this call says nothing about the earlier one, which may have sent the message.
    const next = now + waitAfter(attempts, longestWaitMs, repeatAfterMs);
    const nextAttemptAt = Math.min(next, repeatableUntil(platform, now));
    return { status: 'UNCERTAIN', lastError, ...(kind === 'WORK_NOTIFICATION' && { nextAttemptAt }) };
  }
  if (!verdict.retry) return { status: 'FAILED', lastError };
  if (attempts >= maxAttempts) return { status: 'FAILED', lastError: `${lastError}（试了 ${attempts} 次）` };
  return {
    status: 'PENDING',
    lastError,
    nextAttemptAt: now + waitAfter(attempts, longestWaitMs, verdict.waitMs),
  };
}
