import { until } from '../../server/testing/client.ts';
import { get } from '../../server/testing/http.ts';
import { homeReady, prepareJourney, signInCalls } from './journey.ts';
import type { TestPhone } from './phone.ts';
import { homeAsks } from './stand-in-journey.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const journey = prepareJourney();
const { phone, start } = journey;

describe('the cached session', () => {
  test('a cached session belongs to one organisation: another corpId in the launch query signs in anew', async () => {
    const device = phone('zhangsan');
    await start(device).waitFor('home', homeReady);
    const other = start(device, { query: { corpId: 'ding-another' } });
    const page = await other.waitFor('no-permission');
    expect(page.data.reason).toBe('WRONG_ORGANISATION');
    expect(other.count('getAuthCode')).toBe(1);
    const back = start(device);
    await back.waitFor('home', homeReady);
    expect(signInCalls(back)).toBe(0);
  });

  test('a session that is about to expire is renewed at the start', async () => {
    const device = phone('zhangsan');
    await start(device).waitFor('home', homeReady);
    for (const [key, text] of device.values) {
      const stored = JSON.parse(text) as Record<string, unknown>;
      device.values.set(key, JSON.stringify({ ...stored, expiresAt: Date.now() + 30_000 }));
    }
    const second = start(device);
    await second.waitFor('home', homeReady);
    expect(second.count('getAuthCode')).toBe(1);
  });

  test.each([['"rubbish"'], ['{"token":1}'], ['{"token":"t","expiresAt":9e15,"user":null}']])(
    'stored %s counts as none',
    async (text) => {
      const device = phone('zhangsan');
      device.values.set('session:dingemulator0001', text);
      const run = start(device);
      await run.waitFor('home', homeReady);
      expect(run.count('getAuthCode')).toBe(1);
    },
  );
});

describe('a session that the server no longer knows', () => {
  /** Until the server has forgotten them too: it hears from the database what it must read anew. */
  const revoke = async (device: TestPhone) => {
    const tokens = [...device.values].flatMap(([key, text]) =>
      key.startsWith('session:') ? [(JSON.parse(text) as { token: string }).token] : [],
    );
    await journey.server.prisma.session.deleteMany();
    for (const token of tokens)
      await until(
        async () => (await get(journey.server, '/api/me', token)).statusCode === 401,
        5000,
        'the session is gone',
      );
  };

  test.each([
    'fail-with-data',
    'fail-with-body',
    'fail-with-status',
    'success',
    'success-with-text',
    'success-with-body',
  ] as const)('is renewed without a tap, if HTTP errors come as %s', async (style) => {
    const device = phone('zhangsan');
    await start(device).waitFor('home', homeReady);
    await revoke(device);
    device.httpErrors = style;
    const run = start(device);
    expect((await run.waitFor('home', homeReady)).data.name).toBe('张三');
    expect(run.requests).toEqual([
      `${homeAsks.request} 401`,
      'POST /api/auth/login 200',
      `${homeAsks.request} 200`,
    ]);
  });

  test('an expired session is renewed although the container hides the status', async () => {
    const device = phone('zhangsan');
    await start(device).waitFor('home', homeReady);
    await revoke(device);
    device.httpErrors = 'fail';
    const run = start(device);
    await run.waitFor('home', homeReady);
    expect(run.count('getAuthCode')).toBe(1);
  });

  test('many requests in flight share one sign-in', async () => {
    const device = phone('zhangsan');
    const run = start(device);
    const page = await run.waitFor('home', homeReady);
    await revoke(device);
    const before = run.requests.length;
    await Promise.all([1, 2, 3, 4, 5].map(() => page.call('load')));
    const after = run.requests.slice(before);
    expect(after.filter((line) => line === 'POST /api/auth/login 200')).toHaveLength(1);
    expect(after.filter((line) => line === `${homeAsks.request} 200`)).toHaveLength(5);
    expect(page.data.state).toBe('ready');
  });

  test('a person whose account was disabled meanwhile reads the reason', async () => {
    const device = phone('admin');
    await start(device).waitFor('home', homeReady);
    await revoke(device);
    await journey.server.prisma.user.update({ where: { username: 'admin' }, data: { status: 'DISABLED' } });
    try {
      const page = await start(device).waitFor('no-permission');
      expect(page.data.reason).toBe('ACCOUNT_DISABLED');
    } finally {
      await journey.server.prisma.user.update({ where: { username: 'admin' }, data: { status: 'ACTIVE' } });
    }
  });
});

describe('auth codes', () => {
  test.each([
    'fail-with-data',
    'fail-with-body',
    'fail-with-status',
    'fail',
    'success',
    'success-with-text',
    'success-with-body',
  ] as const)('a refused code is replaced once, if HTTP errors come as %s', async (style) => {
    const device = phone('zhangsan');
    device.httpErrors = style;
    device.nextCode = 'used';
    const run = start(device);
    await run.waitFor('home', homeReady);
    expect(run.count('getAuthCode')).toBe(2);
    expect(run.requests.filter((line) => line.includes('login'))).toEqual([
      'POST /api/auth/login 401',
      'POST /api/auth/login 200',
    ]);
  });

  test('a second refusal shows the trouble page with code and request id; retry continues', async () => {
    const path = '/topapi/v2/user/getuserinfo';
    journey.server.emulator.control.fault({ path, kind: 'code-invalid', times: 2 });
    const run = start(phone('zhangsan'));
    const page = await run.waitFor('trouble');
    expect(page.data.fault).toMatchObject({
      code: 'AUTH_CODE_INVALID',
      requestId: expect.stringMatching(/./),
    });
    expect(run.count('getAuthCode')).toBe(2);
    page.call('retry');
    await run.waitFor('home', homeReady);
  });
});

describe('network and server faults', () => {
  test.each([
    ['down', 'NETWORK_UNREACHABLE', '网络连接不上'],
    ['black-hole', 'NETWORK_TIMEOUT', '网络太慢，没有等到回应'],
    ['domain', 'DOMAIN_NOT_ALLOWED', '服务地址没有登记'],
  ] as const)(
    'with the network %s a cold start shows trouble, and retry works',
    async (state, code, message) => {
      const device = phone('zhangsan');
      device.network = state;
      const run = start(device);
      const page = await run.waitFor('trouble');
      expect(page.data.fault).toMatchObject({ code, message });

      page.call('retry');
      await run.waitFor('trouble', (data) => data.busy === false);
      expect(run.toasts).toEqual(['还是不行，请稍后再试']);

      device.network = 'up';
      page.call('retry');
      expect((await run.waitFor('home', homeReady)).data.name).toBe('张三');
    },
  );

  test.each(['down', 'black-hole', 'domain'] as const)(
    'with the network %s a warm start shows the person at once, and the fault on the page',
    async (state) => {
      const device = phone('zhangsan');
      await start(device).waitFor('home', homeReady);
      device.network = state;
      const run = start(device);
      const page = await run.waitFor('home', (data) => data.state === 'failed');
      expect(page.data).toMatchObject({ signedIn: true, name: '张三' });
      device.network = 'up';
      page.call('reload');
      await run.waitFor('home', homeReady);
    },
  );

  test('a fault of the platform reaches the person in the server’s words', async () => {
    journey.server.emulator.control.fault({ path: '/topapi/v2/user/getuserinfo', kind: 'html' });
    const page = await start(phone('zhangsan')).waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'PLATFORM_FAULT', status: 502 });
  });

  // part: notices
  test('retry opens the page that the person wanted', async () => {
    const notice = await journey.server.prisma.notice.findFirstOrThrow();
    const device = phone('zhangsan');
    device.network = 'down';
    const run = start(device, { url: `/pages/notice/index?id=${notice.id}` });
    const page = await run.waitFor('trouble');
    device.network = 'up';
    page.call('retry');
    const there = await run.waitFor('notice', (data) => data.state === 'ready');
    expect(there.data.title).toBe(notice.title);
  });
});
