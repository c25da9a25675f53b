import { inspect } from 'node:util';
import { emulatedApps } from '../../scripts/emulator/index.ts';
import { rejection, startTestServer } from '../testing/platform-server.ts';
import { paths, platformNames, useEmulator } from '../testing/platforms.ts';
import { memoryTokenStore, type UpstreamCall } from './index.ts';

/** The promises of both drivers to the sign-in. All faults of a platform: `server/plugins/errors.test.ts`. */

const { control, connect } = useEmulator();

/** Fails if a logger or `console.log` could show a secret of an error. */
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

describe.each(platformNames)('%s', (name) => {
  const path = paths[name];
  const onDingTalk = name === 'dingtalk';
  const code = (person = 'zhangsan') => control().issueAuthCode(person, name);

  test('a person who is read again is the same, and a person who left is reported as left', async () => {
    const platform = connect(name);
    const person = await platform.exchangeCode(code());
    const whole = onDingTalk ? { ...person, mobile: '10000000001' } : person;
    expect(await platform.getPerson(person)).toEqual(whole);
    expect(await platform.complete(person)).toEqual(whole);
    const error = await rejection(platform.getPerson({ id: '999', employeeCode: 'GE_none' }));
    expect(error).toMatchObject({ kind: 'left-organisation' });
  });

  test.each(['timeout', 'reset', 'html', 'truncated'] as const)(
    '%s puts no secret into the error',
    async (kind) => {
      const tokenStore = memoryTokenStore();
      const calls: UpstreamCall[] = [];
      const settings = { timeoutMs: kind === 'timeout' ? 500 : 15_000 };
      const platform = connect(name, settings, { tokenStore, onCall: (call) => calls.push(call) });
      await platform.exchangeCode(code());
      control().fault({ path: path.exchange, kind });
      const authCode = code();
      const error = await rejection(platform.exchangeCode(authCode));
      const { appKey, appSecret } = emulatedApps[name];
      const stored = await tokenStore.read(`${name}:${appKey}`);
      expectNoSecret(error, [authCode, stored?.token, appSecret, '10000000001']);
      expect(calls.at(-1)).toMatchObject({ api: path.exchange, ok: false });
      expect(JSON.stringify(calls)).not.toContain(authCode);
    },
  );

  test('secrets that a platform repeats in its answer do not get into an error', async () => {
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
