import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/database.ts';
import { PlatformError } from '../platform/platform.ts';
import { type CheckedUser, checkedColumns, type Recheck } from './recheck.ts';
import { type HeldLock, whileAlone } from './run-lock.ts';
import { type Pause, pause } from './waiting.ts';

export interface Progress {
  /** People looked at since the run began, also before it was broken off. */
  checked: number;
  /** Of them, those who left. */
  left: number;
  /** Of them, those whom the platform could not tell about: nothing was changed. */
  failed: number;
}

export type ReconcileResult =
  | ({ outcome: 'finished' } & Progress)
  /** Broken off by `signal`; the next run goes on from there. */
  | ({ outcome: 'stopped' } & Progress)
  /** The platform is down or refuses us; the next run goes on from there. */
  | ({ outcome: 'broken-off'; error: PlatformError } & Progress)
  /** Another process is at it. */
  | { outcome: 'running-elsewhere' }
  /** The last run is younger than `minAgeMs`. */
  | { outcome: 'not-due' };

export interface ReconcileOptions {
  /** Starts nothing when the last run began less than this ago, in milliseconds; 0 by default. */
  minAgeMs?: number;
  /** Ends the run after the people at hand. */
  signal?: AbortSignal;
  /** Told after every second's people; `total` counts the people of this whole run. */
  onProgress?: (progress: Progress & { total: number }) => void;
}

/** Re-checks everybody who is bound, or goes on where an earlier run was broken off. */
export type Reconcile = (options?: ReconcileOptions) => Promise<ReconcileResult>;

type Run = Progress & { id: string; cursor: string | null };

/** A fault that may be over at once is met again after this long, in milliseconds. */
const secondTryMs = 2000;
/** Asked to wait longer, it is for the next run. */
const longestWaitMs = 30_000;

/** So many people in a row with a fault that is not theirs: the platform is down. */
const outageAt = 3;

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
  // Whoever has left is not asked about for ever, but nobody keeps a session by having left.
  const bound = { dingUserId: { not: null }, OR: [{ leftAt: null }, { sessions: { some: {} } }] };

  /** The run to go on with, or a new one; null when it is too early for one. */
  async function open(minAgeMs: number): Promise<Run | null> {
    const last = await prisma.reconcileRun.findFirst({ orderBy: [{ startedAt: 'desc' }, { id: 'desc' }] });
    if (last !== null && last.finishedAt === null) return last;
    if (last !== null && last.startedAt.getTime() > now() - minAgeMs) return null;
    return prisma.reconcileRun.create({ data: { startedAt: new Date(now()) } });
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

  async function check(user: CheckedUser, signal: AbortSignal): Promise<'left' | 'known' | PlatformError> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await recheck(user, 'reconcile')) === 'left' ? 'left' : 'known';
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        const waitMs = Math.max(secondTryMs, (error.retryAfterSeconds ?? 0) * 1000);
        if (attempt === 2 || !isPassing(error) || waitMs > longestWaitMs || signal.aborted) return error;
        await wait(waitMs, signal);
      }
    }
  }

  /** Writes how far the run is, unless another process has gone on with it meanwhile. */
  async function advance(run: Run, to: Run & { finishedAt?: Date }): Promise<boolean> {
    const { id, ...data } = to;
    const where = { id, cursor: run.cursor, checked: run.checked, finishedAt: null };
    return (await prisma.reconcileRun.updateMany({ where, data })).count === 1;
  }

  async function go(options: ReconcileOptions, lock: HeldLock): Promise<ReconcileResult> {
    const { minAgeMs = 0, signal = never, onProgress } = options;
    const opened = await open(minAgeMs);
    if (opened === null) return { outcome: 'not-due' };
    let run: Run = pick(opened);
    const total = run.checked + (await prisma.user.count({ where: after(run) }));
    for (;;) {
      const progress = { checked: run.checked, left: run.left, failed: run.failed };
      if (signal.aborted) return { outcome: 'stopped', ...progress };
      const began = performance.now();
      const users = await nextOf(run);
      const last = users.at(-1);
      if (last === undefined) {
        const finished = await advance(run, { ...run, finishedAt: new Date(now()) });
        return finished ? { outcome: 'finished', ...progress } : { outcome: 'running-elsewhere' };
      }
      const results = await Promise.all(users.map((user) => check(user, signal)));
      const faults = results.filter((result) => result instanceof PlatformError);
      const outage = outageOf(faults, users.length);
      if (outage !== null) {
        logger.warn({ err: outage, remedy: outage.remedy, ...progress }, 're-check of all people broken off');
        return { outcome: 'broken-off', error: outage, ...progress };
      }
      for (const err of faults) logger.warn({ err }, 'a person could not be checked');
      const next: Run = {
        id: run.id,
        cursor: last.id,
        checked: run.checked + users.length,
        left: run.left + results.filter((result) => result === 'left').length,
        failed: run.failed + faults.length,
      };
      await lock.check();
      if (!(await advance(run, next))) return { outcome: 'running-elsewhere' };
      run = next;
      onProgress?.({ checked: run.checked, left: run.left, failed: run.failed, total });
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

/** Whether asking again may succeed: no administrator is needed, and the answer was not about the person. */
function isPassing({ kind, upstreamCode }: PlatformError): boolean {
  return kind === 'busy' || kind === 'timeout' || (kind === 'fault' && upstreamCode === null);
}

/**
 * The fault for which going on makes no sense. A platform that is down for everybody would otherwise let a run pass
 * over everybody, and the next one is a day away.
 */
function outageOf(faults: readonly PlatformError[], people: number): PlatformError | null {
  const misconfigured = faults.find((fault) => fault.kind === 'misconfigured');
  if (misconfigured !== undefined) return misconfigured;
  const all = faults.length === people && people >= outageAt && faults.every(isPassing);
  return all ? (faults[0] ?? null) : null;
}
