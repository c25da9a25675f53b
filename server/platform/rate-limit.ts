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

/** Two windows, and 10 ms for rounding: the calls of three windows are let into the queue at once. */
export const defaultQueueMs = 2 * windowMs + 10;

export interface RateLimitOptions {
  /** How many calls may start within any one second. */
  perSecond: number;
  /** How long a call may wait for its turn, in milliseconds; it bounds the queue. */
  maxQueueMs: number;
  clock: Clock;
}

export interface RateLimit {
  /**
   * Waits for the caller's turn, first come, first served.
   *
   * @returns null when it is the caller's turn; or at once, when the queue is full, the milliseconds until it lets
   *   a caller in again.
   */
  turn(): Promise<number | null>;
}

/**
 * At most `perSecond` starts in every window of one second, wherever the window begins. A token bucket of the
 * same rate would let twice as many through in the second after a quiet one, and the platform counts by the
 * second.
 *
 * Every caller reserves a start time, in order. The queue needs no list: its length is the distance of the next free
 * start time.
 */
export function createRateLimit({ perSecond, maxQueueMs, clock }: RateLimitOptions): RateLimit {
  /** The last `perSecond` start times, as a ring; `next` is the oldest of them. */
  const starts: number[] = new Array(perSecond).fill(Number.NEGATIVE_INFINITY);
  let next = 0;

  return {
    async turn() {
      const now = clock.now();
      const start = Math.max(now, (starts[next] ?? now) + windowMs);
      const wait = start - now;
      if (wait > maxQueueMs) return wait - maxQueueMs;
      starts[next] = start;
      next = (next + 1) % perSecond;
      if (wait > 0) await clock.sleep(wait);
      return null;
    },
  };
}
