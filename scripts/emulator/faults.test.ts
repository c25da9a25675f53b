import { once } from 'node:events';
import { connect } from 'node:net';
import { emulatedApps } from './credentials.ts';
import { type Emulator, type FaultKind, type FaultOptions, faultKinds, startEmulator } from './emulator.ts';
import { content, dingtalkToken, getJson, postJson, signedCall, zhezhengdingToken } from './testing.ts';

const exchangePath = '/topapi/v2/user/getuserinfo';
const dingPath = '/v1.0/robot/ding/send';
let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator();
});
afterEach(() => emulator.close());

/** Exchanges a code and gives what came over the wire. */
async function exchangeRaw(code: string, giveUpAfterMs?: number) {
  const token = await dingtalkToken(emulator);
  // The time-out starts here: a request that is given up before it arrives would leave the fault for the next one.
  const signal = giveUpAfterMs === undefined ? {} : { signal: AbortSignal.timeout(giveUpAfterMs) };
  const response = await fetch(`${emulator.url}${exchangePath}?access_token=${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
    ...signal,
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

const exchange = async (code: string) =>
  postJson(emulator, `${exchangePath}?access_token=${await dingtalkToken(emulator)}`, { code });

/** Whether a code still works after a fault. */
async function isUsed(code: string): Promise<boolean> {
  const { body } = await exchange(code);
  return body.errcode === 40078;
}

function faulty(kind: FaultKind, more: Partial<FaultOptions> = {}): string {
  emulator.control.fault({ path: exchangePath, kind, ...more });
  return emulator.control.issueAuthCode('zhangsan');
}

describe('faults that lose the answer', () => {
  test('timeout: no answer, and the code is used', async () => {
    const code = faulty('timeout');
    await expect(exchangeRaw(code, 500)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await isUsed(code)).toBe(true);
  });

  test.each([true, false])('reset, consume: %s', async (consume) => {
    const code = faulty('reset', { consume });
    await expect(exchangeRaw(code)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(await isUsed(code)).toBe(consume);
  });

  test('truncated: the body is shorter than Content-Length', async () => {
    const code = faulty('truncated');
    const token = await dingtalkToken(emulator);
    const socket = connect(emulator.port, '127.0.0.1');
    const body = JSON.stringify({ code });
    socket.write(
      `POST ${exchangePath}?access_token=${token} HTTP/1.1\r\nhost: emulator\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('utf8');
    });
    await once(socket, 'end');
    const [head, part] = received.split('\r\n\r\n');
    const promised = Number(/content-length: (\d+)/i.exec(head ?? '')?.[1]);
    expect(Buffer.byteLength(part ?? '')).toBeLessThan(promised);
    expect(await isUsed(code)).toBe(true);
  });

  test('slow: the right answer, after the delay', async () => {
    const code = faulty('slow', { delayMs: 60 });
    const start = performance.now();
    expect((await exchange(code)).body.errcode).toBe(0);
    expect(performance.now() - start).toBeGreaterThan(55);
  });

  test('slow: the code is used although the client gave up, unless consume is false', async () => {
    const used = faulty('slow', { delayMs: 60_000 });
    await expect(exchangeRaw(used, 500)).rejects.toThrow();
    const kept = faulty('slow', { delayMs: 60_000, consume: false });
    await expect(exchangeRaw(kept, 500)).rejects.toThrow();
    expect([await isUsed(used), await isUsed(kept)]).toEqual([true, false]);
  });
});

describe('faults that answer wrongly', () => {
  test('html: a page instead of JSON', async () => {
    const answer = await exchangeRaw(faulty('html'));
    expect(answer).toMatchObject({ status: 405, type: 'text/html; charset=utf-8' });
    expect(answer.text).toContain('<!DOCTYPE html>');
    expect((await exchangeRaw(faulty('html', { status: 200 }))).status).toBe(200);
  });

  test('punish: the platform’s page for blocked callers', async () => {
    const answer = await exchangeRaw(faulty('punish'));
    expect(answer).toMatchObject({
      status: 200,
      text: '{"status":1111,"wait":5,"source":"x5","punish":"deny"}',
    });
  });

  test('status: an HTTP error of choice', async () => {
    expect((await exchangeRaw(faulty('status'))).status).toBe(500);
    expect((await exchangeRaw(faulty('status', { status: 503 }))).status).toBe(503);
  });

  test('invalid-json and empty: a body that does not parse', async () => {
    const broken = await exchangeRaw(faulty('invalid-json'));
    expect(() => JSON.parse(broken.text)).toThrow();
    expect(await exchangeRaw(faulty('empty'))).toMatchObject({ status: 200, text: '' });
  });

  test('wrong-shape: a success without its data', async () => {
    const answer = JSON.parse((await exchangeRaw(faulty('wrong-shape'))).text);
    expect(answer).toMatchObject({ errcode: 0 });
    expect(answer).not.toHaveProperty('result');
  });

  test('huge: an answer of many megabytes', async () => {
    const answer = await exchangeRaw(faulty('huge'));
    expect(answer.text.length).toBeGreaterThan(1024 * 1024);
    expect(JSON.parse(answer.text)).toMatchObject({ errcode: 0, result: { userid: '270101' } });
  });

  test('stringly: numbers and booleans as text', async () => {
    expect((await exchange(faulty('stringly'))).body.result).toMatchObject({ sys: 'false', sys_level: '0' });
    emulator.control.fault({ path: '/topapi/v2/user/get', kind: 'stringly' });
    const detail = await postJson(
      emulator,
      `/topapi/v2/user/get?access_token=${await dingtalkToken(emulator)}`,
      { userid: '270101' },
    );
    expect(detail.body.result).toMatchObject({ active: 'true', dept_id_list: '[2]' });
    emulator.control.fault({ path: '/v1.0/oauth2/accessToken', kind: 'stringly' });
    const token = await postJson(emulator, '/v1.0/oauth2/accessToken', emulatedApps.dingtalk);
    expect(token.body.expireIn).toBe('7200');
  });

  test.each<FaultKind>(['html', 'punish', 'status'])('%s leaves the code alone', async (kind) => {
    const code = faulty(kind);
    await exchangeRaw(code);
    expect(await isUsed(code)).toBe(false);
  });

  test.each<FaultKind>(['invalid-json', 'empty', 'wrong-shape', 'huge', 'stringly'])(
    '%s uses the code up, unless told otherwise',
    async (kind) => {
      const code = faulty(kind);
      await exchangeRaw(code);
      expect(await isUsed(code)).toBe(true);
    },
  );
});

describe('platform errors', () => {
  test.each<[FaultKind, Partial<FaultOptions>, Record<string, unknown>]>([
    ['token-expired', {}, { errcode: 40014 }],
    ['token-expired', { errcode: 88 }, { errcode: 88, sub_code: '40014' }],
    ['code-invalid', {}, { errcode: 40078 }],
    ['ip-not-whitelisted', {}, { errcode: 60020, errmsg: expect.stringContaining('request ip=203.0.113.9') }],
    ['no-permission', {}, { errcode: 60011, errmsg: expect.stringContaining('[qyapi_get_member]') }],
    [
      'no-permission',
      { errcode: 88 },
      { errcode: 88, sub_code: '60011', sub_msg: expect.stringContaining('qyapi_get_member') },
    ],
    ['qps', {}, { errcode: 90018 }],
    ['errcode', {}, { errcode: -1 }],
    ['errcode', { errcode: 90020, message: '额度用完' }, { errcode: 90020, errmsg: '额度用完' }],
  ])('DingTalk, older APIs: %s %j', async (kind, more, body) => {
    const code = faulty(kind, more);
    expect(await exchange(code)).toMatchObject({ status: 200, body });
    expect(await isUsed(code)).toBe(false);
  });

  test.each<[FaultKind, Partial<FaultOptions>, Record<string, unknown>]>([
    ['token-expired', {}, { status: 400, body: { code: 'InvalidAuthentication' } }],
    [
      'ip-not-whitelisted',
      {},
      { status: 403, body: { message: expect.stringContaining('request ip=203.0.113.9') } },
    ],
    [
      'no-permission',
      {},
      {
        status: 403,
        body: {
          code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied',
          message: expect.stringContaining('qyapi_robot_sendmsg'),
          accessdenieddetail: { requiredScopes: ['qyapi_robot_sendmsg'] },
        },
      },
    ],
    ['qps', {}, { status: 403 }],
    ['errcode', {}, { status: 503, body: { code: 'ServiceUnavailable' } }],
    ['errcode', { errcode: 'some.code', status: 429 }, { status: 429, body: { code: 'some.code' } }],
  ])('DingTalk, newer APIs: %s %j', async (kind, more, answer) => {
    emulator.control.fault({ path: dingPath, kind, ...more });
    expect(await postJson(emulator, dingPath, {})).toMatchObject(answer);
  });

  test.each<[FaultKind, Partial<FaultOptions>, string]>([
    ['token-expired', {}, '240133'],
    ['code-invalid', {}, '240111'],
    ['ip-not-whitelisted', {}, '240132'],
    ['no-permission', {}, '240132'],
    ['errcode', {}, '-1'],
    ['errcode', { errcode: 240134 }, '240134'],
  ])('浙政钉: %s %j', async (kind, more, code) => {
    const path = '/rpc/oauth2/dingtalk_app_user.json';
    const access_token = await zhezhengdingToken(emulator);
    emulator.control.fault({ path, kind, ...more });
    const auth_code = emulator.control.issueAuthCode('zhangsan');
    const call = () => signedCall(emulator, 'POST', path, Object.entries({ access_token, auth_code }));
    expect(content(await call()).code).toBe(code);
    expect(content(await call()).code).toBe('0');
  });

  test('浙政钉: the other way of writing an answer, and another organisation', async () => {
    const path = '/rpc/oauth2/dingtalk_app_user.json';
    const access_token = await zhezhengdingToken(emulator);
    const call = async () => {
      const auth_code = emulator.control.issueAuthCode('zhangsan');
      const { body } = await signedCall(emulator, 'POST', path, Object.entries({ access_token, auth_code }));
      return body;
    };
    emulator.control.fault({ path, kind: 'stringly' });
    const loose = await call();
    expect(loose).toMatchObject({
      success: true,
      content: { responseCode: '0', data: { accountId: '270101', realmId: '57' } },
    });
    expect(loose.content).not.toHaveProperty('success');
    emulator.control.fault({ path, kind: 'other-organisation' });
    expect(await call()).toMatchObject({
      content: { data: { accountId: 270101, realmId: 58, tenantUserId: '58$270101' } },
    });
    expect(() => emulator.control.fault({ path: exchangePath, kind: 'other-organisation' })).toThrow(
      '不会出现',
    );
  });

  test('浙政钉: the gateway’s own error shape, and a missing payload', async () => {
    emulator.control.fault({ path: '/gettoken.json', kind: 'errcode', errcode: 'OPF-B001-05-16-0009' });
    expect((await getJson(emulator, '/gettoken.json')).body).toHaveProperty('_RequestId');
    emulator.control.fault({ path: '/gettoken.json', kind: 'wrong-shape' });
    expect(content(await getJson(emulator, '/gettoken.json'))).toEqual({ code: '0', data: undefined });
  });
});

describe('which calls a fault hits', () => {
  const status = async () => (await fetch(`${emulator.url}/gettoken`)).status;

  test('once by default; as often as `times` says; 0 and null until it is cleared', async () => {
    emulator.control.fault({ path: '/gettoken', kind: 'status' });
    expect([await status(), await status()]).toEqual([500, 200]);
    emulator.control.fault({ path: '/gettoken', kind: 'status', times: 2 });
    expect([await status(), await status(), await status()]).toEqual([500, 500, 200]);
    for (const times of [0, null]) {
      emulator.control.fault({ path: '/gettoken', kind: 'status', times });
      expect([await status(), await status(), await status()]).toEqual([500, 500, 500]);
      emulator.control.clearFaults();
      expect(await status()).toBe(200);
    }
  });

  test('several faults of one path happen one after the other', async () => {
    emulator.control.fault({ path: '/gettoken', kind: 'status', status: 501 });
    emulator.control.fault({ path: '*', kind: 'status', status: 502 });
    expect([await status(), await status(), await status()]).toEqual([501, 502, 200]);
  });

  test('`*` is every platform API, but not the control API', async () => {
    emulator.control.fault({ path: '*', kind: 'status', times: null });
    expect(await status()).toBe(500);
    expect((await fetch(`${emulator.url}/gettoken.json`)).status).toBe(500);
    expect((await fetch(`${emulator.url}/_emulator/people`)).status).toBe(200);
  });

  test('a fault for `*` skips calls at which it cannot happen', async () => {
    emulator.control.fault({ path: '*', kind: 'token-expired' });
    expect(await status()).toBe(200);
    const code = emulator.control.issueAuthCode('zhangsan');
    expect((await exchange(code)).body.errcode).toBe(40014);
    expect((await exchange(code)).body.errcode).toBe(0);
  });

  test('a delay comes before any fault', async () => {
    emulator.control.fault({ path: '/gettoken', kind: 'status', delayMs: 60 });
    const start = performance.now();
    expect(await status()).toBe(500);
    expect(performance.now() - start).toBeGreaterThan(55);
  });

  test('calls are recorded with what happened to them', async () => {
    emulator.control.fault({ path: '/gettoken', kind: 'status' });
    await status();
    emulator.control.fault({ path: '/gettoken', kind: 'reset' });
    await expect(status()).rejects.toThrow();
    await status();
    expect(emulator.control.recentCalls()).toMatchObject([
      { path: '/gettoken', status: 500, errcode: null, fault: 'status' },
      { path: '/gettoken', status: null, errcode: null, fault: 'reset' },
      { path: '/gettoken', status: 200, errcode: '40089', fault: null },
    ]);
    expect(emulator.control.calls()).toEqual({ '/gettoken': 3 });
  });
});

test('every kind of fault happens at some API of each platform', () => {
  for (const kind of Object.keys(faultKinds) as FaultKind[]) {
    expect(() => emulator.control.fault({ path: '*', kind, delayMs: 0 })).not.toThrow();
  }
});
