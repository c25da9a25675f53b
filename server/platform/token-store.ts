import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Database, Transaction } from '../database/database.ts';
import type { Sealing } from '../database/sealing.ts';
import { PlatformError } from './platform.ts';

/** An app token with the end of its life in epoch milliseconds. */
export interface StoredToken {
  token: string;
  expiresAt: number;
}

/** Stores the app token by the app's name: `<platform>:<appKey>`. */
export interface TokenStore {
  read(app: string): Promise<StoredToken | null>;
  write(app: string, token: StoredToken): Promise<void>;
  /** Deletes the token, but only if it is still this one. */
  drop(app: string, token: string): Promise<void>;
  /**
   * Runs `work`, for one instance at a time of the same app.
   *
   * @throws PlatformError `busy`, never sent, if its turn does not come in time; errors of `work`.
   */
  exclusively<T>(app: string, work: () => Promise<T>): Promise<T>;
}

/** A store in this process's memory: for tests and tools. */
export function memoryTokenStore(): TokenStore {
  const tokens = new Map<string, StoredToken>();
  return {
    async read(app) {
      return tokens.get(app) ?? null;
    },
    async write(app, token) {
      tokens.set(app, token);
    },
    async drop(app, token) {
      if (tokens.get(app)?.token === token) tokens.delete(app);
    },
    exclusively: turnsInProcess(),
  };
}

/** How often a waiting process asks for its turn, in milliseconds. */
const pollMs = 50;

/**
 * The store of all instances: a row of `platform_tokens`, encrypted. On PostgreSQL a fetch holds an advisory lock of a
 * transaction: if its process dies, the connection ends, and the next process gets its turn.
 *
 * @param turnMs the longest turn of one process, in milliseconds; another one waits half as long for its turn.
 */
export function databaseTokenStore(
  { prisma, kind }: Database,
  sealing: Sealing,
  turnMs = 20_000,
): TokenStore {
  return {
    async read(app) {
      const row = await prisma.platformToken.findUnique({ where: { app } });
      const token = row && sealing.open(row.token, app);
      return row && token ? { token, expiresAt: row.expiresAt.getTime() } : null;
    },

    async write(app, { token, expiresAt }) {
      const data = { token: sealing.seal(token, app), expiresAt: new Date(expiresAt), fetchedAt: new Date() };
      await prisma.platformToken.upsert({ where: { app }, create: { app, ...data }, update: data });
    },

    async drop(app, token) {
      const row = await prisma.platformToken.findUnique({ where: { app } });
      if (row === null || sealing.open(row.token, app) !== token) return;
      // By its sealed text, so that a newer token stays.
      await prisma.platformToken.deleteMany({ where: { app, token: row.token } });
    },

    // The embedded database has one process and one connection, which must not wait for the network.
    exclusively: kind === 'embedded' ? turnsInProcess() : turnsByLock(prisma, turnMs),
  };
}

function turnsInProcess(): TokenStore['exclusively'] {
  const tails = new Map<string, Promise<unknown>>();
  return (app, work) => {
    const turn = (tails.get(app) ?? Promise.resolve()).then(work);
    tails.set(
      app,
      turn.catch(() => {}),
    );
    return turn;
  };
}

function turnsByLock(prisma: Database['prisma'], turnMs: number): TokenStore['exclusively'] {
  return (app, work) =>
    prisma.$transaction(
      async (tx) => {
        // Asks repeatedly: a statement that waits for the lock would meet the database's time-out.
        const deadline = performance.now() + turnMs / 2;
        while (!(await tryLock(tx, app))) {
          if (performance.now() > deadline) throw noTurn();
          await setTimeout(pollMs);
        }
        return work();
      },
      { maxWait: turnMs, timeout: turnMs },
    );
}

/** Nothing was sent, so the caller may try again. */
function noTurn(): PlatformError {
  const retryAfterSeconds = 5;
  const message = `另一个进程正在换取应用令牌，一直没有轮到，请 ${retryAfterSeconds} 秒后重试`;
  return new PlatformError('busy', 'app-token', message, { retryAfterSeconds, neverSent: true });
}

async function tryLock(tx: Transaction, app: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ locked: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(${lockKey(app)}::bigint) AS locked`;
  return row?.locked === true;
}

/** The number of an advisory lock: 63 bits of the app's hash. */
function lockKey(app: string): bigint {
  return createHash('sha256').update(`app-token ${app}`).digest().readBigInt64BE(0) >> 1n;
}
