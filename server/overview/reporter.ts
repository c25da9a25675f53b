import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { HeldBack, PlatformProblem } from '../contract/overview.ts';
import type { PrismaClient } from '../database/database.ts';
import type { Activity, ActivityRow } from './activity.ts';

/** What one server tells the others of itself. */
export interface InstanceState {
  problems: PlatformProblem[];
  heldBack: HeldBack[];
}

export interface Reporter {
  /**
   * Writes what has changed; called every {@link writeEveryMs}.
   *
   * @throws errors of the database; what was not written is written later.
   */
  flush(): Promise<void>;
  /** Deletes what is older than the overview shows. */
  sweep(): Promise<void>;
  /** The states of all running servers, this one's as it is at this moment. */
  states(): Promise<InstanceState[]>;
  /** Writes what is left, and that this server is gone. Never throws, and waits for 3 seconds at most. */
  stop(): Promise<void>;
}

export interface ReporterOptions {
  prisma: PrismaClient;
  activity: Activity;
  state: () => InstanceState;
  /** Epoch milliseconds. */
  now: () => number;
  log: Pick<FastifyBaseLogger, 'warn'>;
}

/** How often counts are written, in milliseconds: a killed process loses so much of them. */
export const writeEveryMs = 5000;
/** The row is written this often although nothing has changed, to say that the server lives. */
const heartbeatMs = 15_000;
/** A server not seen for this long has ended: some heartbeats may be late while the database is busy. */
const goneAfterMs = 60_000;
/** Counts are kept a little longer than the longest time that the overview shows. */
const keptMs = 8 * 24 * 3_600_000;
const stopWithinMs = 3000;

const stateShape = Compile(
  Type.Object({
    problems: Type.Array(
      Type.Object({
        api: Type.String(),
        upstreamCode: Type.Union([Type.String(), Type.Null()]),
        remedy: Type.String(),
        firstSeen: Type.String(),
        lastSeen: Type.String(),
        count: Type.Integer({ minimum: 1 }),
      }),
    ),
    heldBack: Type.Array(
      Type.Object({
        api: Type.String(),
        state: Type.Union([Type.Literal('open'), Type.Literal('half-open')]),
      }),
    ),
  }),
);

/**
 * Brings what this process counts and meets into the database, where the overview of every instance reads it.
 * However much happens, it is one statement for the counts and one row for the state, every few seconds.
 */
export function createReporter({ prisma, activity, state, now, log }: ReporterOptions): Reporter {
  const id = randomUUID();
  const startedAt = new Date(now());
  let told = '';
  let toldAt = 0;
  let running: Promise<void> | null = null;

  async function writeCounts(): Promise<void> {
    const rows = activity.changed();
    if (rows.length === 0) return;
    await upsertCounts(prisma, id, rows);
    activity.written(rows);
  }

  async function writeState(): Promise<void> {
    const current = state();
    const text = JSON.stringify(current);
    if (text === told && now() - toldAt < heartbeatMs) return;
    const seenAt = new Date(now());
    await prisma.$executeRaw`
      INSERT INTO instances (id, started_at, seen_at, state)
      VALUES (${id}::uuid, ${startedAt}::timestamptz, ${seenAt}::timestamptz, ${text}::jsonb)
      ON CONFLICT (id) DO UPDATE SET seen_at = EXCLUDED.seen_at, state = EXCLUDED.state`;
    told = text;
    toldAt = seenAt.getTime();
  }

  function flush(): Promise<void> {
    // One after the other: two at once would write an older number over a newer one.
    const run = (running ?? Promise.resolve())
      .catch(() => {})
      .then(async () => {
        await writeCounts();
        await writeState();
      });
    running = run;
    return run;
  }

  return {
    flush,
    async sweep() {
      const before = new Date(now() - keptMs);
      await prisma.activityCount.deleteMany({ where: { periodStart: { lt: before } } });
      await prisma.instance.deleteMany({ where: { seenAt: { lt: before } } });
    },
    async states() {
      const others = await prisma.instance.findMany({
        where: { id: { not: id }, seenAt: { gt: new Date(now() - goneAfterMs) } },
        select: { state: true },
      });
      // Another version of the server may run beside this one for a while.
      const readable = others.flatMap(({ state: other }) => (stateShape.Check(other) ? [other] : []));
      return [state(), ...readable];
    },
    async stop() {
      const ended = (async () => {
        await flush();
        await prisma.instance.deleteMany({ where: { id } });
      })().catch((err: unknown) => log.warn({ err }, 'counts of the overview not written at the stop'));
      let limit: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        limit = setTimeout(resolve, stopWithinMs);
      });
      await Promise.race([ended, late]);
      clearTimeout(limit);
    },
  };
}

async function upsertCounts(
  prisma: PrismaClient,
  instance: string,
  rows: readonly ActivityRow[],
): Promise<void> {
  const kinds = rows.map(({ kind }) => kind);
  const starts = rows.map(({ periodStart }) => new Date(periodStart).toISOString());
  const labels = rows.map(({ label }) => label);
  const counts = rows.map(({ count }) => count);
  await prisma.$executeRaw`
    INSERT INTO activity_counts (kind, period_start, label, instance, count)
    SELECT kind, period_start::timestamptz, label, ${instance}::uuid, count
    FROM unnest(${kinds}::text[], ${starts}::text[], ${labels}::text[], ${counts}::int[])
      AS t (kind, period_start, label, count)
    ON CONFLICT (kind, period_start, label, instance) DO UPDATE SET count = EXCLUDED.count`;
}
