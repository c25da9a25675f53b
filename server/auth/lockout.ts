import { recordAudit } from '../audit/audit.ts';
import type { PrismaClient, Transaction } from '../database/database.ts';
import { Prisma } from '../database/generated/client.ts';
import { literal } from '../database/like.ts';

/** Wrong passwords in a row before the first wait. */
export const allowedFailures = 5;
/**
 * The same for everybody of one network together at the console's page: whoever tries one password at many accounts.
 * One failure is forgiven every ten minutes without any, so that an office's typing errors do not add up.
 */
export const allowedFailuresOfNetwork = 50;
const networkForgivenAfterSeconds = 600;
const firstWaitSeconds = 60;
const longestWaitSeconds = 3600;
/** A failure is forgotten this long after the last one, in milliseconds. */
const forgetAfterMs = 24 * 3_600_000;

/**
 * Whose attempts are counted: an account's at binding and where its password is changed, a platform person's, an
 * account's at the console's sign-in page, there also a known browser's and a network's, or those on a name that no
 * account has.
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

export type Attempt =
  | { allowed: true; attemptsLeft: number; lockedForSeconds: number }
  | { allowed: false; retryAfterSeconds: number; isNews: boolean };

/** How an attempt with a password ended. */
export type Verified<T> =
  | { outcome: 'right'; value: T }
  | { outcome: 'wrong'; attemptsLeft: number }
  /**
   * Was locked, or is from now on. `isNews`: this attempt locks, or is the first that the lock refuses. Only news goes
   * to the audit log, which cannot be shortened.
   */
  | { outcome: 'locked'; retryAfterSeconds: number; isNews: boolean };

export interface Lockout {
  /**
   * One attempt from beginning to end: reserved before the password is checked, and given back where it could not be
   * checked. A right password clears the account's failures. Of a person's and a network's failures it gives back this
   * attempt alone: knowing one password must not give new attempts at others.
   *
   * @param look checks the password; null for a wrong one.
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
  /** Gives an attempt back whose password could not be checked. */
  release(subjects: readonly LockSubject[]): Promise<void>;
  /** Forgets all failures. @param on the transaction that proves them to be over, where there is one. */
  clear(subjects: readonly LockSubject[], on?: Transaction): Promise<void>;
  /** Forgets all failures of an account, wherever its password is asked for. */
  clearAccount(username: string): Promise<void>;
  /** Deletes failures that are forgotten. @returns how many. */
  sweep(): Promise<number>;
}

const allowedOf = (subject: LockSubject): number =>
  subject.startsWith('network:') ? allowedFailuresOfNetwork : allowedFailures;

/** Locks that one process remembers as reported; each takes a hundred bytes. */
const rememberedLocks = 10_000;

export function createLockout(prisma: PrismaClient, now: () => number): Lockout {
  /** The ends of the locks that have refused somebody already, the oldest first. */
  const told = new Map<string, number>();

  /** Whether one of these locks refuses for the first time, as far as this process knows. */
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

  /** Why the subjects may not try now; null when they may. */
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

  /** One statement, so that two instances cannot count the same attempt once. Null: locked meanwhile. */
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

  const lockout: Lockout = {
    async attempt<T>(subjects: readonly LockSubject[], look: () => Promise<T | null>): Promise<Verified<T>> {
      const reserved = await lockout.reserve(subjects);
      if (!reserved.allowed) {
        const { retryAfterSeconds, isNews } = reserved;
        return { outcome: 'locked', retryAfterSeconds, isNews };
      }
      let value: T | null;
      try {
        value = await look();
      } catch (error) {
        await lockout.release(subjects);
        throw error;
      }
      if (value !== null) {
        const shared = subjects.filter((subject) => /^(?:person|network):/.test(subject));
        await lockout.clear(subjects.filter((subject) => !shared.includes(subject)));
        if (shared.length > 0) await lockout.release(shared);
        return { outcome: 'right', value };
      }
      const { lockedForSeconds, attemptsLeft } = reserved;
      return lockedForSeconds > 0
        ? { outcome: 'locked', retryAfterSeconds: lockedForSeconds, isNews: true }
        : { outcome: 'wrong', attemptsLeft };
    },
    async reserve(subjects) {
      // Locks come first: one subject's lock must not use up the attempts of the other.
      const refused = await refusal(subjects);
      if (refused !== null) return { allowed: false, ...refused };
      let attemptsLeft = allowedFailures;
      let lockedForSeconds = 0;
      for (const subject of subjects) {
        const counted = await count(subject);
        if (counted === null) {
          const lockedMeanwhile = await refusal(subjects);
          return { allowed: false, ...(lockedMeanwhile ?? { retryAfterSeconds: 1, isNews: false }) };
        }
        attemptsLeft = Math.min(attemptsLeft, Math.max(0, allowedOf(subject) - counted.failures));
        lockedForSeconds = Math.max(lockedForSeconds, counted.lockedForSeconds);
      }
      return { allowed: true, attemptsLeft, lockedForSeconds };
    },
    async release(subjects) {
      await prisma.$executeRaw`
        UPDATE lockouts SET failures = GREATEST(failures - 1, 0), locked_until = NULL
        WHERE subject IN (${Prisma.join(subjects)})`;
      await prisma.lockout.deleteMany({ where: { subject: { in: [...subjects] }, failures: 0 } });
    },
    async clear(subjects, on: PrismaClient | Transaction = prisma) {
      await on.lockout.deleteMany({ where: { subject: { in: [...subjects] } } });
    },
    async clearAccount(username) {
      await prisma.lockout.deleteMany({ where: countersOf(username) });
    },
    async sweep() {
      const forgotten = new Date(now() - forgetAfterMs);
      const { count } = await prisma.lockout.deleteMany({ where: { lastFailure: { lt: forgotten } } });
      return count;
    },
  };
  return lockout;
}

export interface Unlocked {
  /** The account's user name; null where only a person without an account was meant. */
  username: string | null;
  /** Whose failures were forgotten, locked or not: `account:…`, `person:…`. */
  cleared: string[];
  /** Platform ids of people who are locked after they tried this account, and are not its owner. */
  lockedPeople: string[];
}

/** An attempt on an account is looked for this far back, in milliseconds: a failure counts for a day. */
const lookBackMs = 24 * 3_600_000;

/**
 * Forgets the failures of an account, also at the console and in browsers that are known there, and of the person to
 * whom it is bound; written to the audit log.
 *
 * @param who a user name, or the platform id of a person: one who may not bind yet has no account.
 * @param now epoch milliseconds.
 * @param by who asks for it; the command line acts as the system.
 * @returns null when nobody has that name or id.
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
      const event = { action: 'lockout.cleared', actorId: by.actorId, subject, detail: {} } as const;
      await recordAudit(tx, event, by.address);
    }
    return forgotten;
  });
  if (user === null && cleared.length === 0) return null;
  const username = user?.username ?? null;
  return { username, cleared, lockedPeople: username === null ? [] : await lockedAt(prisma, username, now) };
}

/** People who were refused at this account lately and are locked. */
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
