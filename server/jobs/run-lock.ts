import { createHash } from 'node:crypto';
import type { Database, PrismaClient } from '../database/database.ts';

/** A held lock. */
export interface HeldLock {
  /** Rejects if another process may have the lock by now, because the connection was lost. */
  check(): Promise<void>;
}

const heldHere = new WeakMap<PrismaClient, Set<string>>();

/**
 * Runs `work`, unless any process on this database is running work of the same name. On PostgreSQL the lock is an
 * advisory lock in a transaction on a connection of its own, which ends with the process. The embedded database has one
 * process, and its only connection must not be held.
 *
 * @returns null if other work of this name is running.
 */
export async function whileAlone<T>(
  database: Database,
  name: string,
  work: (lock: HeldLock) => Promise<T>,
): Promise<{ result: T } | null> {
  if (database.kind === 'embedded') return aloneInProcess(database.prisma, name, work);
  return database.withConnection(async (connection) => {
    await connection.query('BEGIN');
    try {
      const [row] = await connection.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_xact_lock($1) AS taken',
        [lockKey(name)],
      );
      if (row?.taken !== true) return null;
      const check = async () => {
        await connection.query('SELECT 1');
      };
      return { result: await work({ check }) };
    } finally {
      // Releases the lock before this function returns; closing the connection would release it later. A dead
      // connection has no lock.
      await connection.query('ROLLBACK').catch(() => {});
    }
  });
}

async function aloneInProcess<T>(
  prisma: PrismaClient,
  name: string,
  work: (lock: HeldLock) => Promise<T>,
): Promise<{ result: T } | null> {
  const held = heldHere.get(prisma) ?? new Set();
  heldHere.set(prisma, held);
  if (held.has(name)) return null;
  held.add(name);
  try {
    return { result: await work({ check: async () => {} }) };
  } finally {
    held.delete(name);
  }
}

/** The number of an advisory lock: 63 bits of the name's hash. */
function lockKey(name: string): bigint {
  return createHash('sha256').update(`run ${name}`).digest().readBigInt64BE(0) >> 1n;
}
