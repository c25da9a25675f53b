import type { FastifyBaseLogger } from 'fastify';
import type { PrismaClient } from './database.ts';

/** The time of day. */
export interface Clock {
  /** Epoch milliseconds. */
  now: () => number;
  /** Compares the clock with the one that counts; to be repeated, since clocks drift and are set. */
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
 * The machine's clock, put right by the database's: instances whose machines differ agree on when a lock, a session or a
 * ticket ends. A difference that the way to the database explains is none.
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
