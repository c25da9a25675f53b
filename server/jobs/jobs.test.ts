import { once } from 'node:events';
import { until } from '../testing/client.ts';
import { createJobs, type OwnedJobs } from './jobs.ts';

/** Far longer than a test, so that runs within it were requested or start at once. */
const never = 3_600_000;

let jobs: OwnedJobs;
const warnings: unknown[] = [];

beforeEach(() => {
  warnings.length = 0;
  jobs = createJobs({ warn: (...line: unknown[]) => warnings.push(line) });
});
afterEach(() => jobs.stop());

/** Work that the test ends. */
function latch() {
  const ends: (() => void)[] = [];
  const seen = { runs: 0, atOnce: 0, most: 0 };
  return {
    seen,
    async work(): Promise<void> {
      seen.runs += 1;
      seen.atOnce += 1;
      seen.most = Math.max(seen.most, seen.atOnce);
      await new Promise<void>((resolve) => ends.push(resolve));
      seen.atOnce -= 1;
    },
    end() {
      for (const end of ends.splice(0)) end();
    },
  };
}

test('a job is repeated while the server runs, and not before', async () => {
  let runs = 0;
  jobs.every('often', 1, async () => {
    runs += 1;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(runs).toBe(0);
  jobs.start();
  await until(() => runs >= 3, 5000, 'three runs');
  await jobs.stop();
  const before = runs;
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(runs).toBe(before);
});

test('a job first runs at the start or after an interval, by its option', async () => {
  const ran: string[] = [];
  const note = (name: string) => async () => {
    ran.push(name);
  };
  jobs.every('later', never, note('later'));
  jobs.every('at once', never, note('at once'), { atOnce: true });
  jobs.start();
  jobs.every('added late', never, note('added late'), { atOnce: true });
  await until(() => ran.length === 2, 5000, 'two runs');
  expect(ran).toEqual(['at once', 'added late']);
});

test('a job never runs twice at once, however often its interval passes', async () => {
  const { seen, work, end } = latch();
  jobs.every('slow', 1, work, { atOnce: true });
  jobs.start();
  for (const runs of [1, 2, 3]) {
    await until(() => seen.runs === runs, 5000, 'it runs');
    await new Promise((resolve) => setTimeout(resolve, 5));
    end();
  }
  await until(() => seen.runs === 4, 5000, 'it runs');
  const stopping = jobs.stop();
  end();
  await stopping;
  expect(seen).toEqual({ runs: 4, atOnce: 0, most: 1 });
});

test('a job that is asked for while it runs is run once more, because it may have missed the new work', async () => {
  const { seen, work, end } = latch();
  const job = jobs.every('slow', never, work);
  const first = job.run();
  await until(() => seen.runs === 1, 5000, 'it runs');
  const asked = Promise.all([job.run(), job.run(), job.run()]);
  end();
  await until(() => seen.runs === 2, 5000, 'it runs once more');
  end();
  await Promise.all([first, asked]);
  expect(seen).toEqual({ runs: 2, atOnce: 0, most: 1 });
});

test('an error does not end a job, and repeated errors are logged once', async () => {
  let works = false;
  const job = jobs.every('flaky', never, async () => {
    if (!works) throw new Error('away');
  });
  for (const outage of [1, 2]) {
    works = false;
    await job.run();
    await job.run();
    expect(warnings).toHaveLength(outage);
    works = true;
    await job.run();
  }
  expect(warnings[0]).toEqual([
    expect.objectContaining({ job: 'flaky', err: expect.any(Error) }),
    'a background job failed, trying on',
  ]);
});

test('a stop aborts all jobs at once, waits for running ones, and starts no other', async () => {
  const { seen, work, end } = latch();
  const job = jobs.every('slow', 1, work, { atOnce: true });
  let told = false;
  void jobs.run('single', async (signal) => {
    await once(signal, 'abort');
    told = true;
  });
  jobs.start();
  await until(() => seen.runs === 1, 5000, 'it runs');
  let stopped = false;
  const stopping = jobs.stop().then(() => {
    stopped = true;
  });
  void job.run();
  await new Promise((resolve) => setImmediate(resolve));
  expect({ told, stopped, running: jobs.running() }).toEqual({
    told: true,
    stopped: false,
    running: ['slow'],
  });
  end();
  await stopping;
  await job.run();
  expect(seen.runs).toBe(1);
});
