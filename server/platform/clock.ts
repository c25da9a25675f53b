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
