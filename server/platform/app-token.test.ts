import { rejection } from '../testing/platform-server.ts';
import { type AppToken, createAppToken, TokenRefusedError } from './app-token.ts';
import { PlatformError } from './platform.ts';
import { memoryTokenStore, type TokenStore } from './token-store.ts';

const hour = 3_600_000;
const minute = 60_000;
const fault = new PlatformError('fault', '/token', '模拟');

/** A platform that gives tokens `t1`, `t2`, … of two hours, and refuses those it is told to. */
function setUp(store: TokenStore = memoryTokenStore()) {
  const world = {
    now: 1_000_000,
    fetches: 0,
    fetchFails: null as Error | null,
    refused: new Set<string>(),
    used: [] as string[],
  };
  const appToken = (): AppToken =>
    createAppToken({
      app: 'app',
      store,
      now: () => world.now,
      async fetchToken() {
        world.fetches += 1;
        const token = `t${world.fetches}`;
        await Promise.resolve();
        if (world.fetchFails) throw world.fetchFails;
        return { token, lifeSeconds: 7200 };
      },
    });
  const work = async (token: string) => {
    world.used.push(token);
    await Promise.resolve();
    if (world.refused.has(token)) throw new TokenRefusedError('/api', '40014');
    return token;
  };
  return { world, appToken, work, store };
}

/** Calls at once. */
const times = <T>(count: number, call: () => Promise<T>) => Promise.all(Array.from({ length: count }, call));
/** Lets everything that is not waiting for a timer or a socket finish. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('200 cold calls at once on three instances with one store fetch one token, and a restart fetches none', async () => {
  const { world, appToken, work } = setUp();
  const instances = [appToken(), appToken(), appToken()];
  const tokens = await Promise.all(instances.map((one) => times(70, () => one.use(work))));
  expect(new Set(tokens.flat())).toEqual(new Set(['t1']));
  expect(await appToken().use(work)).toBe('t1');
  expect(world.fetches).toBe(1);
});

test('calls that wait together share one fetch, and its failure', async () => {
  const memory = memoryTokenStore();
  let turns = 0;
  const { world, appToken, work } = setUp({
    ...memory,
    exclusively: (app, run) => {
      turns += 1;
      return memory.exclusively(app, run);
    },
  });
  const one = appToken();
  world.fetchFails = fault;
  expect(new Set(await times(200, () => rejection(one.use(work))))).toEqual(new Set([fault]));
  expect([world.fetches, turns]).toEqual([1, 1]);

  world.fetchFails = null;
  await times(200, () => one.use(work));
  expect([world.fetches, turns]).toEqual([2, 2]);

  // A late refusal of a replaced token causes no fetch.
  let refuseLate = () => {};
  const late = one.use(async (token) => {
    if (token !== 't2') return token;
    await new Promise<void>((resolve) => {
      refuseLate = resolve;
    });
    throw new TokenRefusedError('/api', '40014');
  });
  await settle();
  world.refused.add('t2');
  expect(await one.use(work)).toBe('t3');
  refuseLate();
  expect(await late).toBe('t3');
  expect([world.fetches, turns]).toEqual([3, 3]);
});

test('a refused token is replaced by one fetch for all calls, and each call is made once more', async () => {
  const { world, appToken, work, store } = setUp();
  const instances = [appToken(), appToken()];
  for (const one of instances) await one.use(work);
  world.refused.add('t1');
  world.used.length = 0;
  const tokens = await Promise.all(instances.map((one) => times(100, () => one.use(work))));
  expect(new Set(tokens.flat())).toEqual(new Set(['t2']));
  expect(world.fetches).toBe(2);
  expect(world.used.filter((token) => token === 't1')).toHaveLength(200);
  expect(world.used.filter((token) => token === 't2')).toHaveLength(200);
  expect(await store.read('app')).toMatchObject({ token: 't2' });
});

test('a call whose new token is refused too is a fault', async () => {
  const { world, appToken, work } = setUp();
  world.refused.add('t1').add('t2');
  const error = await rejection(appToken().use(work));
  expect(error).toMatchObject({ kind: 'fault', upstreamCode: '40014' });
  expect(world.used).toEqual(['t1', 't2']);
  expect(world.fetches).toBe(2);
});

test('a platform may issue a refused token again', async () => {
  const { world, appToken, work } = setUp();
  const one = appToken();
  await one.use(work);
  world.refused.add('t1');
  // So that the next token is t1 again.
  world.fetches = 0;
  const refusedOnce = async (token: string) => {
    if (world.used.push(token) === 2) throw new TokenRefusedError('/api', '40014');
    return token;
  };
  expect(await one.use(refusedOnce)).toBe('t1');
  expect(await one.use(refusedOnce)).toBe('t1');
  expect(world.fetches).toBe(1);
});

test('a refused token is not taken from the store, even after a failed fetch', async () => {
  const { world, appToken, work, store } = setUp();
  const one = appToken();
  await one.use(work);
  world.refused.add('t1');
  world.fetchFails = fault;
  expect(await rejection(one.use(work))).toBe(fault);
  expect(await store.read('app')).toBeNull();
  world.fetchFails = null;
  expect(await one.use(work)).toBe('t3');
});

test('a renewal that began before the refusal does not bring the refused token back', async () => {
  const memory = memoryTokenStore();
  let held = Promise.resolve();
  const { world, appToken, work } = setUp({
    ...memory,
    async exclusively(app, run) {
      const got = await memory.exclusively(app, run);
      await held;
      return got;
    },
  });
  const one = appToken();
  await one.use(work);
  world.now += 2 * hour - 5 * minute;
  let release = () => {};
  held = new Promise((resolve) => {
    release = resolve;
  });
  world.fetchFails = fault;
  await one.use(work);
  await settle();
  world.fetchFails = null;
  world.refused.add('t1');
  const refused = one.use(work);
  await settle();
  release();
  expect(await refused).toBe('t3');
});

test('a call with any other failure is not repeated, and the token stays', async () => {
  const { world, appToken, work } = setUp();
  const one = appToken();
  const timeout = new PlatformError('timeout', '/api', '模拟');
  let calls = 0;
  const failing = one.use(async () => {
    calls += 1;
    throw timeout;
  });
  expect(await rejection(failing)).toBe(timeout);
  expect(calls).toBe(1);
  await one.use(work);
  expect(world.fetches).toBe(1);
});

test('ten minutes before it expires the token is renewed in the background, once', async () => {
  const { world, appToken, work } = setUp();
  const one = appToken();
  await one.use(work);
  world.now += 2 * hour - 10 * minute - 1;
  expect(await one.use(work)).toBe('t1');
  await settle();
  expect(world.fetches).toBe(1);

  world.now += 2;
  expect(new Set(await times(50, () => one.use(work)))).toEqual(new Set(['t1']));
  await settle();
  expect(await one.use(work)).toBe('t2');
  expect(world.fetches).toBe(2);
});

test('while renewals fail the valid token is used on, with one attempt in 30 seconds', async () => {
  const { world, appToken, work } = setUp();
  const one = appToken();
  await one.use(work);
  world.now += 2 * hour - 5 * minute;
  world.fetchFails = fault;
  for (let call = 0; call < 20; call += 1) {
    expect(await one.use(work)).toBe('t1');
    await settle();
  }
  expect(world.fetches).toBe(2);
  // An instance that starts now takes the valid token from the store.
  expect(await appToken().use(work)).toBe('t1');

  world.now += 30_000;
  world.fetchFails = null;
  await one.use(work);
  await settle();
  expect(await one.use(work)).toBe('t4');
});

test('an expired token is not used: the call waits for a new one, or fails as the fetch does', async () => {
  const { world, appToken, work } = setUp();
  const one = appToken();
  await one.use(work);
  world.now += 2 * hour;
  world.fetchFails = fault;
  expect(await rejection(one.use(work))).toBe(fault);
  world.fetchFails = null;
  expect(await one.use(work)).toBe('t3');
});

describe('when the store fails', () => {
  const broken = new Error('database down');
  const fail = async () => {
    throw broken;
  };

  test.each([{ exclusively: fail }, { read: fail }])(
    'before the fetch, its error is the result: nothing is fetched, and no auth code is used',
    async (failing) => {
      const { world, appToken, work } = setUp({ ...memoryTokenStore(), ...failing });
      const one = appToken();
      expect(new Set(await times(20, () => rejection(one.use(work))))).toEqual(new Set([broken]));
      expect([world.fetches, world.used]).toEqual([0, []]);
    },
  );

  test('after the fetch, the token is used from memory: one fetch, not one for each request', async () => {
    const { world, appToken, work } = setUp({ ...memoryTokenStore(), write: fail });
    const one = appToken();
    await one.use(work);
    expect(await one.use(work)).toBe('t1');
    expect(world.fetches).toBe(1);
  });
});
