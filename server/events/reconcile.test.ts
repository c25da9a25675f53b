import { setTimeout as delay } from 'node:timers/promises';
import { createSecret } from '../auth/secrets.ts';
import { createPlatform } from '../platform/index.ts';
import { PlatformError, type PlatformErrorKind } from '../platform/platform.ts';
import { memoryTokenStore } from '../platform/token-store.ts';
import { type Built, build } from '../testing/build.ts';
import { expectFault, get } from '../testing/http.ts';
import { type CheckedUser, createRecheck, type Recheck } from './recheck.ts';
import { createReconcile, type ReconcileOptions, type ReconcileResult } from './reconcile.ts';
import { scheduleReconcile } from './schedule.ts';

const userApi = '/topapi/v2/user/get';

let server: Built;
let ahead = 0;
let waits: number[] = [];
let duringWait: (() => Promise<void>) | undefined;

beforeAll(async () => {
  server = await build();
  await server.prisma.user.createMany({
    data: Array.from({ length: 30 }, (_, at) => ({
      username: `person${at}`,
      name: `第${at}人`,
      dingUserId: `p${at}`,
    })),
  });
});
beforeEach(async () => {
  await server.prisma.reconcileRun.deleteMany();
  await server.prisma.user.updateMany({ data: { leftAt: null } });
  server.emulator.control.reset();
  ahead = 0;
  waits = [];
  duringWait = undefined;
});
afterAll(() => server.close());

/** Bound accounts: the 30 of here, and the five of the seed. */
const everybody = 35;

function create(recheck: Recheck, perSecond = 10) {
  return createReconcile({
    database: server.database,
    recheck,
    perSecond,
    now: () => Date.now() + ahead,
    logger: server.app.log,
    wait: async (ms) => {
      waits.push(ms);
      await duringWait?.();
    },
  });
}
const known: Recheck = async () => 'member';
const fault = (kind: PlatformErrorKind, more: { upstreamCode?: string; retryAfterSeconds?: number } = {}) =>
  new PlatformError(kind, userApi, 'broken on purpose', more);
const runs = () => server.prisma.reconcileRun.findMany({ orderBy: { startedAt: 'asc' } });

function recorder(answer: (user: CheckedUser) => Awaited<ReturnType<Recheck>> = () => 'member') {
  const seen: string[] = [];
  const recheck: Recheck = async (user) => {
    seen.push(user.id);
    return answer(user);
  };
  return { seen, recheck };
}

/** Every instance must know within a second. */
async function expectSignedOut(server: Built, token: string): Promise<void> {
  const deadline = performance.now() + 1000;
  let response = await get(server, '/api/me', token);
  while (response.statusCode === 200 && performance.now() < deadline) {
    await delay(10);
    response = await get(server, '/api/me', token);
  }
  expectFault(response, 401, 'SESSION_EXPIRED');
}

test('everybody is asked about, once, in the order of their ids, and never more than so many a second', async () => {
  const { seen, recheck } = recorder();
  const progress: number[] = [];
  const result = await create(recheck)({
    onProgress: ({ checked, total }) => progress.push(checked, total),
  });
  expect(result).toEqual({ outcome: 'finished', checked: everybody, left: 0, failed: 0 });
  expect(seen).toHaveLength(everybody);
  expect(new Set(seen).size).toBe(everybody);
  expect(progress).toEqual([10, everybody, 20, everybody, 30, everybody, everybody, everybody]);
  expect(await runs()).toMatchObject([{ checked: everybody, finishedAt: expect.any(Date) }]);
  // After each ten, what is left of their second.
  expect(waits).toHaveLength(4);
  for (const ms of waits) expect(ms).toBeGreaterThan(500);
});

test('on the emulator: who has left is signed out, who is there is not', async () => {
  await server.prisma.user.deleteMany({ where: { username: { startsWith: 'person' } } });
  try {
    const { config, prisma } = server;
    const platform = createPlatform(config.platform, { tokenStore: memoryTokenStore() });
    const recheck = createRecheck({ prisma, platform, now: Date.now });
    const token = await server.tokenOf('zhangsan');
    const result = await create(recheck)();
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
      data: Array.from({ length: 30 }, (_, at) => ({
        username: `person${at}`,
        name: '某',
        dingUserId: `p${at}`,
      })),
    });
  }
});

describe('a run that is broken off', () => {
  test('by a signal goes on where it stopped', async () => {
    const { seen, recheck } = recorder();
    const stopping = new AbortController();
    const reconcile = create(recheck);
    const first = await reconcile({ signal: stopping.signal, onProgress: () => stopping.abort() });
    expect(first).toEqual({ outcome: 'stopped', checked: 10, left: 0, failed: 0 });
    expect(await reconcile()).toMatchObject({ outcome: 'finished', checked: everybody });
    expect(seen).toHaveLength(everybody);
    expect(await runs()).toHaveLength(1);
  });

  test('by the death of its process goes on, and asks nobody whom it had asked but the last few', async () => {
    const { seen, recheck } = recorder();
    const dead = create(async (user, by) => {
      if (seen.length >= 15) throw new Error('the process is gone');
      return recheck(user, by);
    });
    await expect(dead()).rejects.toThrow('the process is gone');
    expect(await runs()).toMatchObject([{ checked: 10, finishedAt: null }]);
    expect(await create(recheck)()).toMatchObject({ outcome: 'finished', checked: everybody });
    expect(new Set(seen).size).toBe(everybody);
    expect(seen).toHaveLength(everybody + 5);
  });
});

describe('a fault', () => {
  test.each([
    ['busy', {}],
    ['timeout', {}],
    ['fault', {}],
  ] as const)(
    '%s of one person does not count as having left, is tried twice, and counted',
    async (kind, more) => {
      let asked = 0;
      const result = await create(async (user) => {
        if (user.dingUserId !== 'p7') return 'member';
        asked += 1;
        throw fault(kind, more);
      })();
      expect(result).toEqual({ outcome: 'finished', checked: everybody, left: 0, failed: 1 });
      expect(asked).toBe(2);
      expect(await server.prisma.user.count({ where: { leftAt: { not: null } } })).toBe(0);
    },
  );

  test('that is over at the second try counts for nothing', async () => {
    let asked = 0;
    const result = await create(async (user) => {
      if (user.dingUserId === 'p7' && asked++ === 0) throw fault('busy', { retryAfterSeconds: 5 });
      return 'member';
    })();
    expect(result).toMatchObject({ failed: 0 });
    expect(waits).toContain(5000);
  });

  test.each(['busy', 'timeout', 'fault'] as const)(
    '%s for everybody breaks the run off: nobody is passed over',
    async (kind) => {
      let down = true;
      const { seen, recheck } = recorder();
      const reconcile = create(async (user, by) => {
        if (seen.length >= 20 && down) throw fault(kind);
        return recheck(user, by);
      });
      expect(await reconcile()).toMatchObject({
        outcome: 'broken-off',
        checked: 20,
        failed: 0,
        error: { kind },
      });
      down = false;
      expect(await reconcile()).toMatchObject({ outcome: 'finished', checked: everybody, failed: 0 });
      expect(new Set(seen).size).toBe(everybody);
    },
  );

  test('of the configuration breaks it off at once', async () => {
    const { recheck } = recorder();
    const result = await create(async (user, by) => {
      if (user.dingUserId === 'p3') throw fault('misconfigured');
      return recheck(user, by);
    })();
    expect(result).toMatchObject({ outcome: 'broken-off', error: { kind: 'misconfigured' } });
  });

  test('with a code of its own for ten people in a row does not hold the run up for ever', async () => {
    const result = await create(() => Promise.reject(fault('fault', { upstreamCode: '99999' })))();
    expect(result).toEqual({ outcome: 'finished', checked: everybody, left: 0, failed: everybody });
  });
});

describe('two runs at once', () => {
  test('the second says so and does nothing', async () => {
    const second: ReconcileResult[] = [];
    const { seen, recheck } = recorder();
    const reconcile = create(recheck);
    duringWait = async () => {
      second.push(await reconcile());
    };
    expect(await reconcile()).toMatchObject({ outcome: 'finished' });
    expect(second).toEqual(Array(4).fill({ outcome: 'running-elsewhere' }));
    duringWait = undefined;
    const done = await Promise.all([reconcile(), reconcile(), reconcile()]);
    expect(done.map((result) => result.outcome).sort()).toEqual([
      'finished',
      'running-elsewhere',
      'running-elsewhere',
    ]);
    expect(seen).toHaveLength(2 * everybody);
  });

  test('one that lost its lock does not write over the other’s progress', async () => {
    const { recheck } = recorder();
    const result = await create(async (user, by) => {
      await server.prisma.reconcileRun.updateMany({ data: { checked: 1000 } });
      return recheck(user, by);
    })();
    expect(result).toEqual({ outcome: 'running-elsewhere' });
    expect(await runs()).toMatchObject([{ checked: 1000, finishedAt: null }]);
  });
});

test('a run is due when the last one began long enough ago', async () => {
  const { seen, recheck } = recorder();
  const reconcile = create(recheck);
  const day: ReconcileOptions = { minAgeMs: 24 * 3_600_000 };
  expect(await reconcile(day)).toMatchObject({ outcome: 'finished' });
  expect(await reconcile(day)).toEqual({ outcome: 'not-due' });
  ahead += 23 * 3_600_000;
  expect(await reconcile(day)).toEqual({ outcome: 'not-due' });
  expect(seen).toHaveLength(everybody);
  ahead += 3_600_001;
  expect(await reconcile(day)).toMatchObject({ outcome: 'finished' });
  expect(seen).toHaveLength(2 * everybody);
});

test('the schedules of two instances make one run, and stop at once', async () => {
  const { seen, recheck } = recorder();
  const logger = server.app.log;
  const schedules = [create(recheck), create(recheck)].map((reconcile) =>
    scheduleReconcile(reconcile, { everyMs: 3_600_000, lookMs: 5, logger }),
  );
  while ((await runs())[0]?.finishedAt == null) await delay(5);
  await Promise.all(schedules.map((stop) => stop()));
  expect(seen).toHaveLength(everybody);
  expect(await runs()).toHaveLength(1);
});

test('people who have left are not asked about again and again, unless they have a session all the same', async () => {
  const { prisma } = server;
  const { id: userId } = await prisma.user.update({
    where: { username: 'zhaoliu' },
    data: { leftAt: new Date() },
  });
  expect(await create(known)()).toMatchObject({ checked: everybody - 1 });

  // What a sign-in leaves behind that was under way while they left.
  const { token, hash } = createSecret();
  const expiresAt = new Date(Date.now() + 3_600_000);
  await prisma.session.create({ data: { tokenHash: hash, userId, client: 'MINI', expiresAt } });
  expect((await get(server, '/api/me', token)).statusCode).toBe(200);
  const platform = createPlatform(server.config.platform, { tokenStore: memoryTokenStore() });
  const recheck = createRecheck({ prisma, platform, now: Date.now });
  const onlyZhaoliu: Recheck = async (user, by) => (user.id === userId ? recheck(user, by) : 'member');
  expect(await create(onlyZhaoliu)()).toMatchObject({ checked: everybody, left: 1 });
  await platform.close();
  await expectSignedOut(server, token);
  expect(await prisma.user.findUnique({ where: { id: userId } })).toMatchObject({ leftAt: expect.any(Date) });
});
