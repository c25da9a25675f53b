import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/database.ts';
import { type Pause, pause } from '../jobs/pause.ts';
import { type HeldLock, whileAlone } from '../jobs/run-lock.ts';
import { PlatformError } from '../platform/platform.ts';
import { createOutage, isPassing } from './outage.ts';
import { type CheckedUser, checkedColumns, type Recheck } from './recheck.ts';

export interface Progress {
  /** People checked since the run began, also before an interruption. */
  checked: number;
  /** Of these, the people who left. */
  left: number;
  /** Of these, the people about whom the platform could not tell; they were not changed. */
  failed: number;
}

export type ReconcileResult =
  | ({ outcome: 'finished' } & Progress)
  /** Ended by `signal`; the next run resumes there. */
  | ({ outcome: 'stopped' } & Progress)
  /** The platform is down or refuses the app; the next run resumes there. */
  | ({ outcome: 'broken-off'; error: PlatformError } & Progress)
  /** Another process is running a re-check. */
  | { outcome: 'running-elsewhere' }
  /** The last run is younger than `minAgeMs`. */
  | { outcome: 'not-due' };

export interface ReconcileOptions {
  /** Does nothing if the last run began less than this ago, in milliseconds; 0 by default. */
  minAgeMs?: number;
  /** Ends the run after the current people. */
  signal?: AbortSignal;
  /** Called once, when the run begins. */
  onBegin?: (beginning: Beginning) => void;
  /** Called after the people of each second; `total` counts the people of the whole run. */
  onProgress?: (progress: Progress & { total: number }) => void;
}

/** How a run begins; times are epoch milliseconds. */
export type Beginning =
  | { how: 'new' }
  /** Continues the unfinished run of `startedAt`. */
  | { how: 'resumed'; startedAt: number; checked: number }
  /** Starts again: the unfinished run of `startedAt` is too old. */
  | { how: 'anew'; startedAt: number };

/** Re-checks every bound person, or resumes an unfinished run. */
export type Reconcile = (options?: ReconcileOptions) => Promise<ReconcileResult>;

type Finding = 'left' | 'known' | 'unasked' | PlatformError;

type Run = Progress & { id: string; cursor: string | null };

/** The wait before the second question about a person, after a passing fault, in milliseconds. */
const secondTryMs = 2000;
/** If the platform asks for a longer wait than this, the run does not wait for it. In milliseconds. */
const longestWaitMs = 30_000;

/**
 * How long after its start a run may be resumed, in milliseconds, so that its findings are not too old at its end. For
 * many people it is twice the time that the questions take.
 */
const runKeepsMs = 24 * 3_600_000;

export function createReconcile(deps: {
  database: Database;
  recheck: Recheck;
  now: () => number;
  /** People a second. */
  perSecond: number;
  logger: FastifyBaseLogger;
  wait?: Pause;
}): Reconcile {
  const { database, recheck, now, perSecond, logger, wait = pause } = deps;
  const { prisma } = database;
  const never = new AbortController().signal;
  // People who have left are only asked about while they have a session.
  const bound = { dingUserId: { not: null }, OR: [{ leftAt: null }, { sessions: { some: {} } }] };

  /** The run to resume, or a new one; null if the last one is too recent. */
  async function open(minAgeMs: number): Promise<{ run: Run; beginning: Beginning } | null> {
    const last = await prisma.reconcileRun.findFirst({ orderBy: [{ startedAt: 'desc' }, { id: 'desc' }] });
    const startedAt = last?.startedAt.getTime() ?? Number.NEGATIVE_INFINITY;
    const unfinished = last?.finishedAt === null;
    if (unfinished) {
      const people = await prisma.user.count({ where: bound });
      const keepsMs = Math.max(runKeepsMs, (2 * people * 1000) / perSecond);
      if (startedAt > now() - keepsMs) {
        return { run: pick(last), beginning: { how: 'resumed', startedAt, checked: last.checked } };
      }
    } else if (startedAt > now() - minAgeMs) return null;
    const run = await prisma.reconcileRun.create({ data: { startedAt: new Date(now()) } });
    return { run: pick(run), beginning: unfinished ? { how: 'anew', startedAt } : { how: 'new' } };
  }

  const after = (run: Run) => (run.cursor === null ? bound : { ...bound, id: { gt: run.cursor } });

  async function nextOf(run: Run): Promise<CheckedUser[]> {
    const users = await prisma.user.findMany({
      where: after(run),
      select: checkedColumns,
      orderBy: { id: 'asc' },
      take: perSecond,
    });
    return users.flatMap(({ dingUserId, ...user }) => (dingUserId === null ? [] : [{ ...user, dingUserId }]));
  }

  /** @returns `unasked` if the run must end before the second try. */
  async function check(user: CheckedUser, signal: AbortSignal): Promise<Finding> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await recheck(user, 'reconcile')) === 'left' ? 'left' : 'known';
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        const waitMs = Math.max(secondTryMs, (error.retryAfterSeconds ?? 0) * 1000);
        if (attempt === 2 || !isPassing(error) || waitMs > longestWaitMs) return error;
        if (!signal.aborted) await wait(waitMs, signal);
        if (signal.aborted) return 'unasked';
      }
    }
  }

  /** Writes the progress, unless another process has resumed the run meanwhile. */
  async function advance(run: Run, to: Run & { finishedAt?: Date }): Promise<boolean> {
    const { id, ...data } = to;
    const where = { id, cursor: run.cursor, checked: run.checked, finishedAt: null };
    return (await prisma.reconcileRun.updateMany({ where, data })).count === 1;
  }

  async function go(options: ReconcileOptions, lock: HeldLock): Promise<ReconcileResult> {
    const { minAgeMs = 0, signal = never, onBegin, onProgress } = options;
    const opened = await open(minAgeMs);
    if (opened === null) return { outcome: 'not-due' };
    onBegin?.(opened.beginning);
    if (opened.beginning.how === 'anew') {
      const startedAt = new Date(opened.beginning.startedAt).toISOString();
      logger.warn({ startedAt }, 'a re-check that was broken off long ago is begun anew');
    }
    /** The progress in the database. */
    let run = opened.run;
    /** The progress including people of a possible outage, who are asked about again if it is one. */
    let ahead = run;
    const outage = createOutage();
    const total = run.checked + (await prisma.user.count({ where: after(run) }));
    const progressOf = ({ checked, left, failed }: Progress): Progress => ({ checked, left, failed });
    const breakOff = (error: PlatformError): ReconcileResult => {
      const progress = progressOf(run);
      logger.warn({ err: error, remedy: error.remedy, ...progress }, 're-check of all people broken off');
      return { outcome: 'broken-off', error, ...progress };
    };
    for (;;) {
      if (signal.aborted) return { outcome: 'stopped', ...progressOf(run) };
      const began = performance.now();
      const users = await nextOf(ahead);
      if (users.length === 0) {
        const error = outage.ofAll();
        if (error !== null) return breakOff(error);
        const finished = await advance(run, { ...ahead, finishedAt: new Date(now()) });
        return finished ? { outcome: 'finished', ...progressOf(ahead) } : { outcome: 'running-elsewhere' };
      }
      const found = await Promise.all(users.map((user) => check(user, signal)));
      const unasked = found.indexOf('unasked');
      const results = unasked === -1 ? found : found.slice(0, unasked);
      const last = users[results.length - 1];
      if (last === undefined) continue;
      const faults = results.filter((result) => result instanceof PlatformError);
      const error = outage.note(faults, results.length);
      if (error !== null) return breakOff(error);
      for (const err of faults) logger.warn({ err }, 'a person could not be checked');
      ahead = {
        id: run.id,
        cursor: last.id,
        checked: ahead.checked + results.length,
        left: ahead.left + results.filter((result) => result === 'left').length,
        failed: ahead.failed + faults.length,
      };
      if (!outage.isPossible()) {
        await lock.check();
        if (!(await advance(run, ahead))) return { outcome: 'running-elsewhere' };
        run = ahead;
      }
      onProgress?.({ ...progressOf(ahead), total });
      await wait(Math.max(0, 1000 - (performance.now() - began)), signal);
    }
  }

  return async (options = {}) => {
    const done = await whileAlone(database, 'people:reconcile', (lock) => go(options, lock));
    return done?.result ?? { outcome: 'running-elsewhere' };
  };
}

function pick({ id, cursor, checked, left, failed }: Run): Run {
  return { id, cursor, checked, left, failed };
}
