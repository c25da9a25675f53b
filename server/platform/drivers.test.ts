import { inspect } from 'node:util';
import { emulatedApps } from '../../scripts/emulator/credentials.ts';
import {
  type Emulator,
  type FaultKind,
  type FaultOptions,
  startEmulator,
} from '../../scripts/emulator/emulator.ts';
import { rejection, startTestServer } from '../testing/platform-server.ts';
import {
  createPlatform,
  memoryTokenStore,
  type PlatformConfig,
  type TokenStore,
  type UpstreamCall,
} from './index.ts';
import type { Platform, PlatformErrorKind, PlatformName } from './platform.ts';

/** Both drivers against the emulator: the promises of the sign-in, under every fault that it knows. */

/** A stall of a busy machine is no fault: for calls that must be answered. */
const patientMs = 20_000;
/** For those that a silence ends. */
const hastyMs = 500;
let emulator: Emulator;
let open: Platform[];

beforeAll(async () => {
  emulator = await startEmulator();
});

afterAll(() => emulator.close());

beforeEach(() => {
  emulator.control.reset();
  open = [];
});

afterEach(() => Promise.all(open.map((platform) => platform.close())));

const paths = {
  dingtalk: { token: '/v1.0/oauth2/accessToken', exchange: '/topapi/v2/user/getuserinfo' },
  zhezhengding: { token: '/gettoken.json', exchange: '/rpc/oauth2/dingtalk_app_user.json' },
} as const;

function configOf(name: PlatformName, url: string, timeoutMs = patientMs): PlatformConfig {
  return { ...credentialsOf(name, url), timeoutMs };
}

function credentialsOf(name: PlatformName, url: string) {
  return name === 'dingtalk'
    ? { name, ...emulatedApps.dingtalk, apiUrl: url, oapiUrl: url, readMobile: true }
    : { name, ...emulatedApps.zhezhengding, baseUrl: url };
}

function connect(
  name: PlatformName,
  {
    store = memoryTokenStore(),
    url = emulator.url,
    onCall = (_: UpstreamCall) => {},
    timeoutMs = patientMs,
  } = {},
): Platform {
  const platform = createPlatform(configOf(name, url, timeoutMs), { tokenStore: store, onCall });
  open.push(platform);
  return platform;
}

/** Everything that a logger or a careless `console.log` could make of an error. */
function expectNoSecret(error: unknown, secrets: readonly (string | null | undefined)[]) {
  const shown = [
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(error),
    String(error),
    error instanceof Error ? `${error.stack}${inspect(error.cause)}` : '',
  ].join('\n');
  for (const secret of secrets) {
    if (!secret) throw new Error('a secret to look for is missing');
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(encodeURIComponent(secret));
  }
}

async function tokenIn(store: TokenStore, name: PlatformName): Promise<string | undefined> {
  return (await store.read(`${name}:${emulatedApps[name].appKey}`))?.token;
}

describe.each(['dingtalk', 'zhezhengding'] as const)('%s', (name) => {
  const path = paths[name];
  const code = (person = 'zhangsan') => emulator.control.issueAuthCode(person, name);

  test('200 first sign-ins at once fetch one token', async () => {
    const platform = connect(name);
    const people = await Promise.all(Array.from({ length: 200 }, () => platform.exchangeCode(code())));
    expect(new Set(people.map(({ id }) => id))).toEqual(new Set(['270101']));
    expect(emulator.control.calls()).toMatchObject({ [path.token]: 1, [path.exchange]: 200 });
  });

  test('two instances that share a store fetch one token', async () => {
    const store = memoryTokenStore();
    const instances = [connect(name, { store }), connect(name, { store })];
    await Promise.all(
      instances.flatMap((one) => Array.from({ length: 20 }, () => one.exchangeCode(code('chenguang')))),
    );
    expect(emulator.control.calls()[path.token]).toBe(1);
  });

  test('a token that ends early under load is fetched once more, and every sign-in succeeds', async () => {
    const store = memoryTokenStore();
    const instances = [connect(name, { store }), connect(name, { store })];
    for (const one of instances) await one.exchangeCode(code());
    emulator.control.expireTokens();
    const people = await Promise.all(
      instances.flatMap((one) => Array.from({ length: 30 }, () => one.exchangeCode(code()))),
    );
    expect(people).toHaveLength(60);
    expect(emulator.control.calls()[path.token]).toBe(2);
  });

  test.each([
    ['zhaoliu', name === 'dingtalk' ? 'left-organisation' : 'out-of-range'],
    ['sunqi', 'out-of-range'],
  ])('%s is refused', async (person, kind) => {
    expect(await rejection(connect(name).exchangeCode(code(person)))).toMatchObject({ kind });
  });

  test('a code works once, and one of the other platform not at all', async () => {
    const platform = connect(name);
    const once = code();
    await platform.exchangeCode(once);
    const foreign = emulator.control.issueAuthCode('lisi', name === 'dingtalk' ? 'zhezhengding' : 'dingtalk');
    for (const bad of [once, foreign, 'no-such-code']) {
      expect(await rejection(platform.exchangeCode(bad))).toMatchObject({ kind: 'code-invalid' });
    }
  });

  test('a wrong secret is named, with the remedy', async () => {
    const platform = createPlatform(
      { ...configOf(name, emulator.url), appSecret: 'wrong-app-secret' },
      { tokenStore: memoryTokenStore() },
    );
    open.push(platform);
    const error = await rejection(platform.exchangeCode(code()));
    expect(error).toMatchObject({ kind: 'misconfigured', remedy: expect.stringContaining('appSecret') });
    expectNoSecret(error, ['wrong-app-secret']);
  });

  test('a person that is read again is the same', async () => {
    const platform = connect(name);
    const person = await platform.exchangeCode(code());
    expect(await platform.getPerson(person)).toEqual(
      name === 'dingtalk' ? { ...person, mobile: '10000000001' } : { ...person, unionId: null },
    );
    expect(await platform.complete(person)).toEqual(
      name === 'dingtalk' ? { ...person, mobile: '10000000001' } : person,
    );
    expect(await rejection(platform.getPerson({ id: '999', employeeCode: 'GE_none' }))).toMatchObject({
      kind: 'left-organisation',
    });
  });

  type Ending = PlatformErrorKind | 'signed in';
  const forbidden: Ending = name === 'dingtalk' ? 'misconfigured' : 'out-of-range';
  const endings: Record<
    FaultKind,
    { at: 'exchange' | 'token' | 'both'; ending: Ending; more?: Partial<FaultOptions> } | null
  > = {
    timeout: { at: 'both', ending: 'timeout' },
    reset: { at: 'both', ending: 'fault' },
    slow: { at: 'both', ending: 'signed in', more: { delayMs: 30 } },
    html: { at: 'both', ending: 'fault' },
    punish: { at: 'both', ending: 'busy' },
    status: { at: 'both', ending: 'fault' },
    errcode: { at: 'both', ending: 'busy' },
    'invalid-json': { at: 'both', ending: 'fault' },
    truncated: { at: 'both', ending: 'fault' },
    'wrong-shape': { at: 'both', ending: 'fault' },
    stringly: { at: 'both', ending: 'signed in' },
    huge: { at: 'both', ending: 'fault' },
    empty: { at: 'both', ending: 'fault' },
    'token-expired': { at: 'exchange', ending: 'signed in' },
    'code-invalid': { at: 'exchange', ending: 'code-invalid' },
    'ip-not-whitelisted': { at: 'exchange', ending: forbidden },
    'no-permission': { at: 'exchange', ending: forbidden },
    qps: name === 'dingtalk' ? { at: 'exchange', ending: 'busy' } : null,
    'other-organisation': name === 'zhezhengding' ? { at: 'exchange', ending: 'wrong-organisation' } : null,
  };
  const cases = Object.entries(endings).flatMap(([kind, expected]) => {
    if (expected === null) return [];
    const ats = expected.at === 'both' ? (['token', 'exchange'] as const) : [expected.at];
    return ats.map((at) => ({ kind: kind as FaultKind, at, ending: expected.ending, more: expected.more }));
  });

  test.each(cases)('$kind at the $at API: $ending', async ({ kind, at, ending, more }) => {
    const store = memoryTokenStore();
    const calls: UpstreamCall[] = [];
    const timeoutMs = kind === 'timeout' ? hastyMs : patientMs;
    const platform = connect(name, { store, onCall: (call) => calls.push(call), timeoutMs });
    emulator.control.fault({ path: path[at], kind, ...more });
    const authCode = code();
    const started = performance.now();
    const result = platform.exchangeCode(authCode);
    if (ending === 'signed in') {
      expect(await result).toMatchObject({ id: '270101', name: '张三' });
    } else {
      const error = await rejection(result);
      expect(error).toMatchObject({ name: 'PlatformError', kind: ending, api: path[at] });
      const token = at === 'exchange' ? await tokenIn(store, name) : 'no-token-was-given';
      expectNoSecret(error, [authCode, token, emulatedApps[name].appSecret, '10000000001']);
      expect(calls.at(-1)).toMatchObject({ api: path[at], ok: false, kind: ending });
    }
    expect(performance.now() - started).toBeLessThan(15_000);
    const expired = kind === 'token-expired';
    expect(emulator.control.calls()[path.token]).toBe(expired ? 2 : 1);
    // The one repetition is after a refused token, where the platform did not look at the code.
    const exchanges = at === 'token' && ending !== 'signed in' ? 0 : 1;
    expect(emulator.control.calls()[path.exchange] ?? 0).toBe(expired ? 2 : exchanges);
    expect(JSON.stringify(calls)).not.toContain(authCode);
  });

  test('a fault is over when it is over: the next sign-in succeeds', async () => {
    const platform = connect(name);
    for (const at of ['token', 'exchange'] as const) {
      emulator.control.fault({ path: path[at], kind: 'reset' });
      await rejection(platform.exchangeCode(code()));
      expect((await platform.exchangeCode(code())).id).toBe('270101');
    }
  });

  test('what a platform echoes in its words gets into no error', async () => {
    const secrets = ['token-of-the-app', 'code-of-the-person', '10000000001', emulatedApps[name].appSecret];
    const words = `${secrets.join(' ')} 权限：[${secrets.join('/')}] request ip=${secrets[0]}`;
    const codes = ['40078', '60011', '60020', '40014', '88', '12345', '240111', '240132', 'x y z'];
    for (const errcode of codes) {
      const echo = await startTestServer(({ path: asked }) =>
        asked === path.token
          ? {
              accessToken: secrets[0],
              expireIn: 7200,
              success: true,
              content: { data: { accessToken: secrets[0], expiresIn: 7200 }, responseCode: '0' },
            }
          : {
              errcode,
              errmsg: words,
              sub_msg: words,
              request_id: words,
              success: false,
              content: { responseCode: errcode, responseMessage: words, requestId: words },
              Message: words,
            },
      );
      const error = await rejection(connect(name, { url: echo.url }).exchangeCode('code-of-the-person'));
      expect(error).toMatchObject({ name: 'PlatformError', api: path.exchange });
      expectNoSecret(error, secrets);
      await echo.close();
    }
  });
});

test('the permission and the IP that DingTalk names are in the remedy', async () => {
  const platform = connect('dingtalk');
  const remedyOf = async (kind: FaultKind, errcode?: string) => {
    emulator.control.fault({ path: paths.dingtalk.exchange, kind, ...(errcode && { errcode }) });
    const authCode = emulator.control.issueAuthCode('zhangsan', 'dingtalk');
    return rejection(platform.exchangeCode(authCode));
  };
  for (const errcode of [undefined, '88']) {
    expect(await remedyOf('no-permission', errcode)).toMatchObject({
      remedy: expect.stringMatching(/接口权限 \w+/),
    });
  }
  expect(await remedyOf('ip-not-whitelisted')).toMatchObject({
    remedy: expect.stringMatching(/IP [\d.]+ 不在白名单/),
  });
});
