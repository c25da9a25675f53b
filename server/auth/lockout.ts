import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { literal } from '../database/like.ts';

/** Wrong passwords in a row before the first wait. */
export const allowedFailures = 5;
/**
 * The same for one network at the console's page, against one password at many accounts. One failure is forgiven in
 * every ten minutes, so that an office's typing errors do not add up.
 */
export const allowedFailuresOfNetwork = 50;
const networkForgivenAfterSeconds = 600;
const firstWaitSeconds = 60;
const longestWaitSeconds = 3600;
/** Failures are forgotten this long after the last one, in milliseconds. */
const forgetAfterMs = 24 * 3_600_000;

/**
 * The counters: of an account (binding, change of password), of a platform person, of an account at the console's page,
 * there also of a known browser and of a network, and of a name that no account has.
 */
export type LockSubject =
  | `account:${string}`
  | `person:${string}`
  | `console:${string}`
  | `network:${string}`
  | `device:${string}:${string}`
  | `unknown:${string}`;

/** All counters of one account, wherever its password is asked for. */
export const countersOf = (username: string): Prisma.LockoutWhereInput => ({
  OR: [{ subject: `account:${username}` }, consoleCountersOf(username)],
});

/** Its counters at the console's sign-in page: of known browsers and of all others. */
export const consoleCountersOf = (username: string): Prisma.LockoutWhereInput => ({
  OR: [{ subject: `console:${username}` }, { subject: { startsWith: literal(`device:${username}:`) } }],
});

/** How an attempt with a password ended. */
export type Verified<T> =
  | { outcome: 'right'; value: T }
  | { outcome: 'wrong'; attemptsLeft: number }
  /**
   * Locked before, or by this attempt. `isNews`: this attempt locks, or is the first that the lock refuses. Only these
   * are written to the audit log, from which nobody can delete.
   */
  | { outcome: 'locked'; retryAfterSeconds: number; isNews: boolean };

export interface Lockout {
  /**
   * One attempt with a password. It counts as failed *before* the password is checked, so that parallel guesses, a
   * crash or a rolled-back transaction cannot get attempts for free. The fifth and every later failure locks, for 1, 2,
   * 4 … minutes, at most an hour. A right password clears the account's failures. On the counters of a person and a
   * network it takes back only this attempt: one known password must not give new attempts at other accounts.
   *
   * @param look checks the password; null for a wrong one.
   * @throws the error of `look`; then the attempt does not count.
   */
  attempt<T>(subjects: readonly LockSubject[], look: () => Promise<T | null>): Promise<Verified<T>>;
  /** Clears all failures. @param on the transaction of the successful sign-in, if there is one. */
  clear(subjects: readonly LockSubject[], on?: Transaction): Promise<void>;
  /** Deletes rows whose failures are forgotten. @returns how many. */
  sweep(): Promise<number>;
}

const allowedOf = (subject: LockSubject): number =>
  subject.startsWith('network:') ? allowedFailuresOfNetwork : allowedFailures;

/** The most reported locks that one process remembers; each takes a hundred bytes. */
const rememberedLocks = 10_000;

export function createLockout(prisma: PrismaClient, now: () => number): Lockout {
  /** The ends of locks that have already refused an attempt, the oldest first. */
  const told = new Map<string, number>();

  /** Whether one of these locks refuses for the first time in this process. */
  function isNews(locks: readonly { subject: string; until: number }[]): boolean {
    const fresh = locks.filter(({ subject, until }) => told.get(subject) !== until);
    for (const { subject, until } of fresh) {
      told.delete(subject);
      told.set(subject, until);
      const [oldest] = told.keys();
      if (told.size > rememberedLocks && oldest !== undefined) told.delete(oldest);
    }
    return fresh.length > 0;
  }

  /** The lock of one of the subjects; null if there is none. */
  async function refusal(
    subjects: readonly LockSubject[],
  ): Promise<{ retryAfterSeconds: number; isNews: boolean } | null> {
    const rows = await prisma.lockout.findMany({
      where: { subject: { in: [...subjects] }, lockedUntil: { gt: new Date(now()) } },
    });
    const locks = rows.map(({ subject, lockedUntil }) => ({ subject, until: lockedUntil?.getTime() ?? 0 }));
    if (locks.length === 0) return null;
    const until = Math.max(...locks.map((lock) => lock.until));
    return { retryAfterSeconds: Math.max(1, Math.ceil((until - now()) / 1000)), isNews: isNews(locks) };
  }

  /**
   * Counts an attempt in one statement, so that two simultaneous attempts count as two. @returns null if locked
   * meanwhile.
   */
  async function count(subject: LockSubject): Promise<{ failures: number; lockedForSeconds: number } | null> {
    const at = new Date(now());
    const forgotten = new Date(now() - forgetAfterMs);
    const forgiven = subject.startsWith('network:')
      ? Prisma.sql`floor(extract(epoch FROM ${at}::timestamptz - lockouts.last_failure) / ${networkForgivenAfterSeconds}::int)::int`
      : Prisma.sql`0`;
    const failures = Prisma.sql`CASE WHEN lockouts.last_failure < ${forgotten} THEN 1
      ELSE GREATEST(0, lockouts.failures - ${forgiven}) + 1 END`;
    const allowed = allowedOf(subject);
    const waitSeconds = Prisma.sql`LEAST(${longestWaitSeconds}::int, ${firstWaitSeconds}::int * POWER(2, LEAST(${failures} - ${allowed}::int, 10)))`;
    const rows = await prisma.$queryRaw<{ failures: number; locked_until: Date | null }[]>`
      INSERT INTO lockouts (subject, failures, last_failure) VALUES (${subject}, 1, ${at})
      ON CONFLICT (subject) DO UPDATE SET
        failures = ${failures},
        last_failure = ${at},
        locked_until = CASE WHEN ${failures} >= ${allowed}::int
          THEN ${at}::timestamptz + ${waitSeconds} * INTERVAL '1 second' END
      WHERE lockouts.locked_until IS NULL OR lockouts.locked_until <= ${at}
      RETURNING failures, locked_until`;
    const row = rows[0];
    if (row === undefined) return null;
    const lockedForMs = (row.locked_until?.getTime() ?? now()) - now();
    return { failures: row.failures, lockedForSeconds: Math.max(0, Math.ceil(lockedForMs / 1000)) };
  }

  /** Takes an attempt back. */
  async function release(subjects: readonly LockSubject[]): Promise<void> {
    await prisma.$executeRaw`
      UPDATE lockouts SET failures = GREATEST(failures - 1, 0), locked_until = NULL
      WHERE subject IN (${Prisma.join(subjects)})`;
    await prisma.lockout.deleteMany({ where: { subject: { in: [...subjects] }, failures: 0 } });
  }

  async function clear(subjects: readonly LockSubject[], on: PrismaClient | Transaction = prisma) {
    await on.lockout.deleteMany({ where: { subject: { in: [...subjects] } } });
  }

  return {
    async attempt(subjects, look) {
      // Locks come first: one subject's lock must not use up the attempts of the other.
      const refused = await refusal(subjects);
      if (refused !== null) return { outcome: 'locked', ...refused };
      let attemptsLeft = allowedFailures;
      let retryAfterSeconds = 0;
      for (const subject of subjects) {
        const counted = await count(subject);
        if (counted === null) {
          const lockedMeanwhile = await refusal(subjects);
          return { outcome: 'locked', ...(lockedMeanwhile ?? { retryAfterSeconds: 1, isNews: false }) };
        }
        attemptsLeft = Math.min(attemptsLeft, Math.max(0, allowedOf(subject) - counted.failures));
        retryAfterSeconds = Math.max(retryAfterSeconds, counted.lockedForSeconds);
      }
      const value = await look().catch(async (error: unknown) => {
        await release(subjects);
        throw error;
      });
      if (value !== null) {
        const shared = subjects.filter((subject) => /^(?:person|network):/.test(subject));
        await clear(subjects.filter((subject) => !shared.includes(subject)));
        if (shared.length > 0) await release(shared);
        return { outcome: 'right', value };
      }
      return retryAfterSeconds > 0
        ? { outcome: 'locked', retryAfterSeconds, isNews: true }
        : { outcome: 'wrong', attemptsLeft };
    },
    clear,
    async sweep() {
      const forgotten = new Date(now() - forgetAfterMs);
      const { count } = await prisma.lockout.deleteMany({ where: { lastFailure: { lt: forgotten } } });
      return count;
    },
  };
}

export interface Unlocked {
  /** The account's user name; null for a person without an account. */
  username: string | null;
  /** The cleared subjects, locked or not: `account:…`, `person:…`. */
  cleared: string[];
  /** Platform ids of other people who are locked after they tried this account. */
  lockedPeople: string[];
}

/** How far back attempts on an account are searched, in milliseconds: a failure counts for a day. */
const lookBackMs = 24 * 3_600_000;

/**
 * Clears the failures of an account, also at the console and in its known browsers, and of the person to whom it is
 * bound. Writes an entry to the audit log.
 *
 * @param who a user name, or the platform id of a person who has no account yet.
 * @param now epoch milliseconds.
 * @param by who acts; null for the command line.
 * @returns null for an unknown name or id.
 */
export async function unlock(
  prisma: PrismaClient,
  who: string,
  now: number,
  by: { actorId: string | null; address: string | null } = { actorId: null, address: null },
): Promise<Unlocked | null> {
  const user =
    (await prisma.user.findUnique({ where: { username: who } })) ??
    (await prisma.user.findUnique({ where: { dingUserId: who } }));
  const person = user === null ? who : user.dingUserId;
  const counters: { subject: string; where: Prisma.LockoutWhereInput }[] = [
    ...(user === null ? [] : [{ subject: `account:${user.username}`, where: countersOf(user.username) }]),
    ...(person === null ? [] : [{ subject: `person:${person}`, where: { subject: `person:${person}` } }]),
  ];
  const cleared = await prisma.$transaction(async (tx) => {
    const forgotten: string[] = [];
    for (const { subject, where } of counters) {
      const { count } = await tx.lockout.deleteMany({ where });
      if (count === 0) continue;
      forgotten.push(subject);
      await recordAudit(tx, { action: 'lockout.cleared', actorId: by.actorId, subject }, by.address);
    }
    return forgotten;
  });
  if (user === null && cleared.length === 0) return null;
  const username = user?.username ?? null;
  return { username, cleared, lockedPeople: username === null ? [] : await lockedAt(prisma, username, now) };
}

/** The people who were refused at this account lately and are locked. */
async function lockedAt(prisma: PrismaClient, username: string, now: number): Promise<string[]> {
  const refused = await prisma.auditLog.findMany({
    where: { action: 'bind.refused', subject: `account:${username}`, at: { gt: new Date(now - lookBackMs) } },
    select: { detail: true },
    orderBy: { at: 'desc' },
    take: 1000,
  });
  const tried = new Set(refused.map(({ detail }) => (detail as { dingUserId: string }).dingUserId));
  const locks = await prisma.lockout.findMany({
    where: {
      subject: { in: [...tried].map((id) => `person:${id}`) },
      lockedUntil: { gt: new Date(now) },
    },
    orderBy: { subject: 'asc' },
  });
  return locks.map(({ subject }) => subject.slice('person:'.length));
}
