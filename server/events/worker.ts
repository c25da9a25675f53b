import type { FastifyBaseLogger } from 'fastify';
import type { PrismaClient } from '../database/database.ts';
import { type Pause, pause } from '../jobs/pause.ts';
import { PlatformError } from '../platform/platform.ts';
import type { ClaimedEvent, Inbox } from './inbox.ts';
import { type CheckedUser, checkedColumns, type Recheck } from './recheck.ts';

export interface EventWorker {
  /** Looks for rows from now on. */
  start(): void;
  /** There may be something to do: looks at once. */
  wake(): void;
  /** Resolves when nothing is due and nothing is being worked off. */
  settled(): Promise<void>;
  /** Takes no more rows, and waits for the one at hand. */
  stop(): Promise<void>;
}

export interface WorkerTiming {
  /** A row whose taker has not finished it after this long is taken again; far above any call's time-out. */
  leaseMs: number;
  /** The safety net under {@link EventWorker.wake}: other instances' rows, repeats, and rows of the dead. */
  pollMs: number;
  /** Between two rows: the platform's limits are there for people who sign in. */
  gapMs: number;
  /** Waits after a fault; the last one repeats. */
  retryMs: readonly number[];
  /** After this many attempts the row is kept with its problem, and the next re-check of everybody has it. */
  maxAttempts: number;
  /** Further looks at somebody who is said to have left while the platform still knows them. */
  confirmMs: readonly number[];
}

const minute = 60_000;

export const workerTiming: WorkerTiming = {
  leaseMs: minute,
  pollMs: 15_000,
  gapMs: 100,
  retryMs: [10_000, 30_000, minute, 2 * minute, 5 * minute, 15 * minute, 60 * minute],
  maxAttempts: 10,
  confirmMs: [30_000, 5 * minute],
};

/** Types after which a member is looked at again: the directory may lag behind the event. */
const mayLag = new Set(['user_leave_org', 'employee_changed']);

/**
 * Works off stored events, one at a time. Whatever an event says, the platform is asked about the person and its
 * answer decides, so order, repeats and forgeries change nothing. Any number of instances may run one.
 */
export function createEventWorker(deps: {
  prisma: PrismaClient;
  inbox: Inbox;
  recheck: Recheck;
  logger: FastifyBaseLogger;
  timing?: Partial<WorkerTiming>;
  wait?: Pause;
}): EventWorker {
  const { prisma, inbox, recheck, logger, wait = pause } = deps;
  const timing = { ...workerTiming, ...deps.timing };
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  /** Woken while running: the row may have come after the last look. */
  let again = false;

  async function work(event: ClaimedEvent): Promise<void> {
    const { attempts } = event;
    if (attempts > timing.maxAttempts) {
      // Only a process that ends while it works on the row leaves it so.
      return giveUp(event, '处理这条事件的进程一再中断');
    }
    try {
      const found = await prisma.user.findUnique({
        where: { dingUserId: event.person },
        select: checkedColumns,
      });
      const standing = isBound(found) ? await recheck(found, 'event') : 'unclear';
      const confirmMs = timing.confirmMs[attempts - 1];
      if (standing === 'member' && mayLag.has(event.type) && confirmMs !== undefined) {
        return await inbox.postpone(event, confirmMs, null);
      }
      await inbox.finish(event, null);
    } catch (error) {
      await failed(event, error);
    }
  }

  async function failed(event: ClaimedEvent, error: unknown): Promise<void> {
    const { attempts } = event;
    const problem = problemOf(error);
    if (attempts >= timing.maxAttempts) return giveUp(event, problem);
    const usual = timing.retryMs[Math.min(attempts, timing.retryMs.length) - 1] ?? minute;
    const asked = error instanceof PlatformError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const waitMs = Math.max(usual, asked);
    const remedy = error instanceof PlatformError ? error.remedy : null;
    logger[remedy === null ? 'warn' : 'error'](
      { err: error, event: event.id, attempts, waitMs, ...(remedy !== null && { remedy }) },
      'event not worked off yet',
    );
    await inbox.postpone(event, waitMs, problem);
  }

  async function giveUp(event: ClaimedEvent, problem: string): Promise<void> {
    logger.error({ event: event.id, attempts: event.attempts, problem }, 'event given up');
    await inbox.finish(event, problem);
  }

  async function run(): Promise<void> {
    const { signal } = stopping;
    try {
      for (;;) {
        if (signal.aborted) return;
        again = false;
        const event = await inbox.claim(timing.leaseMs);
        if (event === null) {
          if (again) continue;
          return;
        }
        await work(event);
        await wait(timing.gapMs, signal);
      }
    } catch (err) {
      // The database's fault: the lease of a row at hand runs out, and the poll looks again.
      logger.warn({ err }, 'working off events failed');
    }
  }

  function wake(): void {
    again = true;
    if (stopping.signal.aborted || running !== null) return;
    running = run().finally(() => {
      running = null;
    });
  }

  let poll: NodeJS.Timeout | undefined;

  return {
    start() {
      poll ??= setInterval(wake, timing.pollMs).unref();
      wake();
    },
    wake,
    async settled() {
      while (running !== null) await running;
    },
    async stop() {
      clearInterval(poll);
      stopping.abort();
      await running;
    },
  };
}

function isBound(user: { dingUserId: string | null } | null): user is CheckedUser {
  return user !== null && user.dingUserId !== null;
}

/** For the administrator: what and where, but no text that may quote data (Prisma's messages do). */
function problemOf(error: unknown): string {
  if (error instanceof PlatformError) {
    const { kind, api, upstreamCode, remedy } = error;
    return [kind, api, upstreamCode, remedy].filter((part) => part !== null).join(' ');
  }
  return error instanceof Error ? error.name : 'unknown';
}
