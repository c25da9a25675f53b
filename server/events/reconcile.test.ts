import { setTimeout as delay } from 'node:timers/promises';
import { createSecret } from '../auth/secrets.ts';
import { createJobs } from '../jobs/jobs.ts';
import { createPlatform, memoryTokenStore } from '../platform/index.ts';
import type { Built } from '../testing/build.ts';
import { expectSignedOut, get } from '../testing/http.ts';
import { known, openReconciling, type Reconciling, recorder, thirtyPeople } from '../testing/reconcile.ts';
import { createRecheck, type Recheck } from './recheck.ts';
import type { ReconcileOptions, ReconcileResult } from './reconcile.ts';

let world: Reconciling;
let server: Built;
let everybody: number;

beforeAll(async () => {
  world = await openReconciling();
  ({ server, everybody } = world);
});
beforeEach(() => world.reset());
afterAll(() => server.close());

test('every person is asked about once, in the order of the ids, within the limit a second', async () => {
  const { seen, recheck } = recorder();
  const progress: number[] = [];
  const result = await world.create(recheck)({
    onProgress: ({ checked, total }) => progress.push(checked, total),
  });
  expect(result).toEqual({ outcome: 'finished', checked: everybody, left: 0, failed: 0 });
  expect(seen).toHaveLength(everybody);
  expect(new Set(seen).size).toBe(everybody);
  expect(progress).toEqual([10, everybody, 20, everybody, 30, everybody, everybody, everybody]);
  expect(await world.runs()).toMatchObject([{ checked: everybody, finishedAt: expect.any(Date) }]);
  // After each ten people the rest of the second.
  expect(world.waits).toHaveLength(4);
  for (const ms of world.waits) expect(ms).toBeGreaterThan(0);
});

test('on the emulator a person who has left is signed out, and the others are not', async () => {
  await server.prisma.user.deleteMany({ where: { username: { startsWith: 'person' } } });
  try {
    const { config, prisma } = server;
    const platform = createPlatform(config.platform, { tokenStore: memoryTokenStore() });
    const recheck = createRecheck({ prisma, platform, now: Date.now });
    const token = await server.tokenOf('zhangsan');
    const result = await world.create(recheck)();
    await platform.close();
    expect(result).toEqual({ outcome: 'finished', checked: 5, left: 1, failed: 0 });
    const left = await prisma.user.findMany({ where: { leftAt: { not: null } } });
    expect(left.map((user) => user.username)).toEqual(['zhaoliu']);
    expect((await get(server, '/api/me', token)).statusCode).toBe(200);
    const [last] = await prisma.auditLog.findMany({ orderBy: { at: 'desc' }, take: 1 });
    expect(last).toMatchObject({ action: 'person.left', actorId: null, detail: { by: 'reconcile' } });
    // Leaving ends a session that the person still has.
    await prisma.user.update({ where: { username: 'zhangsan' }, data: { leftAt: new Date() } });
    await expectSignedOut(server, token);
  } finally {
    await server.prisma.user.createMany({
      data: thirtyPeople(),
    });
  }
});

describe('a run that is interrupted', () => {
  test('by a signal is resumed where it stopped', async () => {
    const { seen, recheck } = recorder();
    const stopping = new AbortController();
    const reconcile = world.create(recheck);
    const first = await reconcile({ signal: stopping.signal, onProgress: () => stopping.abort() });
    expect(first).toEqual({ outcome: 'stopped', checked: 10, left: 0, failed: 0 });
    expect(await reconcile()).toMatchObject({ outcome: 'finished', checked: everybody });
    expect(seen).toHaveLength(everybody);
    expect(await world.runs()).toHaveLength(1);
  });

  test('by the death of its process is resumed, and repeats only the last few people', async () => {
    const { seen, recheck } = recorder();
    const dead = world.create(async (user, by) => {
      if (seen.length >= 15) throw new Error('the process is gone');
      return recheck(user, by);
    });
    await expect(dead()).rejects.toThrow('the process is gone');
    expect(await world.runs()).toMatchObject([{ checked: 10, finishedAt: null }]);
    expect(await world.create(recheck)()).toMatchObject({ outcome: 'finished', checked: everybody });
    expect(new Set(seen).size).toBe(everybody);
    expect(seen).toHaveLength(everybody + 5);
  });
});

describe('an unfinished run', () => {
  const hour = 3_600_000;

  /** Leaves an unfinished run with ten checked people. */
  async function breakOff(): Promise<void> {
    const stopping = new AbortController();
    await world.create(known)({ signal: stopping.signal, onProgress: () => stopping.abort() });
  }

  test('of the last day is resumed', async () => {
    await breakOff();
    world.advance(23 * hour);
    const onBegin = vi.fn();
    expect(await world.create(known)({ onBegin })).toMatchObject({ outcome: 'finished', checked: everybody });
    expect(onBegin.mock.calls).toEqual([[{ how: 'resumed', startedAt: expect.any(Number), checked: 10 }]]);
    expect(await world.runs()).toHaveLength(1);
  });

  test('of an earlier day is started again, because its findings are outdated', async () => {
    await breakOff();
    world.advance(25 * hour);
    const { seen, recheck } = recorder();
    const onBegin = vi.fn();
    // Due at once: no run has ended since.
    const result = await world.create(recheck)({ onBegin, minAgeMs: 720 * hour });
    expect(result).toMatchObject({ outcome: 'finished', checked: everybody });
    expect(seen).toHaveLength(everybody);
    expect(onBegin.mock.calls).toEqual([[{ how: 'anew', startedAt: expect.any(Number) }]]);
    expect(await world.runs()).toMatchObject([
      { checked: 10, finishedAt: null },
      { checked: everybody, finishedAt: expect.any(Date) },
    ]);
    expect(await world.create(recheck)({ minAgeMs: hour })).toEqual({ outcome: 'not-due' });
  });
});

describe('of two runs at once', () => {
  test('the second does nothing and says why', async () => {
    const second: ReconcileResult[] = [];
    const { seen, recheck } = recorder();
    const reconcile = world.create(recheck);
    world.duringWait = async () => {
      second.push(await reconcile());
    };
    expect(await reconcile()).toMatchObject({ outcome: 'finished' });
    expect(second).toEqual(Array(4).fill({ outcome: 'running-elsewhere' }));
    world.duringWait = undefined;
    const done = await Promise.all([reconcile(), reconcile(), reconcile()]);
    expect(done.map((result) => result.outcome).sort()).toEqual([
      'finished',
      'running-elsewhere',
      'running-elsewhere',
    ]);
    expect(seen).toHaveLength(2 * everybody);
  });

  test('the one that lost its lock does not overwrite the other’s progress', async () => {
    const { recheck } = recorder();
    const result = await world.create(async (user, by) => {
      await server.prisma.reconcileRun.updateMany({ data: { checked: 1000 } });
      return recheck(user, by);
    })();
    expect(result).toEqual({ outcome: 'running-elsewhere' });
    expect(await world.runs()).toMatchObject([{ checked: 1000, finishedAt: null }]);
  });
});

test('a run is due when the last one began long enough ago', async () => {
  const { seen, recheck } = recorder();
  const reconcile = world.create(recheck);
  const day: ReconcileOptions = { minAgeMs: 24 * 3_600_000 };
  expect(await reconcile(day)).toMatchObject({ outcome: 'finished' });
  expect(await reconcile(day)).toEqual({ outcome: 'not-due' });
  world.advance(23 * 3_600_000);
  expect(await reconcile(day)).toEqual({ outcome: 'not-due' });
  expect(seen).toHaveLength(everybody);
  world.advance(3_600_001);
  expect(await reconcile(day)).toMatchObject({ outcome: 'finished' });
  expect(seen).toHaveLength(2 * everybody);
});

test('the schedules of two instances start one run, and stop at once', async () => {
  const { seen, recheck } = recorder();
  const schedules = [world.create(recheck), world.create(recheck)].map((reconcile) => {
    const jobs = createJobs(server.app.log);
    jobs.every('reconcile', 5, (signal) => reconcile({ minAgeMs: 3_600_000, signal }));
    jobs.start();
    return jobs;
  });
  while ((await world.runs())[0]?.finishedAt == null) await delay(5);
  await Promise.all(schedules.map((jobs) => jobs.stop()));
  expect(seen).toHaveLength(everybody);
  expect(await world.runs()).toHaveLength(1);
});

test('people who have left are not asked about again, unless they still have a session', async () => {
  const { prisma } = server;
  const { id: userId } = await prisma.user.update({
    where: { username: 'zhaoliu' },
    data: { leftAt: new Date() },
  });
  expect(await world.create(known)()).toMatchObject({ checked: everybody - 1 });

  // A session of a sign-in that was running while they left.
  const { token, hash } = createSecret();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await prisma.session.create({ data: { tokenHash: hash, userId, client: 'MINI', expiresAt } });
  expect((await get(server, '/api/me', token)).statusCode).toBe(200);
  const platform = createPlatform(server.config.platform, { tokenStore: memoryTokenStore() });
  const recheck = createRecheck({ prisma, platform, now: Date.now });
  const onlyZhaoliu: Recheck = async (user, by) => (user.id === userId ? recheck(user, by) : 'member');
  expect(await world.create(onlyZhaoliu)()).toMatchObject({ checked: everybody, left: 1 });
  await platform.close();
  await expectSignedOut(server, token);
  expect(await prisma.user.findUnique({ where: { id: userId } })).toMatchObject({ leftAt: expect.any(Date) });
});
