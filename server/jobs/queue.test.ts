import { until } from '../testing/client.ts';
import { createJobs, type OwnedJobs } from './jobs.ts';
import { type Queue, type RunningQueue, waitAfter } from './queue.ts';

/** The behaviour of every queue. */

let jobs: OwnedJobs;
const warnings: unknown[] = [];

beforeEach(() => {
  warnings.length = 0;
  jobs = createJobs({ warn: (...line: unknown[]) => warnings.push(line) });
});

/** Rows in memory, whose work ends when the test lets it. */
function table(rows: number[], more: Partial<Queue<number>> = {}) {
  const inHand = new Map<number, () => void>();
  const done: number[] = [];
  let most = 0;
  const queue: RunningQueue = jobs.queue({
    name: 'a table',
    pollMs: 3_600_000,
    atOnce: 2,
    claim: async () => rows.splice(0, 3),
    async work(row) {
      const ended = new Promise<void>((resolve) => inHand.set(row, resolve));
      most = Math.max(most, inHand.size);
      await ended;
      inHand.delete(row);
      done.push(row);
    },
    ...more,
  });
  return {
    queue,
    done,
    most: () => most,
    working: (...wanted: number[]) =>
      until(
        () => inHand.size === wanted.length && wanted.every((row) => inHand.has(row)),
        5000,
        `${wanted} are in hand`,
      ),
    end: (row: number) => inHand.get(row)?.(),
  };
}

test('all due rows are handled, and never more at once than allowed', async () => {
  const { queue, working, end, done, most } = table([1, 2, 3, 4]);
  const drained = queue.drain();
  await working(1, 2);
  end(1);
  await working(2, 3);
  end(3);
  await working(2, 4);
  end(2);
  end(4);
  expect(await drained).toBe(4);
  expect({ done, most: most() }).toEqual({ done: [1, 3, 2, 4], most: 2 });
});

test('a stop waits for the claimed rows, and claims no other', async () => {
  const rows = [1, 2];
  const { queue, working, end, done } = table(rows, { claim: async () => rows.splice(0, 1) });
  queue.wake();
  await working(1, 2);
  rows.push(3);
  const stopped = jobs.stop();
  end(2);
  end(1);
  await stopped;
  expect(done).toEqual([2, 1]);
  expect(await queue.drain()).toBe(0);
  expect(rows).toEqual([3]);
});

test('a row that is stored just when the queue finds none is still handled', async () => {
  const rows: number[] = [];
  let late = true;
  const seen: number[] = [];
  const queue: RunningQueue = jobs.queue({
    name: 'a table',
    pollMs: 3_600_000,
    atOnce: 1,
    async claim() {
      const found = rows.splice(0, 1);
      if (late) {
        late = false;
        rows.push(1);
        queue.wake();
      }
      return found;
    },
    async work(row) {
      seen.push(row);
    },
  });
  await queue.drain();
  expect(seen).toEqual([1]);
});

test('when the database fails, the claimed rows are finished, and the next look continues', async () => {
  const rows = [1, 2, 3];
  let broken = true;
  const { queue, working, end, done } = table(rows, {
    async claim() {
      if (rows.length === 1 && broken) throw new Error('connection lost');
      return rows.splice(0, 1);
    },
    atOnce: 3,
  });
  let over = false;
  const drained = queue.drain().then(() => {
    over = true;
  });
  await working(1, 2);
  await new Promise((resolve) => setImmediate(resolve));
  expect(over).toBe(false);
  end(1);
  end(2);
  await drained;
  expect(done).toEqual([1, 2]);
  expect(warnings).toEqual([[expect.objectContaining({ job: 'a table' }), expect.any(String)]]);
  broken = false;
  const again = queue.drain();
  await working(3);
  end(3);
  expect(await again).toBe(1);
});

test('the waits between attempts grow up to a limit, and the platform may ask for a longer one', () => {
  const waits = [1, 2, 3, 4, 5].map((attempts) => waitAfter(attempts, 60_000));
  expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  expect(waitAfter(1, 60_000, 90_000)).toBe(90_000);
});
