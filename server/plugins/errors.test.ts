import type { FaultKind, FaultOptions } from '../../scripts/emulator/index.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { type Built, build } from '../testing/build.ts';
import { expectFault, post, rowCounts } from '../testing/http.ts';

/** Every fault of a platform becomes its status, code and text, within the time-out, and passes. */

const apis = {
  dingtalk: { token: '/v1.0/oauth2/accessToken', exchange: '/topapi/v2/user/getuserinfo' },
  zhezhengding: { token: '/gettoken.json', exchange: '/rpc/oauth2/dingtalk_app_user.json' },
} as const;

/** For the calls that end by it; every other call must succeed, also on a machine that stalls. */
const hastyMs = 1500;

describe.each(['dingtalk', 'zhezhengding'] as const)('%s', (platform) => {
  let home: Built;
  let server: Built;
  beforeAll(async () => {
    home = await build({ platform });
  });
  afterAll(() => home.close());

  // A fresh instance each: one that has seen many faults leaves the platform alone for a while.
  beforeEach(async () => {
    home.emulator.control.reset();
    await home.prisma.platformToken.deleteMany();
    server = await instance();
  });
  afterEach(() => server.close());

  const instance = (env: Record<string, string> = {}) =>
    build({ platform, env, database: home.database, emulator: home.emulator });
  /** Meets a fault: an instance that gives up soon where the fault is a silence. */
  async function meeting<T>(kind: FaultKind, work: (server: Built) => Promise<T>): Promise<T> {
    if (kind !== 'timeout' && kind !== 'slow') return work(server);
    const hasty = await instance({ PLATFORM_TIMEOUT_MS: String(hastyMs) });
    try {
      return await work(hasty);
    } finally {
      await hasty.close();
    }
  }

  const api = apis[platform];
  const dingtalk = platform === 'dingtalk';
  const refused: [FaultKind, number, ErrorCode, Partial<FaultOptions>][] = [
    ['timeout', 504, 'PLATFORM_TIMEOUT', {}],
    ['reset', 502, 'PLATFORM_FAULT', {}],
    ['slow', 504, 'PLATFORM_TIMEOUT', { delayMs: 30_000 }],
    ['html', 502, 'PLATFORM_FAULT', {}],
    ['status', 502, 'PLATFORM_FAULT', {}],
    ['status', 503, 'PLATFORM_BUSY', { status: 503 }],
    ['status', 503, 'PLATFORM_BUSY', { status: 429 }],
    ['invalid-json', 502, 'PLATFORM_FAULT', {}],
    ['truncated', 502, 'PLATFORM_FAULT', {}],
    ['wrong-shape', 502, 'PLATFORM_FAULT', {}],
    ['huge', 502, 'PLATFORM_FAULT', {}],
    ['empty', 502, 'PLATFORM_FAULT', {}],
    ['punish', 503, 'PLATFORM_BUSY', {}],
    ['errcode', 503, 'PLATFORM_BUSY', {}],
    ['errcode', 502, 'PLATFORM_FAULT', { errcode: '987654' }],
    ['code-invalid', 401, 'AUTH_CODE_INVALID', {}],
  ];
  if (dingtalk) {
    refused.push(
      ['qps', 503, 'PLATFORM_BUSY', {}],
      ['no-permission', 500, 'PLATFORM_MISCONFIGURED', {}],
      ['ip-not-whitelisted', 500, 'PLATFORM_MISCONFIGURED', {}],
    );
  }

  test.each(refused)('%s at the exchange: %i %s', async (kind, status, code, more) => {
    // Signs in once first: then the app token is there, and the one call is the exchange.
    await server.login('zhangsan');
    const exchanged = server.emulator.control.calls()[api.exchange] ?? 0;
    const before = await rowCounts(server.prisma);
    server.emulator.control.fault({ path: api.exchange, kind, ...more });
    const started = performance.now();
    const response = await meeting(kind, (one) =>
      post(one, '/api/auth/login', { authCode: one.code('zhangsan') }),
    );
    expect(performance.now() - started).toBeLessThan(hastyMs + 15_000);
    expectFault(response, status, code);
    expect(await rowCounts(server.prisma)).toEqual(before);
    // A code that may have been used is not sent again.
    expect(server.emulator.control.calls()[api.exchange]).toBe(exchanged + 1);
    const next = await post(server, '/api/auth/login', { authCode: server.code('zhangsan') });
    if (kind !== 'punish') return expect(next.json()).toMatchObject({ outcome: 'signed-in' });
    // A platform that cuts callers off for minutes is left alone meanwhile.
    expectFault(next, 503, 'PLATFORM_BUSY');
    expect(server.emulator.control.calls()[api.exchange]).toBe(exchanged + 1);
  });

  test.each([
    ['timeout', 504, 'PLATFORM_TIMEOUT'],
    ['reset', 502, 'PLATFORM_FAULT'],
    ['html', 502, 'PLATFORM_FAULT'],
    ['errcode', 503, 'PLATFORM_BUSY'],
  ] as const)('%s at the token: %i %s, and no code is used', async (kind, status, code) => {
    server.emulator.control.fault({ path: api.token, kind });
    const authCode = server.code('zhangsan');
    expectFault(await meeting(kind, (one) => post(one, '/api/auth/login', { authCode })), status, code);
    expect(server.emulator.control.calls()[api.exchange]).toBeUndefined();
    // The very same code is still good.
    expect((await post(server, '/api/auth/login', { authCode })).json()).toMatchObject({
      outcome: 'signed-in',
    });
  });

  test('an app token that the platform does not accept any more goes unnoticed', async () => {
    await server.login('zhangsan');
    const fetched = server.emulator.control.calls()[api.token] ?? 0;
    server.emulator.control.expireTokens();
    expect(await server.login('zhangsan')).toMatchObject({ outcome: 'signed-in' });
    expect(server.emulator.control.calls()[api.token]).toBe(fetched + 1);
  });

  test('how long a busy platform asks to wait is passed on', async () => {
    server.emulator.control.fault({ path: api.exchange, kind: 'punish' });
    const response = await post(server, '/api/auth/login', { authCode: server.code('zhangsan') });
    expectFault(response, 503, 'PLATFORM_BUSY');
    expect(response.headers['retry-after']).toBe('300');
  });
});

test('a misconfiguration: the person reads whom to ask, the log reads what to do', async () => {
  const server = await build();
  try {
    for (const [kind, remedy] of [
      ['ip-not-whitelisted', /出口 IP [\d.]+ 不在白名单/],
      ['no-permission', /缺少接口权限 .+权限管理/],
    ] as const) {
      server.emulator.control.fault({ path: apis.dingtalk.exchange, kind });
      const response = await post(server, '/api/auth/login', { authCode: server.code('zhangsan') });
      expectFault(response, 500, 'PLATFORM_MISCONFIGURED');
      const { message, requestId } = response.json();
      expect(message).toBe('应用的平台配置有误，请联系管理员处理。');
      const line = server.logs().find((one) => one.reqId === requestId && one.remedy);
      expect(line).toMatchObject({ level: 50, code: 'PLATFORM_MISCONFIGURED' });
      expect(line?.msg).toMatch(remedy);
      expect(line?.msg).toBe(line?.remedy);
    }
  } finally {
    await server.close();
  }
});

test('wrong credentials are a misconfiguration too', async () => {
  const server = await build({ env: { DINGTALK_APP_SECRET: 'a-wrong-secret' } });
  try {
    const response = await post(server, '/api/auth/login', { authCode: server.code('zhangsan') });
    expectFault(response, 500, 'PLATFORM_MISCONFIGURED');
    expect(JSON.stringify(server.logs())).toContain('appKey 或 appSecret 不正确');
    expect(JSON.stringify(server.logs())).not.toContain('a-wrong-secret');
  } finally {
    await server.close();
  }
});
