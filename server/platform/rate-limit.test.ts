import fc from 'fast-check';
import { manualClock } from '../testing/test-clock.ts';
import { createRateLimit } from './rate-limit.ts';

const setUp = (perSecond: number, maxQueueMs = 2000) => {
  const clock = manualClock();
  const limit = createRateLimit({ perSecond, maxQueueMs, clock });
  const started: number[] = [];
  const refused: number[] = [];
  const call = async () => {
    const wait = await limit.turn();
    if (wait === null) started.push(clock.now());
    else refused.push(wait.dueMs);
  };
  return { clock, started, refused, call, limit };
};

test('of 200 calls at once, with 20 a second and three seconds of queue, 60 start and 140 are refused at once', async () => {
  const { clock, started, refused, call } = setUp(20, 3059);
  const begin = clock.now();
  const calls = Promise.all(Array.from({ length: 200 }, call));
  await clock.advance(0);
  expect([started.length, refused.length]).toEqual([20, 140]);
  // They get no place, so all get the same answer.
  expect(new Set(refused)).toEqual(new Set([3060]));
  await clock.advance(5000);
  await calls;
  const windows = started.map((at) => Math.floor((at - begin) / 1020));
  expect([0, 1, 2].map((window) => windows.filter((one) => one === window).length)).toEqual([20, 20, 20]);
  // One by one after the first twenty.
  expect(new Set(started).size).toBe(41);
  expect(clock.sleeping()).toBe(0);
});

test('a refused call is accepted after the time that it was told', async () => {
  const { clock, started, refused, call } = setUp(1, 0);
  await call();
  await call();
  expect([started.length, refused.length]).toEqual([1, 1]);
  await clock.advance(refused[0] ?? 0);
  await call();
  expect([started.length, refused.length]).toEqual([2, 1]);
});

test('places in line are given in the order of arrival; without a line nobody gets one', async () => {
  const { limit, clock } = setUp(2, 0);
  const told = [];
  for (let call = 0; call < 8; call += 1) told.push((await limit.turn(null))?.placeMs ?? null);
  expect(told).toEqual([null, null, 1020, 1530, 2040, 2550, 3060, 3570]);
  await clock.advance(1020);
  // All earlier ones have left the line.
  expect(await limit.turn(null)).toBeNull();
});

test('a call that has waited goes before later ones, and a late one goes first', async () => {
  const { limit, clock } = setUp(1);
  const order: string[] = [];
  const come = (name: string, placeMs: number | null) =>
    void limit.turn(placeMs).then((wait) => order.push(wait === null ? name : `${name}: ${wait.dueMs}`));
  come('first', null);
  come('second', null);
  come('waited', 900);
  come('late', -5000);
  await clock.advance(10_000);
  expect(order).toEqual(['first', 'second: 2000', 'late', 'waited']);
});

test('in a line that runs late everybody is told the later time', async () => {
  const { limit, clock } = setUp(10);
  const waited: number[] = [];
  const told: (number | null)[] = [];
  // Twice as many come as can start, all half a minute late, so the latest places stay at the end.
  for (let ms = 0; ms < 20_000; ms += 50) {
    const came = clock.now();
    void limit.turn(ms / 2 - 30_000).then((held) => {
      waited.push(clock.now() - came);
      told.push(held?.dueMs ?? null);
    });
    await clock.advance(50);
  }
  expect(Math.max(...waited)).toBeLessThan(4200);
  // Calls at the end do not come back too often.
  const farFirst = await limit.turn(60_000);
  expect(farFirst?.placeMs).toBe(60_000);
  expect(farFirst?.dueMs).toBeGreaterThan(75_000);
  expect(told).toContain(null);
});

test('a call that others with earlier places keep overtaking is sent away in time, with its place', async () => {
  const { limit, clock } = setUp(10);
  const came = clock.now();
  for (let call = 0; call < 10; call += 1) void limit.turn();
  const held = limit.turn(0).then((told) => ({ told, ms: clock.now() - came }));
  for (let ms = 0; ms < 8000; ms += 100) {
    void limit.turn(-30_000);
    await clock.advance(100);
  }
  const { told, ms } = await held;
  expect(ms).toBeLessThan(4200);
  expect(told?.placeMs).toBe(-ms);
});

test('timers that fire late do not slow down the line', async () => {
  const clock = manualClock();
  const late = { now: clock.now, sleep: (ms: number) => clock.sleep(ms + 15) };
  const limit = createRateLimit({ perSecond: 20, maxQueueMs: 10_199, clock: late });
  const begin = clock.now();
  let last = 0;
  const calls = Array.from({ length: 200 }, () =>
    limit.turn().then(() => {
      last = clock.now() - begin;
    }),
  );
  await clock.advance(20_000);
  await Promise.all(calls);
  // Nine windows, each with its allowed delay.
  expect(last).toBeLessThan(10 * 1020 + 10 * 15);
});

test('whenever calls arrive, no second has more starts than allowed, none overtakes, none waits too long', async () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 7 }), async (gaps, perSecond) => {
      const clock = manualClock();
      const limit = createRateLimit({ perSecond, maxQueueMs: 1500, clock });
      const starts: { number: number; at: number; waited: number }[] = [];
      const calls = gaps.map(() => Promise.resolve());
      for (const [number, gap] of gaps.entries()) {
        await clock.advance(gap);
        const arrived = clock.now();
        calls[number] = limit.turn().then((wait) => {
          if (wait === null) starts.push({ number, at: clock.now(), waited: clock.now() - arrived });
          else expect(wait.dueMs).toBeGreaterThan(0);
        });
      }
      await clock.advance(5000);
      await Promise.all(calls);
      for (const [index, start] of starts.entries()) {
        expect(start.at - (starts[index - perSecond]?.at ?? Number.NEGATIVE_INFINITY)).toBeGreaterThan(1000);
        expect(start.number).toBeGreaterThan(starts[index - 1]?.number ?? -1);
        expect(start.waited).toBeLessThanOrEqual(1500);
      }
      expect(starts.length).toBeGreaterThan(0);
    }),
    { numRuns: 100 },
  );
});
