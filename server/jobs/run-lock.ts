import { createHash } from 'node:crypto';
import type { Database, PrismaClient } from '../database/database.ts';

/** Proof of being the only one. */
export interface HeldLock {
  /** Rejects when the lock may be another's by now, because its connection was lost. */
  check(): Promise<void>;
}

const heldHere = new WeakMap<PrismaClient, Set<string>>();

/**
 * Runs `work` unless somebody else, in any process on this database, runs work of the same name. On PostgreSQL an
 * advisory lock in a transaction of its own connection says so: it ends with its process, however that ends. The
 * embedded database has one process and one connection, which a held transaction would block for everybody.
 *
 * @returns null when somebody else runs it.
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
      // Closing the connection would let the lock go a moment later than we say. On a dead one there is nothing to end.
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

/** PostgreSQL's advisory locks are numbers: 63 bits of the name's hash. */
function lockKey(name: string): bigint {
  return createHash('sha256').update(`run ${name}`).digest().readBigInt64BE(0) >> 1n;
}
