import { pause } from './pause.ts';

/**
 * Rows of a table that are work. Any number of processes share them: each row is one process's at a time, for as long
 * as its lease, and is due again after it, so that the rows of a process that died are taken over.
 */
export interface Queue<Row> {
  /** Names it in the log. */
  name: string;
  /** Chinese: what it does, for the console; the name by default. */
  title?: string;
  /** How often it looks for rows that nobody told it of, in milliseconds. */
  pollMs: number;
  /** Rows at a time, of this process. */
  atOnce: number;
  /** Between two claims, in milliseconds; 0 by default. */
  gapMs?: number;
  /** Runs at the beginning of a look. */
  before?: () => Promise<void>;
  /** Takes a few rows, those first that have been due longest. */
  claim: () => Promise<readonly Row[]>;
  /**
   * Does the work of a row and writes down in it what became of it.
   *
   * @throws errors of the database: the row is due again after its lease.
   */
  work: (row: Row, signal: AbortSignal) => Promise<void>;
}

/** A queue that is worked off in the background. */
export interface RunningQueue {
  /** Tells it that there may be something due: it looks at once. */
  wake(): void;
  /**
   * Works off what is due and waits for it; also before the server has started.
   *
   * @returns how many rows were taken.
   */
  drain(): Promise<number>;
}

/** Works off rows until none is due or `signal` aborts; then waits for those in hand. @returns how many rows. */
export async function workOff<Row>(queue: Queue<Row>, signal: AbortSignal): Promise<number> {
  const { atOnce, gapMs = 0 } = queue;
  const inHand = new Set<Promise<void>>();
  const faults: unknown[] = [];
  let taken = 0;

  async function takeOn(row: Row): Promise<void> {
    try {
      await queue.work(row, signal);
    } catch (error) {
      faults.push(error);
    }
  }

  await queue.before?.();
  try {
    while (!signal.aborted && faults.length === 0) {
      const rows = await queue.claim();
      if (rows.length === 0) break;
      for (const row of rows) {
        taken += 1;
        const work = takeOn(row).finally(() => inHand.delete(work));
        inHand.add(work);
        if (inHand.size >= atOnce) await Promise.race(inHand);
      }
      if (gapMs > 0) await pause(gapMs, signal);
    }
  } finally {
    await Promise.all(inHand);
  }
  if (faults.length > 0) throw faults[0];
  return taken;
}

/** Attempts at a row, of every queue; then it is given up. */
export const maxAttempts = 12;
const firstWaitMs = 10_000;

/**
 * How long a row waits for its next attempt: 10 s at first, then twice as long each time.
 *
 * @param attempts made so far, 1 at least.
 * @param longestMs the wait grows up to this.
 * @param askedMs how long the platform wants to be left alone.
 * @returns milliseconds.
 */
export function waitAfter(attempts: number, longestMs: number, askedMs = 0): number {
  return Math.max(Math.min(firstWaitMs * 2 ** (attempts - 1), longestMs), askedMs);
}
