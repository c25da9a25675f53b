import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { PlatformError, type TokenStore } from '../platform/platform.ts';
import type { Database, Transaction } from './database.ts';
import type { Sealing } from './sealing.ts';

/** How often a process that waits asks for its turn, in milliseconds. */
const pollMs = 50;

/**
 * The app token as a row that all instances share, encrypted. On PostgreSQL a fetch holds an advisory lock of
 * a transaction: when its process dies, the connection ends, and the next one in line gets its turn.
 *
 * @param turnMs longest that one process fetches, in milliseconds; another waits for its turn half as long.
 */
export function databaseTokenStore(
  { prisma, kind }: Database,
  sealing: Sealing,
  turnMs = 20_000,
): TokenStore {
  const turns = new Map<string, Promise<unknown>>();

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
      // Named by its sealed text, so that a token written since then stays.
      await prisma.platformToken.deleteMany({ where: { app, token: row.token } });
    },

    async exclusively(app, work) {
      if (kind === 'embedded') {
        // One process, one connection: a transaction that waits for the network would stop everybody.
        const turn = (turns.get(app) ?? Promise.resolve()).then(work);
        turns.set(
          app,
          turn.catch(() => {}),
        );
        return turn;
      }
      return prisma.$transaction(
        async (tx) => {
          // Asked again and again, since a statement that waited for the lock would meet its time-out.
          const deadline = performance.now() + turnMs / 2;
          while (!(await tryLock(tx, app))) {
            if (performance.now() > deadline) throw noTurn();
            await setTimeout(pollMs);
          }
          return work();
        },
        { maxWait: turnMs, timeout: turnMs },
      );
    },
  };
}

/** Whoever wanted the token has sent nothing yet, and may try again. */
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

/** PostgreSQL's advisory locks are numbers: 63 bits of the app's hash. */
function lockKey(app: string): bigint {
  return createHash('sha256').update(`app-token ${app}`).digest().readBigInt64BE(0) >> 1n;
}
