import { type Built, build } from '../testing/build.ts';

/** The server's own jobs about events, besides handling them. */

const hour = 3_600_000;
const day = 24 * hour;

let server: Built;
afterEach(() => server?.close());

test('old rows are deleted within an hour after the start, however often the server is restarted', async () => {
  // The hours pass at once; everything else goes by the real time.
  const timers = vi.spyOn(globalThis, 'setTimeout');
  try {
    server = await build();
    const at = (ago: number) => new Date(Date.now() - ago);
    const row = { platform: 'dingtalk', type: 'user_leave_org', payload: { person: '270104' } };
    await server.prisma.platformEvent.createMany({
      data: [
        { ...row, dedupKey: 'old', processedAt: at(31 * day) },
        { ...row, dedupKey: 'recent', processedAt: at(29 * day) },
      ],
    });
    await server.app.ready();
    for (const [look, ms] of timers.mock.calls) if (ms === hour) look();
  } finally {
    timers.mockRestore();
  }
  const left = () => server.prisma.platformEvent.findMany({ select: { dedupKey: true } });
  while ((await left()).length > 1) await new Promise((resolve) => setImmediate(resolve));
  expect(await left()).toEqual([{ dedupKey: 'recent' }]);
});

test('a re-check that is started by hand is done, however recent the last one was', async () => {
  server = await build({ env: { RECONCILE_HOURS: '24' } });
  const finished = () => server.prisma.reconcileRun.count({ where: { finishedAt: { not: null } } });
  await server.app.jobs.runNow('reconcile');
  await server.app.jobs.runNow('reconcile');
  expect(await finished()).toBe(2);
});
