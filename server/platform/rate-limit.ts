import { setTimeout as delay } from 'node:timers/promises';

/** A clock for waiting: monotonic, because administrators and NTP change the time of day. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>;
}

/** The process's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => delay(ms),
};

/** A second, and 20 ms for calls that overtake each other on the network. */
const windowMs = 1020;

/** Three windows: of calls that come at once, those of the first window start, and those of two more wait here. */
export const defaultQueueMs = 3 * windowMs - 1;

export interface RateLimitOptions {
  /** The most calls that may start within any second. */
  perSecond: number;
  /** The longest wait for a turn, in milliseconds; it limits the queue. */
  maxQueueMs: number;
  clock: Clock;
}

/** The answer to a call whose turn is too far away to wait for it here. */
export interface Held {
  /** Milliseconds until its place; below 0 if the line runs late. */
  placeMs: number;
  /** The expected milliseconds until its turn. */
  dueMs: number;
}

export interface RateLimit {
  /**
   * Waits for the caller's turn, by place in line.
   *
   * @param placeMs milliseconds until the caller's place, 0 or less if its turn has come; null for a new place at the
   * end; absent for a caller that does not come back and needs no place.
   * @returns null when it is the caller's turn; the place and the time, if the turn is too far away, or others with
   * earlier places keep coming.
   */
  turn(placeMs?: number | null): Promise<Held | null>;
}

interface Waiting {
  place: number;
  since: number;
  told: (held: Held | null) => void;
}

/**
 * At most `perSecond` starts in every window of one second, wherever the window begins. The platform counts by the
 * second; a token bucket of the same rate would let twice as many through after a quiet second. Waiting calls start one
 * by one, evenly, so that few overtake each other on the network.
 *
 * A place in line is a time: that of the caller's turn, if all callers with earlier places come. A caller with a near
 * place waits here. Others are sent away and come back with their place, which is stored nowhere else. So the line
 * needs no memory, and another instance with the same limit understands the place.
 */
export function createRateLimit({ perSecond, maxQueueMs, clock }: RateLimitOptions): RateLimit {
  // A timer that fires late must not slow down the line.
  const starts = createWindow(perSecond, 2);
  const places = createWindow(perSecond, 0);
  /** The calls that wait here, by place. */
  const queue: Waiting[] = [];
  const seats = Math.ceil(maxQueueMs / windowMs) * perSecond;
  let serving = false;

  function held(place: number): Held {
    const now = clock.now();
    // If most seats are taken, the line has reached the place in the middle, which may be long past.
    const reached = Math.min(queue[seats >> 1]?.place ?? now, now);
    return { placeMs: place - now, dueMs: Math.max(place - reached, maxQueueMs) };
  }

  function wait(place: number): Promise<Held | null> {
    return new Promise((told) => {
      const before = queue.findLastIndex((other) => other.place <= place);
      queue.splice(before + 1, 0, { place, since: clock.now(), told });
      const last = queue.length > seats ? queue.pop() : undefined;
      last?.told(held(last.place));
      if (!serving) void serve();
    });
  }

  /** No request stays open for long. */
  function sendAway(now: number): void {
    for (const one of queue.filter(({ since }) => now - since > 2 * maxQueueMs)) {
      queue.splice(queue.indexOf(one), 1);
      one.told(held(one.place));
    }
  }

  async function serve(): Promise<void> {
    serving = true;
    while (queue.length > 0) {
      const now = clock.now();
      const ahead = starts.next(now) - now;
      if (ahead > 0) {
        sendAway(now);
        await clock.sleep(ahead);
      } else {
        starts.take(now);
        queue.shift()?.told(null);
      }
    }
    serving = false;
  }

  return {
    async turn(placeMs) {
      const now = clock.now();
      const isNew = placeMs === null || placeMs === undefined;
      const newPlace = () => (places.isFree(now) ? now : places.next(now));
      const place = isNew ? newPlace() : now + placeMs;
      const isNear = place <= now + maxQueueMs;
      if (isNew && (isNear || placeMs === null)) places.take(place);
      if (queue.length === 0 && starts.isFree(now)) {
        // Nobody waits here, so the line starts anew: people who left it must not delay others.
        starts.take(now);
        return null;
      }
      return isNear ? wait(place) : held(place);
    },
  };
}

/**
 * Keeps times in even steps, at most `size` of them within one window.
 *
 * @param lateSteps the most late steps that are caught up.
 */
function createWindow(size: number, lateSteps: number) {
  const stepMs = windowMs / size;
  /** The latest `size` times, as a ring; `oldest` is the next to be replaced. */
  const times: number[] = new Array(size).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;
  /** The time at which the latest one was due. */
  let step = Number.NEGATIVE_INFINITY;
  const full = () => (times[oldest] ?? 0) + windowMs;
  const due = () => Math.max(full(), step + stepMs);
  return {
    /** Whether one more time fits now. */
    isFree: (now: number) => full() <= now && step <= now,
    /** The first free time from `now` on, one step after the latest. */
    next: (now: number) => Math.max(now, due()),
    take(time: number): void {
      const late = time - due();
      step = late > 0 && late < lateSteps * stepMs ? time - late : time;
      times[oldest] = time;
      oldest = (oldest + 1) % size;
    },
  };
}
