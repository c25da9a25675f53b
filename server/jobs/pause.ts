import { setTimeout as delay } from 'node:timers/promises';

export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** Resolves after `ms`, or as soon as `signal` aborts. */
export const pause: Pause = async (ms, signal) => {
  // The only rejection is the abort.
  await delay(ms, undefined, { signal }).catch(() => {});
};
