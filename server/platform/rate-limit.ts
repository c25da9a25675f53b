import { setTimeout as delay } from 'node:timers/promises';

/** Time for waiting: never the time of day, which administrators and NTP move. */
export interface Clock {
  /** Milliseconds since some fixed moment; only ever grows. */
  now(): number;
  /** Resolves after so many milliseconds. */
  sleep(ms: number): Promise<void>;
}

/** The process's own monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => delay(ms),
};

/** A second, and 20 ms for calls that overtake each other on their way. */
const windowMs = 1020;

/** Within three windows: of calls that come at once, those of the first start and those of two more wait here. */
export const defaultQueueMs = 3 * windowMs - 1;

export interface RateLimitOptions {
  /** How many calls may start within any one second. */
  perSecond: number;
  /** How far away a call's turn may be for it to wait here, in milliseconds; it bounds the queue. */
  maxQueueMs: number;
  clock: Clock;
}

/** What somebody is told whose turn is too far away to wait for it here. */
export interface Held {
  /** Milliseconds until their place; below 0 where the line runs late. */
  placeMs: number;
  /** Milliseconds until their turn, as it looks now. */
  dueMs: number;
}

export interface RateLimit {
  /**
   * Waits for the caller's turn, by place in line.
   *
   * @param placeMs milliseconds until the place that the caller was told before, 0 or less for one whose turn has come;
   *   null for a new place at the end. Left out by who does not come back: no place is kept for them.
   * @returns null when it is the caller's turn. When that is too far away, or others with places before theirs keep
   *   coming: how far.
   */
  turn(placeMs?: number | null): Promise<Held | null>;
}

interface Waiting {
  place: number;
  since: number;
  told: (held: Held | null) => void;
}

/**
 * At most `perSecond` starts in every window of one second, wherever the window begins. A token bucket of the
 * same rate would let twice as many through in the second after a quiet one, and the platform counts by the
 * second. Those who wait start one by one and not a second's at once: what overtakes on its way to the platform is few.
 *
 * A place in line is a time: when the caller's turn comes if all who have a place before it come. Whose place is near
 * waits here; all others are sent away and come back with their place, which is kept nowhere else. So the line takes
 * no memory, and another instance with the same limit understands the place.
 */
export function createRateLimit({ perSecond, maxQueueMs, clock }: RateLimitOptions): RateLimit {
  // A timer that fires late must not slow down the whole line.
  const starts = createWindow(perSecond, 2);
  const places = createWindow(perSecond, 0);
  /** Those who wait here, by place. */
  const queue: Waiting[] = [];
  const seats = Math.ceil(maxQueueMs / windowMs) * perSecond;
  let serving = false;

  function held(place: number): Held {
    const now = clock.now();
    // Where most seats are taken, the line has come to the place in the middle, which may be one of long ago.
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

  /** Nobody's request stays open for long. */
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
        // Nobody is here, whatever places were given: who has gone for good must hold up nobody.
        starts.take(now);
        return null;
      }
      return isNear ? wait(place) : held(place);
    },
  };
}

/**
 * Keeps times of which at most `size` lie within one window, in even steps.
 *
 * @param lateSteps a step that comes later than by so many is not made up for.
 */
function createWindow(size: number, lateSteps: number) {
  const stepMs = windowMs / size;
  /** The latest `size` times, as a ring; `oldest` is the next to be replaced. */
  const times: number[] = new Array(size).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;
  /** When the latest time was due. */
  let step = Number.NEGATIVE_INFINITY;
  const full = () => (times[oldest] ?? 0) + windowMs;
  const due = () => Math.max(full(), step + stepMs);
  return {
    /** Whether one more fits at this moment, before none that was kept. */
    isFree: (now: number) => full() <= now && step <= now,
    /** The first time from `now` on for one more, at a distance from the one before. */
    next: (now: number) => Math.max(now, due()),
    take(time: number): void {
      const late = time - due();
      step = late > 0 && late < lateSteps * stepMs ? time - late : time;
      times[oldest] = time;
      oldest = (oldest + 1) % size;
    },
  };
}
