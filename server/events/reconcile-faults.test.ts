import { PlatformError, type PlatformErrorKind } from '../platform/platform.ts';
import type { Built } from '../testing/build.ts';
import { openReconciling, type Reconciling, recorder } from '../testing/reconcile.ts';
import type { Recheck } from './recheck.ts';

/** Re-checks of everybody with a failing platform: for one person, or for all. */

let world: Reconciling;
let server: Built;
let everybody: number;

beforeAll(async () => {
  world = await openReconciling();
  ({ server, everybody } = world);
});
beforeEach(() => world.reset());
afterAll(() => server.close());

const fault = (kind: PlatformErrorKind, more: { upstreamCode?: string; retryAfterSeconds?: number } = {}) =>
  new PlatformError(kind, '/topapi/v2/user/get', 'broken on purpose', more);

test.each([
  ['busy', {}],
  ['timeout', {}],
  ['fault', {}],
] as const)(
  'a fault (%s) of one person does not count as having left, is tried twice, and counted',
  async (kind, more) => {
    let asked = 0;
    const result = await world.create(async (user) => {
      if (user.dingUserId !== 'p7') return 'member';
      asked += 1;
      throw fault(kind, more);
    })();
    expect(result).toEqual({ outcome: 'finished', checked: everybody, left: 0, failed: 1 });
    expect(asked).toBe(2);
    expect(await server.prisma.user.count({ where: { leftAt: { not: null } } })).toBe(0);
  },
);

test('a fault that is over at the second try is not counted', async () => {
  let asked = 0;
  const result = await world.create(async (user) => {
    if (user.dingUserId === 'p7' && asked++ === 0) throw fault('busy', { retryAfterSeconds: 5 });
    return 'member';
  })();
  expect(result).toMatchObject({ failed: 0 });
  expect(world.waits).toContain(5000);
});

test.each(['busy', 'timeout', 'fault'] as const)(
  'a fault (%s) for everybody breaks the run off: nobody is passed over',
  async (kind) => {
    let down = true;
    const { seen, recheck } = recorder();
    const reconcile = world.create(async (user, by) => {
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

describe('a time-out for everybody who is asked one by one', () => {
  /** Fails for people at certain places in the order, from 0, at every try. */
  function failing(isFailing: (place: number) => boolean) {
    const { seen, recheck } = recorder();
    const asked: string[] = [];
    const failingRecheck: Recheck = async (user, by) => {
      if (!asked.includes(user.id)) asked.push(user.id);
      if (isFailing(asked.indexOf(user.id))) throw fault('timeout');
      return recheck(user, by);
    };
    return { seen, recheck: failingRecheck };
  }

  /** Keeps this many people to ask about. */
  async function keepOnly(count: number): Promise<void> {
    const users = await server.prisma.user.findMany({
      where: { dingUserId: { not: null } },
      orderBy: { id: 'asc' },
      skip: count,
    });
    const where = { id: { in: users.map(({ id }) => id) } };
    await server.prisma.user.updateMany({ where, data: { leftAt: new Date() } });
  }

  test.each([1, 2])('at %s a second ends the run, and skips nobody', async (perSecond) => {
    let down = true;
    const { seen, recheck } = failing((place) => place >= 6 && down);
    const first = await world.create(recheck, perSecond)();
    expect(first).toMatchObject({
      outcome: 'broken-off',
      checked: 6,
      failed: 0,
      error: { kind: 'timeout' },
    });
    down = false;
    expect(await world.create(recheck, perSecond)()).toEqual({
      outcome: 'finished',
      checked: everybody,
      left: 0,
      failed: 0,
    });
    expect(seen).toHaveLength(everybody);
  });

  test('for only two people in a row counts as theirs, and the run goes on', async () => {
    const { recheck } = failing((place) => place === 6 || place === 7 || place === everybody - 1);
    const result = await world.create(recheck, 1)();
    expect(result).toEqual({ outcome: 'finished', checked: everybody, left: 0, failed: 3 });
    expect(await world.runs()).toMatchObject([
      { checked: everybody, failed: 3, finishedAt: expect.any(Date) },
    ]);
  });

  test.each([1, 10])(
    'where two people are all there are, %s a second, breaks it off too',
    async (perSecond) => {
      await keepOnly(2);
      let down = true;
      const { recheck } = failing(() => down);
      const broken = { outcome: 'broken-off', checked: 0, failed: 0 };
      expect(await world.create(recheck, perSecond)()).toMatchObject(broken);
      expect(await world.create(recheck, perSecond)()).toMatchObject(broken);
      down = false;
      expect(await world.create(recheck, perSecond)()).toMatchObject({
        outcome: 'finished',
        checked: 2,
        failed: 0,
      });
      expect(await world.runs()).toHaveLength(1);
    },
  );

  test('may still be unknown when the run is stopped: those people are asked about again', async () => {
    const stopping = new AbortController();
    let down = true;
    const { seen, recheck } = failing((place) => place >= 6 && down);
    world.duringWait = async () => {
      // The first person of the outage has been asked twice by now.
      if (seen.length === 6 && world.waits.filter((ms) => ms === 2000).length === 1) stopping.abort();
    };
    const stopped = await world.create(recheck, 1)({ signal: stopping.signal });
    expect(stopped).toMatchObject({ outcome: 'stopped', checked: 6, failed: 0 });
    down = false;
    world.duringWait = undefined;
    expect(await world.create(recheck, 1)()).toMatchObject({ outcome: 'finished', failed: 0 });
    expect(seen).toHaveLength(everybody);
  });
});

test('a person whose second try was interrupted by a signal is asked about again, not counted', async () => {
  const stopping = new AbortController();
  let first = true;
  const reconcile = world.create(async (user) => {
    if (user.dingUserId === 'p7' && first) {
      first = false;
      stopping.abort();
      throw fault('busy');
    }
    return 'member';
  });
  const stopped = await reconcile({ signal: stopping.signal });
  expect(stopped).toMatchObject({ outcome: 'stopped', failed: 0 });
  expect(await reconcile()).toEqual({ outcome: 'finished', checked: everybody, left: 0, failed: 0 });
  expect(await world.runs()).toHaveLength(1);
});

test('a fault of the configuration ends the run at once', async () => {
  const { recheck } = recorder();
  const result = await world.create(async (user, by) => {
    if (user.dingUserId === 'p3') throw fault('misconfigured');
    return recheck(user, by);
  })();
  expect(result).toMatchObject({ outcome: 'broken-off', error: { kind: 'misconfigured' } });
});

test('the same error code for ten people in a row does not stop the run for ever', async () => {
  const result = await world.create(() => Promise.reject(fault('fault', { upstreamCode: '99999' })))();
  expect(result).toEqual({ outcome: 'finished', checked: everybody, left: 0, failed: everybody });
});
