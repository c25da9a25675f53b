import { setTimeout as delay } from 'node:timers/promises';
import type { PrismaClient } from './generated/client.ts';

/** The number of tries of a transaction, and the longest wait between two of them, in milliseconds, times the try. */
const tries = 4;
const waitMs = 50;

/**
 * A client that repeats a `$transaction(async (tx) => …)` which PostgreSQL aborted because of another one (40P01, a
 * deadlock; 40001, a serialization failure). The aborted one has written nothing, and the other one has ended. So the
 * work of a transaction must be repeatable: nothing outside it may depend on how often it ran.
 */
export function withRepeatedTransactions(prisma: PrismaClient): PrismaClient {
  // Bound to this client.
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

/** Prisma's code for both errors; raw statements have the driver's instead. */
function wasBrokenOff(error: unknown): boolean {
  const { code, meta } = error as {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: { kind?: unknown } } };
  };
  return code === 'P2034' || meta?.driverAdapterError?.cause?.kind === 'TransactionWriteConflict';
}
