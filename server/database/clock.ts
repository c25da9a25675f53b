import type { FastifyBaseLogger } from 'fastify';
import type { PrismaClient } from './database.ts';

/** The time of day. */
export interface Clock {
  /** Epoch milliseconds. */
  now: () => number;
  /** Compares the machine's clock with the database's. To be repeated, because clocks drift and are changed. */
  adjust?: () => Promise<void>;
}

/** The database's time, in epoch milliseconds, at the moment of the answer. */
export async function databaseNow(prisma: PrismaClient): Promise<number> {
  const [row] = await prisma.$queryRaw<{ at: number }[]>`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at`;
  if (row === undefined) throw new Error('the database does not tell the time');
  return row.at;
}

/**
 * The machine's clock, corrected by the database's, so that all instances agree on the end of a lock, a session or a
 * ticket. A difference within the duration of the query does not count.
 *
 * @param machine epoch milliseconds of this machine.
 */
export async function openDatabaseClock(
  prisma: PrismaClient,
  log?: Pick<FastifyBaseLogger, 'warn'>,
  machine: () => number = Date.now,
): Promise<Clock> {
  let ahead = 0;
  const adjust = async () => {
    const asked = performance.now();
    const database = await databaseNow(prisma);
    const tookMs = performance.now() - asked;
    const difference = database - machine();
    if (Math.abs(difference - ahead) <= tookMs + 1) return;
    ahead = Math.round(difference);
    log?.warn(
      { machineBehindMs: ahead },
      'the clock of this machine is not the database’s, which is the one that counts: is NTP on?',
    );
  };
  await adjust();
  return { now: () => machine() + ahead, adjust };
}
