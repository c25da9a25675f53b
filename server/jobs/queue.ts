import { pause } from './pause.ts';

/**
 * Rows of a table that are tasks, shared by any number of processes. A process claims a row for the time of its lease;
 * after that the row is due again, so that others take over the rows of a dead process.
 */
export interface Queue<Row> {
  /** Names it in the log. */
  name: string;
  /** Its purpose in Chinese, for the console; the name by default. */
  title?: string;
  /** The time between two looks for rows of other processes, in milliseconds. */
  pollMs: number;
  /** The most rows at a time in this process. */
  atOnce: number;
  /** The pause between two claims, in milliseconds; 0 by default. */
  gapMs?: number;
  /** Runs at the beginning of a look. */
  before?: () => Promise<void>;
  /** Claims a few rows, the longest due first. */
  claim: () => Promise<readonly Row[]>;
  /**
   * Does the work of a row and writes the result to it.
   *
   * @throws errors of the database: the row is due again after its lease.
   */
  work: (row: Row, signal: AbortSignal) => Promise<void>;
}

/** A queue that is handled in the background. */
export interface RunningQueue {
  /** Makes it look for due rows at once. */
  wake(): void;
  /**
   * Handles the due rows and waits for that; also before the server has started.
   *
   * @returns how many rows were claimed.
   */
  drain(): Promise<number>;
}

/** Handles rows until none is due or `signal` aborts; then waits for the claimed ones. @returns how many rows. */
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

/** The number of attempts at a row, in every queue; then the row has failed. */
export const maxAttempts = 12;
const firstWaitMs = 10_000;

/**
 * How long a row waits for its next attempt: 10 s at first, then twice as long each time.
 *
 * @param attempts made so far, at least 1.
 * @param longestMs the longest wait, unless the platform asks for more.
 * @param askedMs the wait that the platform asks for.
 * @returns milliseconds.
 */
export function waitAfter(attempts: number, longestMs: number, askedMs = 0): number {
  return Math.max(Math.min(firstWaitMs * 2 ** (attempts - 1), longestMs), askedMs);
}
