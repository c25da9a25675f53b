import type { PrismaClient } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';

/** Wrong passwords in a row before the first wait. */
export const allowedFailures = 5;
const firstWaitSeconds = 60;
const longestWaitSeconds = 3600;
/** A failure is forgotten this long after the last one, in milliseconds. */
const forgetAfterMs = 24 * 3_600_000;

export type LockSubject = `account:${string}` | `person:${string}`;

export type Attempt =
  | { allowed: true; attemptsLeft: number; lockedForSeconds: number }
  | { allowed: false; retryAfterSeconds: number };

/** How an attempt with a password ended. */
export type Verified<T> =
  | { outcome: 'right'; value: T }
  | { outcome: 'wrong'; attemptsLeft: number }
  /** Was locked, or is from now on. */
  | { outcome: 'locked'; retryAfterSeconds: number };

export interface Lockout {
  /**
   * One attempt from beginning to end: reserved before the password is looked at, given back where it could not be
   * looked at, and all failures forgotten where it was right.
   *
   * @param look what the password opens; null for a wrong one.
   * @throws what `look` throws: then the attempt does not count.
   */
  attempt<T>(subjects: readonly LockSubject[], look: () => Promise<T | null>): Promise<Verified<T>>;
  /**
   * Counts an attempt as failed *before* the password is looked at, so that parallel guesses, a crash or a
   * rolled-back transaction cannot get attempts for free. The fifth and every later failure locks, for 1, 2, 4 …
   * minutes, at most an hour.
   *
   * @returns `attemptsLeft` and `lockedForSeconds` as they stand if this attempt does fail.
   */
  reserve(subjects: readonly LockSubject[]): Promise<Attempt>;
  /** The attempt could not be looked at: it does not count. */
  release(subjects: readonly LockSubject[]): Promise<void>;
  /** The attempt was right: forgets all failures. */
  clear(subjects: readonly LockSubject[]): Promise<void>;
  /** Deletes failures that are forgotten. @returns how many. */
  sweep(): Promise<number>;
}

export function createLockout(prisma: PrismaClient, now: () => number): Lockout {
  async function secondsLocked(subjects: readonly LockSubject[]): Promise<number> {
    const rows = await prisma.lockout.findMany({ where: { subject: { in: [...subjects] } } });
    const until = Math.max(0, ...rows.map((row) => row.lockedUntil?.getTime() ?? 0));
    return Math.max(0, Math.ceil((until - now()) / 1000));
  }

  /** One statement, so that two instances cannot count the same attempt once. Null: locked meanwhile. */
  async function count(subject: LockSubject): Promise<{ failures: number; lockedForSeconds: number } | null> {
    const at = new Date(now());
    const forgotten = new Date(now() - forgetAfterMs);
    const failures = Prisma.sql`CASE WHEN lockouts.last_failure < ${forgotten} THEN 1 ELSE lockouts.failures + 1 END`;
    const waitSeconds = Prisma.sql`LEAST(${longestWaitSeconds}::int, ${firstWaitSeconds}::int * POWER(2, LEAST(${failures} - ${allowedFailures}::int, 10)))`;
    const rows = await prisma.$queryRaw<{ failures: number; locked_until: Date | null }[]>`
      INSERT INTO lockouts (subject, failures, last_failure) VALUES (${subject}, 1, ${at})
      ON CONFLICT (subject) DO UPDATE SET
        failures = ${failures},
        last_failure = ${at},
        locked_until = CASE WHEN ${failures} >= ${allowedFailures}::int
          THEN ${at}::timestamptz + ${waitSeconds} * INTERVAL '1 second' END
      WHERE lockouts.locked_until IS NULL OR lockouts.locked_until <= ${at}
      RETURNING failures, locked_until`;
    const row = rows[0];
    if (row === undefined) return null;
    const lockedForMs = (row.locked_until?.getTime() ?? now()) - now();
    return { failures: row.failures, lockedForSeconds: Math.max(0, Math.ceil(lockedForMs / 1000)) };
  }

  const lockout: Lockout = {
    async attempt<T>(subjects: readonly LockSubject[], look: () => Promise<T | null>): Promise<Verified<T>> {
      const reserved = await lockout.reserve(subjects);
      if (!reserved.allowed) return { outcome: 'locked', retryAfterSeconds: reserved.retryAfterSeconds };
      let value: T | null;
      try {
        value = await look();
      } catch (error) {
        await lockout.release(subjects);
        throw error;
      }
      if (value !== null) {
        await lockout.clear(subjects);
        return { outcome: 'right', value };
      }
      const { lockedForSeconds, attemptsLeft } = reserved;
      return lockedForSeconds > 0
        ? { outcome: 'locked', retryAfterSeconds: lockedForSeconds }
        : { outcome: 'wrong', attemptsLeft };
    },
    async reserve(subjects) {
      // Looked at first, so that one subject's lock does not use up the attempts of the other.
      const locked = await secondsLocked(subjects);
      if (locked > 0) return { allowed: false, retryAfterSeconds: locked };
      let attemptsLeft = allowedFailures;
      let lockedForSeconds = 0;
      for (const subject of subjects) {
        const counted = await count(subject);
        if (counted === null) {
          return { allowed: false, retryAfterSeconds: Math.max(1, await secondsLocked(subjects)) };
        }
        attemptsLeft = Math.min(attemptsLeft, Math.max(0, allowedFailures - counted.failures));
        lockedForSeconds = Math.max(lockedForSeconds, counted.lockedForSeconds);
      }
      return { allowed: true, attemptsLeft, lockedForSeconds };
    },
    async release(subjects) {
      await prisma.$executeRaw`
        UPDATE lockouts SET failures = GREATEST(failures - 1, 0), locked_until = NULL
        WHERE subject IN (${Prisma.join(subjects)})`;
    },
    async clear(subjects) {
      await prisma.lockout.deleteMany({ where: { subject: { in: [...subjects] } } });
    },
    async sweep() {
      const forgotten = new Date(now() - forgetAfterMs);
      const { count } = await prisma.lockout.deleteMany({ where: { lastFailure: { lt: forgotten } } });
      return count;
    },
  };
  return lockout;
}
