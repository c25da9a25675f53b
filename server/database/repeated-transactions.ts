import { setTimeout as delay } from 'node:timers/promises';
import type { PrismaClient } from './generated/client.ts';

/** How often a transaction is tried; between two tries it waits up to so many milliseconds, times the try. */
const tries = 4;
const waitMs = 50;

/**
 * A client whose `$transaction(async (tx) => …)` begins anew where PostgreSQL broke it off for another one's sake
 * (40P01, a deadlock; 40001, a serialization failure): nothing of it was written, and the other one is over by then. So
 * the work of a transaction must be repeatable: nothing outside it may depend on how often it ran.
 */
export function withRepeatedTransactions(prisma: PrismaClient): PrismaClient {
  // Called with this client, whatever it is read from.
  const transaction = prisma.$transaction.bind(prisma) as (...given: unknown[]) => Promise<unknown>;
  async function repeated(...given: unknown[]): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await transaction(...given);
      } catch (error) {
        // A list of statements cannot be run a second time.
        if (typeof given[0] !== 'function' || attempt === tries || !wasBrokenOff(error)) throw error;
        await delay(Math.random() * waitMs * attempt);
      }
    }
  }
  return new Proxy(prisma, {
    get: (client, name) => (name === '$transaction' ? repeated : Reflect.get(client, name)),
  });
}

/** Prisma's code for both; a raw statement carries the driver's word for them instead. */
function wasBrokenOff(error: unknown): boolean {
  const { code, meta } = error as {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: { kind?: unknown } } };
  };
  return code === 'P2034' || meta?.driverAdapterError?.cause?.kind === 'TransactionWriteConflict';
}
