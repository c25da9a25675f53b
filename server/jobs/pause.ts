import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `ms`, or as soon as `signal` aborts; holds up no process that wants to end. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export const pause: Pause = async (ms, signal) => {
  // The only rejection is the abort.
  await delay(ms, undefined, { signal, ref: false }).catch(() => {});
};

/** Like {@link pause}, for a tool that has nothing else to keep its process alive. */
export const holdingPause: Pause = async (ms, signal) => {
  await delay(ms, undefined, { signal }).catch(() => {});
};
