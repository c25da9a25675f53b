import type { FastifyBaseLogger } from 'fastify';
import type { PrismaClient } from '../database/database.ts';
import { maxAttempts, type Queue, waitAfter } from '../jobs/queue.ts';
import { PlatformError } from '../platform/platform.ts';
import type { ClaimedEvent, Inbox } from './inbox.ts';
import { type CheckedUser, checkedColumns, type Recheck } from './recheck.ts';

export interface EventTiming {
  /** How often it looks for rows that nobody told it of, in milliseconds; 15,000 by default. */
  pollMs?: number;
  /** Between two people, in milliseconds; 100 by default: the platform's limits are there for people who sign in. */
  gapMs?: number;
}

const minute = 60_000;
/** Far above any call's time-out. */
const leaseMs = minute;
/** With {@link maxAttempts} about three and a half hours; the next re-check of everybody covers what is given up. */
const longestWaitMs = 60 * minute;
/** Further looks at somebody who is said to have left while the platform still knows them. */
const confirmMs: readonly number[] = [30_000, 5 * minute];

/** Types after which a member is looked at again: the directory may lag behind the event. */
const mayLag = new Set(['user_leave_org', 'employee_changed']);

/**
 * Stored events as work, one at a time. Whatever an event says, the platform is asked about the person and its answer
 * decides, so order, repeats and forgeries change nothing.
 */
export function eventQueue(deps: {
  prisma: PrismaClient;
  inbox: Inbox;
  recheck: Recheck;
  logger: FastifyBaseLogger;
  timing?: EventTiming;
}): Queue<ClaimedEvent> {
  const { prisma, inbox, recheck, logger } = deps;
  const { pollMs = 15_000, gapMs = 100 } = deps.timing ?? {};

  async function work(event: ClaimedEvent): Promise<void> {
    const { attempts, person, type } = event;
    // Only processes that end while they work on the row leave it so.
    if (attempts > maxAttempts) return giveUp(event, '处理这条事件的进程一再中断');
    try {
      const found = await prisma.user.findUnique({ where: { dingUserId: person }, select: checkedColumns });
      const standing = isBound(found) ? await recheck(found, 'event') : 'unclear';
      const againMs = confirmMs[attempts - 1];
      if (standing === 'member' && mayLag.has(type) && againMs !== undefined) {
        await inbox.postpone(event, againMs, null);
      } else await inbox.finish(event, null);
    } catch (error) {
      await failed(event, error);
    }
  }

  async function failed(event: ClaimedEvent, error: unknown): Promise<void> {
    const { attempts } = event;
    const problem = problemOf(error);
    if (attempts >= maxAttempts) return giveUp(event, problem);
    const { remedy, retryAfterSeconds } =
      error instanceof PlatformError ? error : { remedy: null, retryAfterSeconds: null };
    const waitMs = waitAfter(attempts, longestWaitMs, (retryAfterSeconds ?? 0) * 1000);
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

  return {
    name: 'events',
    title: '处理平台的人员变动事件',
    pollMs,
    gapMs,
    atOnce: 1,
    claim: async () => [await inbox.claim(leaseMs)].filter((event) => event !== null),
    work,
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
