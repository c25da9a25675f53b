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
    else refused.push(wait);
  };
  return { clock, started, refused, call };
};

test('200 calls at once, 20 a second, two seconds of queue: three times 20 start, 140 are refused at once', async () => {
  const { clock, started, refused, call } = setUp(20, 2100);
  const begin = clock.now();
  const calls = Promise.all(Array.from({ length: 200 }, call));
  await clock.advance(0);
  expect([started.length, refused.length]).toEqual([20, 140]);
  expect(new Set(refused)).toEqual(new Set([3060 - 2100]));
  await clock.advance(5000);
  await calls;
  const seconds = started.map((at) => Math.floor((at - begin) / 1000));
  expect([0, 1, 2].map((second) => seconds.filter((one) => one === second).length)).toEqual([20, 20, 20]);
  expect(clock.sleeping()).toBe(0);
});

test('a refused call may come back after the time it was told', async () => {
  const { clock, started, refused, call } = setUp(1, 0);
  await call();
  await call();
  expect([started.length, refused.length]).toEqual([1, 1]);
  await clock.advance(refused[0] ?? 0);
  await call();
  expect([started.length, refused.length]).toEqual([2, 1]);
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
          else expect(wait).toBeGreaterThan(0);
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
