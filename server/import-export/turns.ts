import { setImmediate } from 'node:timers/promises';

/** How long work may block other requests, in milliseconds. */
const longestMs = 5;

/** For long work: awaited between its steps, it lets waiting requests run first. */
export function createTurns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < longestMs) return;
    await setImmediate();
    since = performance.now();
  };
}
