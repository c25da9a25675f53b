import type { FastifyBaseLogger } from 'fastify';
import type { PrismaClient } from '../database/database.ts';
import { maxAttempts, type Queue, waitAfter } from '../jobs/queue.ts';
import { PlatformError } from '../platform/platform.ts';
import type { ClaimedEvent, Inbox } from './inbox.ts';
import { type CheckedUser, checkedColumns, type Recheck } from './recheck.ts';

export interface EventTiming {
  /** The time between two looks for rows of other processes, in milliseconds; 15,000 by default. */
  pollMs?: number;
  /** The pause between two people, in milliseconds; 100 by default, which leaves the platform's limits to sign-ins. */
  gapMs?: number;
}

const minute = 60_000;
/** Far above the time-out of a call. */
const leaseMs = minute;
/**
 * With {@link maxAttempts} about three and a half hours; after that the next re-check of everybody covers the person.
 */
const longestWaitMs = 60 * minute;
/** Further checks of a person who, by the event, has left, but whom the platform still knows. */
const confirmMs: readonly number[] = [30_000, 5 * minute];

/** Types of events after which a member is checked again: the directory may lag behind the event. */
const mayLag = new Set(['user_leave_org', 'employee_changed']);

/**
 * Handles stored events, one at a time. For every event the platform is asked about the person, and only its answer
 * counts, so order, repeats and forgeries have no effect.
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
    // Only a process that died with the row can have left it so.
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

/** Kind and place of an error for the administrator, without texts that may quote data, as Prisma's do. */
function problemOf(error: unknown): string {
  if (error instanceof PlatformError) {
    const { kind, api, upstreamCode, remedy } = error;
    return [kind, api, upstreamCode, remedy].filter((part) => part !== null).join(' ');
  }
  return error instanceof Error ? error.name : 'unknown';
}
