import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import pLimit from 'p-limit';
import type { PrismaClient } from '../database/database.ts';
import type { MessageKind } from '../database/generated/enums.ts';
import { type Claim, createClaims, type Settlement, type Started } from './claims.ts';
import {
  deliver,
  repeatAfterMs,
  repeatableSince,
  repeatableUntil,
  type SendingPlatform,
  type Verdict,
} from './delivery.ts';

export interface OutboxWorkerOptions {
  prisma: PrismaClient;
  platform: SendingPlatform;
  /** Epoch milliseconds. */
  now: () => number;
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
  /** How often it looks for messages that nobody told it of, in milliseconds; 2000 by default. */
  pollMs?: number;
}

export interface OutboxWorker {
  /** Sends what is due, now and from now on. */
  start(): void;
  /** Tells it that there is something to send; also before `start`, and while it is sending. */
  wake(): void;
  /**
   * Sends everything that is due and waits for it; works with and without `start`.
   *
   * @returns how many calls were made.
   * @throws errors of the database.
   */
  drain(): Promise<number>;
  /** Takes nothing new, waits for the calls under way and gives the rest back. Never throws. */
  stop(): Promise<void>;
}

/** Calls at a time, of this process; the platform's own limit is kept by its driver. */
const concurrency = 4;
/** Rows claimed at once: a few rounds of calls, so that a process that dies holds up few. */
const claimAtOnce = 20;
/** With the waits below about two hours: longer than most outages, shorter than news keeps. */
export const maxAttempts = 12;
const firstWaitMs = 10_000;
const longestWaitMs = 30 * 60_000;
/** Waits between attempts to write down what happened, in milliseconds: a database restarts in seconds. */
const settleWaitsMs = [100, 400, 1500, 4000];

const kinds: readonly MessageKind[] = ['WORK_NOTIFICATION', 'DING'];

/** Sends the outbox. Any number of processes may run one on the same database; each message is sent once. */
export function createOutboxWorker(options: OutboxWorkerOptions): OutboxWorker {
  const { prisma, platform, now, log, pollMs = 2000 } = options;
  const claims = createClaims(prisma, now);
  const limit = pLimit(concurrency);
  /** Until when the platform takes no messages of a kind, in epoch milliseconds. */
  const paused = new Map<MessageKind, number>();
  const active = new Set<Promise<unknown>>();
  let stopping = false;
  let loop: Promise<void> | null = null;
  let woken = false;
  let rouse = () => {};

  const isPaused = (kind: MessageKind) => (paused.get(kind) ?? 0) > now();

  async function settle(started: Started, settlement: Settlement): Promise<void> {
    for (const waitMs of [...settleWaitsMs, null]) {
      try {
        await claims.settle(started, settlement);
        return;
      } catch (err) {
        if (waitMs === null) {
          // What was sent is found after the lease, as uncertain.
          log.error({ err, message: started.id, status: settlement.status }, 'message not marked');
          return;
        }
        await delay(waitMs);
      }
    }
  }

  /** @returns whether a call was made. */
  async function sendOne(claim: Claim): Promise<boolean> {
    if (stopping || isPaused(claim.kind)) {
      await claims.release([claim]);
      return false;
    }
    const started = await claims.begin(claim);
    if (started === null) return false;
    const verdict = await deliver(platform, started);
    if (verdict.outcome === 'refused' && verdict.pause) paused.set(started.kind, now() + verdict.waitMs);
    const settlement = settlementOf(started, verdict, platform.name, now());
    const about = {
      message: started.id,
      key: started.dedupKey,
      kind: started.kind,
      attempt: started.attempts,
    };
    switch (settlement.status) {
      case 'SENT':
        log.info({ ...about, receivers: started.receivers.length }, 'message sent');
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
    await settle(started, settlement);
    return true;
  }

  async function round(): Promise<{ claimed: number; calls: number }> {
    const batch = await claims.claim({
      kinds: kinds.filter((kind) => !isPaused(kind)),
      limit: claimAtOnce,
      doubtfulSince: repeatableSince(platform.name, now()) + repeatAfterMs,
      maxAttempts,
    });
    const results = await Promise.allSettled(batch.map((claim) => limit(() => sendOne(claim))));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return {
      claimed: batch.length,
      calls: results.filter((result) => result.status === 'fulfilled' && result.value).length,
    };
  }

  async function sendDue(): Promise<number> {
    const abandoned = await claims.abandon(repeatAfterMs);
    for (const message of abandoned) log.warn({ message }, 'message may have been sent: its process died');
    let total = 0;
    while (!stopping) {
      const { claimed, calls } = await round();
      total += calls;
      if (claimed === 0) break;
    }
    return total;
  }

  function drain(): Promise<number> {
    const run = sendDue();
    const settled = run.then(
      () => {},
      () => {},
    );
    active.add(settled);
    settled.then(() => active.delete(settled));
    return run;
  }

  async function sleep(ms: number): Promise<void> {
    if (!woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        // Waiting for messages is no reason to stay alive.
        timer.unref();
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    woken = false;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping) {
      try {
        await drain();
        failures = 0;
      } catch (err) {
        if (failures === 0) log.warn({ err }, 'outbox not readable, trying on');
        failures += 1;
      }
      await sleep(Math.min(pollMs * 2 ** failures, 30_000));
    }
  }

  function wake(): void {
    woken = true;
    rouse();
  }

  return {
    start() {
      if (!stopping) loop ??= run();
    },
    wake,
    drain,
    async stop() {
      stopping = true;
      wake();
      await loop;
      await Promise.all(active);
    },
  };
}

function settlementOf(
  { doubtful, attempts, kind }: Started,
  verdict: Verdict,
  platform: SendingPlatform['name'],
  now: number,
): Settlement {
  if (verdict.outcome === 'sent') return { status: 'SENT', taskId: verdict.taskId, lastError: verdict.note };
  const lastError = verdict.reason;
  const growing = Math.min(firstWaitMs * 2 ** (attempts - 1), longestWaitMs);
  if (verdict.outcome === 'unknown' || doubtful) {
    // A refusal now says nothing about the earlier call that may have sent it.
    const nextAttemptAt = Math.min(now + Math.max(growing, repeatAfterMs), repeatableUntil(platform, now));
    return { status: 'UNCERTAIN', lastError, ...(kind === 'WORK_NOTIFICATION' && { nextAttemptAt }) };
  }
  if (!verdict.retry) return { status: 'FAILED', lastError };
  if (attempts >= maxAttempts) return { status: 'FAILED', lastError: `${lastError}（试了 ${attempts} 次）` };
  return { status: 'PENDING', lastError, nextAttemptAt: now + Math.max(growing, verdict.waitMs) };
}
