import { inspect } from 'node:util';
import { emulatedApps, type FaultKind, type FaultOptions } from '../../scripts/emulator/index.ts';
import { rejection, startTestServer } from '../testing/platform-server.ts';
import { paths, platformNames, useEmulator } from '../testing/platforms.ts';
import { memoryTokenStore, type UpstreamCall } from './index.ts';
import type { PlatformErrorKind } from './platform.ts';

/** What both drivers promise a sign-in, against the emulator and under every fault that it knows. */

const { control, connect } = useEmulator();

/** Fails when anything that a logger or `console.log` could make of an error holds a secret. */
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

type Ending = PlatformErrorKind | 'signed in';

describe.each(platformNames)('%s', (name) => {
  const path = paths[name];
  const onDingTalk = name === 'dingtalk';
  const other = onDingTalk ? 'zhezhengding' : 'dingtalk';
  const code = (person = 'zhangsan') => control().issueAuthCode(person, name);

  test('200 first sign-ins at once, on two instances that share a store, fetch one app token', async () => {
    const tokenStore = memoryTokenStore();
    const instances = [connect(name, {}, { tokenStore }), connect(name, {}, { tokenStore })];
    const people = await Promise.all(
      instances.flatMap((one) => Array.from({ length: 100 }, () => one.exchangeCode(code()))),
    );
    expect(new Set(people.map(({ id }) => id))).toEqual(new Set(['270101']));
    expect(control().calls()).toMatchObject({ [path.token]: 1, [path.exchange]: 200 });
  });

  test('an app token that ends early under load is fetched once more, and every sign-in succeeds', async () => {
    const tokenStore = memoryTokenStore();
    const instances = [connect(name, {}, { tokenStore }), connect(name, {}, { tokenStore })];
    for (const one of instances) await one.exchangeCode(code());
    control().expireTokens();
    const people = await Promise.all(
      instances.flatMap((one) => Array.from({ length: 30 }, () => one.exchangeCode(code()))),
    );
    expect(people).toHaveLength(60);
    expect(control().calls()[path.token]).toBe(2);
  });

  test.each([
    ['zhaoliu', onDingTalk ? 'left-organisation' : 'out-of-range'],
    ['sunqi', 'out-of-range'],
  ])('%s, who may not use the app, is refused', async (person, kind) => {
    expect(await rejection(connect(name).exchangeCode(code(person)))).toMatchObject({ kind });
  });

  test('an auth code works once, and one of the other platform not at all', async () => {
    const platform = connect(name);
    const once = code();
    await platform.exchangeCode(once);
    for (const bad of [once, control().issueAuthCode('lisi', other), 'no-such-code']) {
      expect(await rejection(platform.exchangeCode(bad))).toMatchObject({ kind: 'code-invalid' });
    }
  });

  test('a wrong secret is named, with the remedy', async () => {
    const error = await rejection(connect(name, { appSecret: 'wrong-app-secret' }).exchangeCode(code()));
    expect(error).toMatchObject({ kind: 'misconfigured', remedy: expect.stringContaining('appSecret') });
    expectNoSecret(error, ['wrong-app-secret']);
  });

  test('a person who is read again is the same, and one who left is told', async () => {
    const platform = connect(name);
    const person = await platform.exchangeCode(code());
    const whole = onDingTalk ? { ...person, mobile: '10000000001' } : person;
    expect(await platform.getPerson(person)).toEqual(whole);
    expect(await platform.complete(person)).toEqual(whole);
    const error = await rejection(platform.getPerson({ id: '999', employeeCode: 'GE_none' }));
    expect(error).toMatchObject({ kind: 'left-organisation' });
  });

  const forbidden: Ending = onDingTalk ? 'misconfigured' : 'out-of-range';
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
    qps: onDingTalk ? { at: 'exchange', ending: 'busy' } : null,
    'other-organisation': onDingTalk ? null : { at: 'exchange', ending: 'wrong-organisation' },
  };
  const cases = Object.entries(endings).flatMap(([kind, expected]) => {
    if (expected === null) return [];
    const ats = expected.at === 'both' ? (['token', 'exchange'] as const) : [expected.at];
    return ats.map((at) => ({ kind: kind as FaultKind, at, ending: expected.ending, more: expected.more }));
  });

  test.each(cases)('$kind at the $at API: $ending', async ({ kind, at, ending, more }) => {
    const tokenStore = memoryTokenStore();
    const calls: UpstreamCall[] = [];
    const settings = kind === 'timeout' ? { timeoutMs: 500 } : {};
    const platform = connect(name, settings, { tokenStore, onCall: (call) => calls.push(call) });
    control().fault({ path: path[at], kind, ...more });
    const authCode = code();
    const started = performance.now();
    const result = platform.exchangeCode(authCode);
    if (ending === 'signed in') {
      expect(await result).toMatchObject({ id: '270101', name: '张三' });
    } else {
      const error = await rejection(result);
      expect(error).toMatchObject({ name: 'PlatformError', kind: ending, api: path[at] });
      const { appKey, appSecret } = emulatedApps[name];
      const stored = await tokenStore.read(`${name}:${appKey}`);
      const token = at === 'exchange' ? stored?.token : 'no-token-was-given';
      expectNoSecret(error, [authCode, token, appSecret, '10000000001']);
      expect(calls.at(-1)).toMatchObject({ api: path[at], ok: false, kind: ending });
    }
    expect(performance.now() - started).toBeLessThan(15_000);
    const expired = kind === 'token-expired';
    expect(control().calls()[path.token]).toBe(expired ? 2 : 1);
    // The one repetition is after a refused token: the platform did not look at the code.
    const exchanges = at === 'token' && ending !== 'signed in' ? 0 : 1;
    expect(control().calls()[path.exchange] ?? 0).toBe(expired ? 2 : exchanges);
    expect(JSON.stringify(calls)).not.toContain(authCode);
  });

  test('after a fault the next sign-in succeeds', async () => {
    const platform = connect(name);
    for (const at of ['token', 'exchange'] as const) {
      control().fault({ path: path[at], kind: 'reset' });
      await rejection(platform.exchangeCode(code()));
      expect((await platform.exchangeCode(code())).id).toBe('270101');
    }
  });

  test('secrets that a platform echoes in its words get into no error', async () => {
    const secrets = ['token-of-the-app', 'code-of-the-person', '10000000001', emulatedApps[name].appSecret];
    const words = `${secrets.join(' ')} 权限：[${secrets.join('/')}] request ip=${secrets[0]}`;
    const codes = ['40078', '60011', '60020', '40014', '88', '12345', '240111', '240132', words];
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
              sub_code: words,
              request_id: words,
              success: false,
              content: { responseCode: errcode, responseMessage: words, requestId: words },
              Message: words,
            },
      );
      const addresses = { apiUrl: echo.url, oapiUrl: echo.url, baseUrl: echo.url };
      const error = await rejection(connect(name, addresses).exchangeCode('code-of-the-person'));
      expect(error).toMatchObject({ name: 'PlatformError', api: path.exchange });
      expectNoSecret(error, secrets);
      await echo.close();
    }
  });
});
