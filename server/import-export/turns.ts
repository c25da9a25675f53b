import { setImmediate } from 'node:timers/promises';

/** How long work may keep everybody else waiting, in milliseconds. */
const longestMs = 5;

/** For work that takes long: awaited between its steps, it lets requests that have come meanwhile go before. */
export function createTurns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < longestMs) return;
    await setImmediate();
    since = performance.now();
  };
}
