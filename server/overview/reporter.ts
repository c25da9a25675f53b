import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { heldBack, platformProblem } from '../contract/overview.ts';
import type { PrismaClient } from '../database/database.ts';
import { type CountKind, hourMs, hoursShown } from './counts.ts';

/** The state that a server shares with the others. */
const instanceState = Type.Object({
  problems: Type.Array(platformProblem),
  heldBack: Type.Array(heldBack),
});
export type InstanceState = Static<typeof instanceState>;
const readable = Compile(instanceState);

export interface ReporterOptions {
  prisma: PrismaClient;
  state: () => InstanceState;
  /** Epoch milliseconds. */
  now: () => number;
  log: Pick<FastifyBaseLogger, 'warn'>;
}

/** A killed process loses the counts of this time at most. In milliseconds. */
export const writeEveryMs = 15_000;
/** A server without a sign of life for this long has ended, in milliseconds. A busy database delays some signs. */
const goneAfterMs = 60_000;
/** One hour more than is shown: another machine's clock may still be in that hour. */
const keptMs = (hoursShown + 1) * hourMs;
const stopWithinMs = 3000;

interface Counter {
  kind: CountKind;
  /** Epoch milliseconds. */
  periodStart: number;
  label: string;
  count: number;
  written: number;
}

export type Reporter = ReturnType<typeof createReporter>;

/**
 * Writes this process's counts and state to the database, where the overview of every instance reads them: one
 * statement for all counts and one row for the state, every few seconds.
 */
export function createReporter({ prisma, state, now, log }: ReporterOptions) {
  const id = randomUUID();
  const startedAt = new Date(now());
  const counters = new Map<string, Counter>();
  const thisHour = () => Math.floor(now() / hourMs) * hourMs;

  async function writeCounts(): Promise<void> {
    for (const [key, { count, written, periodStart }] of counters) {
      if (count === written && periodStart < thisHour()) counters.delete(key);
    }
    const rows = [...counters]
      .filter(([, { count, written }]) => count > written)
      .map(([key, { written: _, ...row }]) => ({ key, ...row }));
    if (rows.length === 0) return;
    // The numbers are absolute and only grow, so two writes in any order lose nothing and count nothing twice.
    await prisma.$executeRaw`
      INSERT INTO activity_counts AS known (kind, period_start, label, instance, count)
      SELECT kind, to_timestamp("periodStart" / 1000), label, ${id}::uuid, count
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS t (kind text, "periodStart" float8, label text, count int)
      ON CONFLICT (kind, period_start, label, instance)
        DO UPDATE SET count = greatest(known.count, EXCLUDED.count)`;
    for (const { key, count } of rows) {
      const counter = counters.get(key);
      if (counter !== undefined) counter.written = count;
    }
  }

  /**
   * Writes the changed counts, and the state as a sign of life; called every {@link writeEveryMs}.
   *
   * @throws errors of the database; the next call writes the missing counts.
   */
  async function flush(): Promise<void> {
    await writeCounts();
    const seenAt = new Date(now());
    await prisma.$executeRaw`
      INSERT INTO instances (id, started_at, seen_at, state)
      VALUES (${id}::uuid, ${startedAt}::timestamptz, ${seenAt}::timestamptz, ${JSON.stringify(state())}::jsonb)
      ON CONFLICT (id) DO UPDATE SET seen_at = EXCLUDED.seen_at, state = EXCLUDED.state`;
  }

  return {
    /** Adds one to a count in memory. @param label what is counted; never a person. */
    count(kind: CountKind, label: string): void {
      const periodStart = thisHour();
      const key = `${kind} ${periodStart} ${label}`;
      const counter = counters.get(key);
      if (counter === undefined) counters.set(key, { kind, periodStart, label, count: 1, written: 0 });
      else counter.count += 1;
    },
    flush,
    /** Deletes rows that the overview no longer shows. */
    async sweep(): Promise<void> {
      const before = new Date(now() - keptMs);
      await prisma.activityCount.deleteMany({ where: { periodStart: { lt: before } } });
      await prisma.instance.deleteMany({ where: { seenAt: { lt: before } } });
    },
    /** The states of all running servers, with the present state of this one. */
    async states(): Promise<InstanceState[]> {
      const others = await prisma.instance.findMany({
        where: { id: { not: id }, seenAt: { gt: new Date(now() - goneAfterMs) } },
        select: { state: true },
      });
      // Another version of the server may run at the same time.
      return [state(), ...others.flatMap(({ state: other }) => (readable.Check(other) ? [other] : []))];
    },
    /** Writes the last counts and deletes this server's row. Never throws, and takes at most 3 seconds. */
    async stop(): Promise<void> {
      const ended = (async () => {
        await flush();
        await prisma.instance.deleteMany({ where: { id } });
      })().catch((err: unknown) => log.warn({ err }, 'counts of the overview not written at the stop'));
      await Promise.race([ended, delay(stopWithinMs, undefined, { ref: false })]);
    },
  };
}
