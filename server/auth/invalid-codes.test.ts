import { createAllowance } from '../plugins/allowance.ts';
import { type Built, build } from '../testing/build.ts';
import { expectFault } from '../testing/http.ts';
import { invalidCodes } from './invalid-codes.ts';

const exchangeApi = '/topapi/v2/user/getuserinfo';

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());

let made = 0;
const madeUp = () => `made-up-${++made}`;
const loginFrom = (remoteAddress: string, authCode: string) =>
  server.app.inject({ method: 'POST', url: '/api/auth/login', payload: { authCode }, remoteAddress });
const asked = () => server.emulator.control.calls()[exchangeApi] ?? 0;

/** So many that a slow test does not matter: one is forgiven every two seconds. */
async function flood(...addresses: string[]): Promise<void> {
  const codes = Array.from({ length: 2 * invalidCodes.atOnce }, (_, at) =>
    loginFrom(addresses[at % addresses.length] ?? '', madeUp()),
  );
  for (const response of await Promise.all(codes)) expectFault(response, 401, 'AUTH_CODE_INVALID');
}

test('one machine with invented codes is refused before the platform is asked, and no other machine', async () => {
  await flood('192.0.2.1');
  const before = asked();
  for (const authCode of [madeUp(), server.code('zhangsan')]) {
    const refused = await loginFrom('192.0.2.1', authCode);
    expectFault(refused, 429, 'TOO_MANY_REQUESTS');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(60);
  }
  expect(asked()).toBe(before);
  expect((await loginFrom('192.0.2.2', server.code('zhangsan'))).json()).toMatchObject({
    outcome: 'signed-in',
  });
});

test('a refused machine may sign in after the time that it was told', async () => {
  await flood('192.0.2.3');
  const refused = await loginFrom('192.0.2.3', madeUp());
  expectFault(refused, 429, 'TOO_MANY_REQUESTS');
  server.advance(Number(refused.headers['retry-after']) * 1000);
  expect((await loginFrom('192.0.2.3', server.code('zhangsan'))).statusCode).toBe(200);
});

test('an office behind one address may sign in hundreds of people and send some stale codes', async () => {
  for (let at = 0; at < 400; at += 1) {
    const authCode = at % 10 === 0 ? madeUp() : server.code('zhangsan');
    const { statusCode, body } = await loginFrom('192.0.2.5', authCode);
    expect(statusCode === 401 ? 401 : body).toEqual(
      at % 10 === 0 ? 401 : expect.stringContaining('signed-in'),
    );
  }
});

test('faults of the platform do not count as invalid codes', async () => {
  server.emulator.control.fault({ path: exchangeApi, kind: 'qps', times: null });
  const codes = Array.from({ length: 2 * invalidCodes.atOnce }, () =>
    loginFrom('192.0.2.8', server.code('zhangsan')),
  );
  for (const { statusCode } of await Promise.all(codes)) expect(statusCode).toBe(503);
  server.emulator.control.clearFaults();
  expect((await loginFrom('192.0.2.8', server.code('zhangsan'))).json()).toMatchObject({
    outcome: 'signed-in',
  });
});

test('the IPv6 addresses of one connection count as one, those of its neighbour do not', async () => {
  await flood('2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:DB8:1:2::a:b');
  expectFault(await loginFrom('2001:db8:1:2:ffff::1', madeUp()), 429, 'TOO_MANY_REQUESTS');
  expectFault(await loginFrom('2001:db8:1:3::1', madeUp()), 401, 'AUTH_CODE_INVALID');
  // An IPv4 address on a socket for both versions.
  await flood('::ffff:192.0.2.6');
  expectFault(await loginFrom('192.0.2.6', madeUp()), 429, 'TOO_MANY_REQUESTS');
  expectFault(await loginFrom('::ffff:192.0.2.7', madeUp()), 401, 'AUTH_CODE_INVALID');
});

describe('an allowance', () => {
  const setUp = () => {
    const clock = { ms: 1_000_000 };
    const allowance = createAllowance({ atOnce: 10, perMinute: 6, keys: 3 }, () => clock.ms);
    const spend = (key: string, times: number) => {
      for (let at = 0; at < times; at += 1) allowance.spend(key);
    };
    return { clock, allowance, spend };
  };

  test('is used up, and comes back step by step', () => {
    const { clock, allowance, spend } = setUp();
    spend('a', 9);
    expect(allowance.waitFor('a')).toBe(0);
    spend('a', 1);
    expect(allowance.waitFor('a')).toBe(10);
    expect(allowance.waitFor('b')).toBe(0);
    clock.ms += 9999;
    expect(allowance.waitFor('a')).toBe(1);
    clock.ms += 1;
    expect(allowance.waitFor('a')).toBe(0);
    spend('a', 1);
    expect(allowance.waitFor('a')).toBe(10);
  });

  test('has a limited debt', () => {
    const { allowance, spend } = setUp();
    spend('a', 1000);
    expect(allowance.waitFor('a')).toBe(110);
  });

  test('is kept for a limited number of keys, the latest ones', () => {
    const { allowance, spend } = setUp();
    for (const key of ['a', 'b', 'c']) spend(key, 10);
    spend('a', 1);
    spend('d', 1);
    expect(['a', 'b', 'c', 'd'].map((key) => allowance.waitFor(key) > 0)).toEqual([true, false, true, false]);
  });
});
