import type { Clock } from '../platform/rate-limit.ts';

export interface ManualClock extends Clock {
  /** Moves the time forward, and wakes sleepers in order. */
  advance(ms: number): Promise<void>;
  /** The number of sleepers. */
  sleeping(): number;
}

/** A clock that a test moves. */
export function manualClock(): ManualClock {
  let time = 1_000_000;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => time,
    sleep: (ms) => new Promise((wake) => sleepers.push({ at: time + ms, wake })),
    async advance(ms) {
      const end = time + ms;
      await settle();
      for (;;) {
        const [first] = sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (first === undefined) break;
        sleepers = sleepers.filter((one) => one !== first);
        time = first.at;
        first.wake();
        await settle();
      }
      time = end;
    },
    sleeping: () => sleepers.length,
  };
}

/** Lets everything that is not waiting for a timer or a socket finish. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
