import type { SessionUser } from '../contract/auth.ts';
import type { ClientKind } from '../database/generated/client.ts';
import type { Subscribe } from '../database/subscription.ts';

/** The channel on which the database's triggers tell of ended sessions and changed users, by the user's id. */
const channel = 'session_changes';
/** Instead of an id: all sessions are over, the table was emptied. */
const everybody = '*';

/** Sessions kept by one process; one takes about a kilobyte. */
const defaultCapacity = 10_000;

export interface CachedSession {
  user: SessionUser;
  client: ClientKind;
  /** Epoch milliseconds. */
  expiresAt: number;
  lastSeenAt: number;
}

export interface SessionCache {
  /** Null where the session must be read from the database. */
  get(key: string): CachedSession | null;
  /**
   * Reads a session through `read` and keeps it, unless a change was announced meanwhile: the answer may be older than
   * the change. Simultaneous requests for one session share one reading, on the same condition.
   */
  fill(key: string, read: () => Promise<CachedSession | null>): Promise<CachedSession | null>;
  /** Forgets a session that this process ends, without waiting for the notification. */
  forget(key: string): void;
  /** The same for all sessions of one person. */
  forgetUser(userId: string): void;
  /** Since the start. */
  stats(): { hits: number; misses: number; size: number };
  close(): Promise<void>;
}

/** A reading under way. */
interface Flight {
  /** How many changes had been heard of when it began; null: nothing was heard then. */
  since: number | null;
  session: Promise<CachedSession | null>;
}

/**
 * Live sessions in memory, so that a request of a signed-in person costs no database read. The database announces to
 * every process what ends a session anywhere. While announcements do not get through, nothing is kept and every request
 * reads the database.
 */
export function createSessionCache(subscribe: Subscribe, capacity = defaultCapacity): SessionCache {
  /** In the order of last use: the first one is the next to go. */
  const entries = new Map<string, CachedSession>();
  const keysOfUser = new Map<string, Set<string>>();
  const flights = new Map<string, Flight>();
  let changes = 0;
  let hits = 0;
  let misses = 0;

  function forget(key: string): void {
    flights.delete(key);
    const entry = entries.get(key);
    if (entry === undefined) return;
    entries.delete(key);
    const keys = keysOfUser.get(entry.user.id);
    keys?.delete(key);
    if (keys?.size === 0) keysOfUser.delete(entry.user.id);
  }

  function forgetUser(userId: string): void {
    changes += 1;
    for (const key of [...(keysOfUser.get(userId) ?? [])]) forget(key);
  }

  function keep(key: string, session: CachedSession): void {
    forget(key);
    entries.set(key, session);
    const keys = keysOfUser.get(session.user.id) ?? new Set();
    keysOfUser.set(session.user.id, keys.add(key));
    if (entries.size > capacity) {
      const [oldest] = entries.keys();
      if (oldest !== undefined) forget(oldest);
    }
  }

  async function land(
    key: string,
    flight: Flight,
    read: () => Promise<CachedSession | null>,
  ): Promise<CachedSession | null> {
    try {
      const found = await read();
      const isFresh = subscription.live && flight.since === changes && flights.get(key) === flight;
      if (found !== null && isFresh) keep(key, found);
      return found;
    } finally {
      if (flights.get(key) === flight) flights.delete(key);
    }
  }

  function forgetEverybody(): void {
    changes += 1;
    entries.clear();
    keysOfUser.clear();
  }

  const subscription = subscribe(channel, {
    heard: (user) => (user === everybody ? forgetEverybody() : forgetUser(user)),
    interrupted: forgetEverybody,
  });

  return {
    get(key) {
      const entry = subscription.live ? entries.get(key) : undefined;
      if (entry === undefined) {
        misses += 1;
        return null;
      }
      hits += 1;
      // Far from full, the order of use says nothing.
      if (entries.size * 2 > capacity) {
        entries.delete(key);
        entries.set(key, entry);
      }
      return entry;
    },
    fill(key, read) {
      const flight = flights.get(key);
      if (flight !== undefined && subscription.live && flight.since === changes) return flight.session;
      const started: Flight = { since: subscription.live ? changes : null, session: Promise.resolve(null) };
      flights.set(key, started);
      started.session = land(key, started, read);
      return started.session;
    },
    forget,
    forgetUser,
    stats: () => ({ hits, misses, size: entries.size }),
    close: () => subscription.close(),
  };
}
