import { type Built, build } from '../testing/build.ts';
import { expectFault, get, post, rowCounts } from '../testing/http.ts';

const exchanges = {
  dingtalk: '/topapi/v2/user/getuserinfo',
  zhezhengding: '/rpc/oauth2/dingtalk_app_user.json',
} as const;

describe.each(['dingtalk', 'zhezhengding'] as const)('POST /api/auth/login on %s', (platform) => {
  let server: Built;
  beforeAll(async () => {
    server = await build({ platform });
  });
  afterAll(() => server.close());

  const exchangesSoFar = () => server.emulator.control.calls()[exchanges[platform]] ?? 0;

  test('a mini program gets its token in the body and no cookie', async () => {
    const response = await post(server, '/api/auth/login', { authCode: server.code('zhangsan') });
    expect(response.statusCode).toBe(200);
    expect(response.headers['set-cookie']).toBeUndefined();
    const { session, user } = response.json();
    expect(session.token).toMatch(/^[\w-]{43}$/);
    const days = (Date.parse(session.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(30, 2);
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: 'zhangsan',
      name: '张三',
      department: '办公室',
      role: 'USER',
      dingUserId: '270101',
      isSuperExecutive: false,
    });
    expect((await get(server, '/api/me', session.token)).json()).toEqual({ user });
  });

  test('an h5 page gets its token in a cookie that scripts cannot read, and none in the body', async () => {
    const response = await post(server, '/api/auth/login', {
      authCode: server.code('zhangsan'),
      client: 'h5',
    });
    expect(Object.keys(response.json().session)).toEqual(['expiresAt']);
    const cookie = String(response.headers['set-cookie']);
    expect(cookie).toMatch(/^__Host-session=[\w-]{43}; /);
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Expires=']) {
      expect(cookie).toContain(attribute);
    }
    expect(cookie).not.toContain('Domain');
    const value = cookie.split(';', 1)[0] ?? '';
    const me = () => server.app.inject({ url: '/api/me', headers: { cookie: value } });
    expect((await me()).json()).toMatchObject({ user: { username: 'zhangsan' } });

    const out = await post(server, '/api/auth/logout', {}, { cookie: value });
    expect(out.json()).toEqual({ outcome: 'signed-out' });
    expect(String(out.headers['set-cookie'])).toMatch(/^__Host-session=; .*Expires=Thu, 01 Jan 1970/);
    expectFault(await me(), 401, 'SESSION_EXPIRED');
  });

  test('the same code twice in flight is exchanged once, and both callers get the one result', async () => {
    const before = exchangesSoFar();
    const authCode = server.code('zhangsan');
    const answers = await Promise.all([1, 2, 3].map(() => post(server, '/api/auth/login', { authCode })));
    expect(exchangesSoFar() - before).toBe(1);
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(answers[0]?.json()).toMatchObject({ outcome: 'signed-in' });
  });

  test('the same code from a mini program and an h5 page at once signs one of them in', async () => {
    const authCode = server.code('zhangsan');
    const answers = await Promise.all(
      ['mini', 'h5'].map((client) => post(server, '/api/auth/login', { authCode, client })),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401]);
  });

  test('a used, an expired and a made-up code are refused with nothing stored', async () => {
    const used = server.code('zhangsan');
    await post(server, '/api/auth/login', { authCode: used });
    const expired = server.code('zhangsan');
    server.emulator.control.advance(5 * 60_000 + 1000);
    const before = await rowCounts(server.prisma);
    for (const authCode of [used, expired, 'f'.repeat(32)]) {
      expectFault(await post(server, '/api/auth/login', { authCode }), 401, 'AUTH_CODE_INVALID');
    }
    expect(await rowCounts(server.prisma)).toEqual(before);
  });

  test('a code of the other platform is refused', async () => {
    const other = platform === 'dingtalk' ? 'zhezhengding' : 'dingtalk';
    const authCode = server.emulator.control.issueAuthCode('zhangsan', other);
    expectFault(await post(server, '/api/auth/login', { authCode }), 401, 'AUTH_CODE_INVALID');
  });

  test.each(['', '<script>', "' OR 1=1", 'a"b', 'a{b}', 'a\\b', 'a b', '代码', 'a\n'])(
    'what can be no code never reaches the platform: %j',
    async (authCode) => {
      const before = exchangesSoFar();
      expectFault(await post(server, '/api/auth/login', { authCode }), 400, 'INVALID_REQUEST');
      expect(exchangesSoFar()).toBe(before);
    },
  );

  test.each(['5b1f0c9e8d7a4f', 'aZ09-_', 'aZ09+/==', 'a.b~c:d', 'a%2Fb|c'])(
    'what may be a code does: %s',
    async (authCode) => {
      const before = exchangesSoFar();
      expectFault(await post(server, '/api/auth/login', { authCode }), 401, 'AUTH_CODE_INVALID');
      expect(exchangesSoFar()).toBe(before + 1);
    },
  );

  test('a sign-in leaves one session, one audit event, and the account as it was', async () => {
    const before = await rowCounts(server.prisma);
    await server.login('admin');
    expect(await rowCounts(server.prisma)).toEqual({
      ...before,
      sessions: (before.sessions ?? 0) + 1,
      audit: (before.audit ?? 0) + 1,
    });
    const event = await server.prisma.auditLog.findFirst({ orderBy: { id: 'desc' } });
    expect(event).toMatchObject({ action: 'sign-in', address: '127.0.0.1', detail: { client: 'mini' } });
  });
});

describe('the container’s organisation', () => {
  test('another corpId than the configured one is told as such, without an exchange', async () => {
    const server = await build();
    const before = await rowCounts(server.prisma);
    expect(await server.login('zhangsan', { corpId: 'dingother' })).toEqual({
      outcome: 'no-permission',
      reason: 'WRONG_ORGANISATION',
    });
    expect(server.emulator.control.calls()).toEqual({});
    expect(await rowCounts(server.prisma)).toEqual(before);
    const own = server.config.platform.name === 'dingtalk' ? server.config.platform.corpId : '';
    expect(await server.login('zhangsan', { corpId: own })).toMatchObject({ outcome: 'signed-in' });
    await server.close();
  });

  test('浙政钉 has no corpId to compare: a person of another tenant is told by the exchange', async () => {
    const server = await build({ platform: 'zhezhengding' });
    expect(await server.login('zhangsan', { corpId: 'anything' })).toMatchObject({ outcome: 'signed-in' });
    server.emulator.control.fault({ path: exchanges.zhezhengding, kind: 'other-organisation' });
    expect(await server.login('zhangsan')).toEqual({
      outcome: 'no-permission',
      reason: 'WRONG_ORGANISATION',
    });
    await server.close();
  });
});
