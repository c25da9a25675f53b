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
  get(token: string): CachedSession | null;
  /**
   * Reads a session through `read` and keeps it, unless a change was announced meanwhile: the answer may be older than
   * the change. Simultaneous requests for one session share one reading, on the same condition.
   */
  fill(token: string, read: () => Promise<CachedSession | null>): Promise<CachedSession | null>;
  /** Forgets a session that this process ends, without waiting for the notification. */
  forget(token: string): void;
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
  const tokensOfUser = new Map<string, Set<string>>();
  const flights = new Map<string, Flight>();
  let changes = 0;
  let hits = 0;
  let misses = 0;

  function forget(token: string): void {
    flights.delete(token);
    const entry = entries.get(token);
    if (entry === undefined) return;
    entries.delete(token);
    const tokens = tokensOfUser.get(entry.user.id);
    tokens?.delete(token);
    if (tokens?.size === 0) tokensOfUser.delete(entry.user.id);
  }

  function forgetUser(userId: string): void {
    changes += 1;
    for (const token of [...(tokensOfUser.get(userId) ?? [])]) forget(token);
  }

  function keep(token: string, session: CachedSession): void {
    forget(token);
    entries.set(token, session);
    const tokens = tokensOfUser.get(session.user.id) ?? new Set();
    tokensOfUser.set(session.user.id, tokens.add(token));
    if (entries.size > capacity) {
      const [oldest] = entries.keys();
      if (oldest !== undefined) forget(oldest);
    }
  }

  async function land(
    token: string,
    flight: Flight,
    read: () => Promise<CachedSession | null>,
  ): Promise<CachedSession | null> {
    try {
      const found = await read();
      const isFresh = subscription.live && flight.since === changes && flights.get(token) === flight;
      if (found !== null && isFresh) keep(token, found);
      return found;
    } finally {
      if (flights.get(token) === flight) flights.delete(token);
    }
  }

  function forgetEverybody(): void {
    changes += 1;
    entries.clear();
    tokensOfUser.clear();
  }

  const subscription = subscribe(channel, {
    heard: (user) => (user === everybody ? forgetEverybody() : forgetUser(user)),
    interrupted: forgetEverybody,
  });

  return {
    get(token) {
      const entry = subscription.live ? entries.get(token) : undefined;
      if (entry === undefined) {
        misses += 1;
        return null;
      }
      hits += 1;
      // Far from full, the order of use says nothing.
      if (entries.size * 2 > capacity) {
        entries.delete(token);
        entries.set(token, entry);
      }
      return entry;
    },
    fill(token, read) {
      const flight = flights.get(token);
      if (flight !== undefined && subscription.live && flight.since === changes) return flight.session;
      const started: Flight = { since: subscription.live ? changes : null, session: Promise.resolve(null) };
      flights.set(token, started);
      started.session = land(token, started, read);
      return started.session;
    },
    forget,
    forgetUser,
    stats: () => ({ hits, misses, size: entries.size }),
    close: () => subscription.close(),
  };
}
