import { ControlError, type Emulator, type FaultOptions, startEmulator } from './emulator.ts';
import { people } from './people.ts';
import { dingtalkToken, postJson } from './testing.ts';

let emulator: Emulator;
const lines: string[] = [];

beforeEach(async () => {
  lines.length = 0;
  emulator = await startEmulator({ log: (line) => lines.push(line) });
});
afterEach(() => emulator.close());

async function control(method: string, path: string, body?: unknown) {
  const response = await fetch(`${emulator.url}/_emulator/${path}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

const exchange = (code: unknown, token: string) =>
  postJson(emulator, `/topapi/v2/user/getuserinfo?access_token=${token}`, { code });

describe('over HTTP', () => {
  test('auth codes by key or id, for one platform', async () => {
    const token = await dingtalkToken(emulator);
    for (const personId of ['zhangsan', '270101', 270101]) {
      const { body } = await control('POST', 'auth-codes', { personId, platform: 'dingtalk' });
      const { authCode } = body as { authCode: string };
      expect((await exchange(authCode, token)).body).toMatchObject({ result: { userid: '270101' } });
    }
    const other = await control('POST', 'auth-codes', { personId: 'zhangsan', platform: 'zhezhengding' });
    const { authCode } = other.body as { authCode: string };
    expect((await exchange(authCode, token)).body.errcode).toBe(40078);
  });

  test('people, calls, messages, callbacks', async () => {
    await dingtalkToken(emulator);
    expect((await control('GET', 'people')).body).toEqual(people);
    expect((await control('GET', 'calls')).body).toEqual({ '/v1.0/oauth2/accessToken': 1 });
    expect((await control('GET', 'calls/recent')).body).toMatchObject([
      { method: 'POST', path: '/v1.0/oauth2/accessToken', status: 200 },
    ]);
    expect((await control('GET', 'messages')).body).toEqual([]);
    expect((await control('GET', 'callbacks')).body).toEqual({});
  });

  test('faults are added, and cleared', async () => {
    const fault = { path: '/gettoken', kind: 'status', times: 0 };
    expect(await control('POST', 'faults', fault)).toEqual({ status: 200, body: { ok: true } });
    expect((await fetch(`${emulator.url}/gettoken`)).status).toBe(500);
    await control('POST', 'faults/clear');
    expect((await fetch(`${emulator.url}/gettoken`)).status).toBe(200);
  });

  test('clock and tokens', async () => {
    const token = await dingtalkToken(emulator);
    const code = emulator.control.issueAuthCode('zhangsan');
    await control('POST', 'clock', { advanceMs: 300_000 });
    expect((await exchange(code, token)).body.errcode).toBe(40078);
    await control('POST', 'tokens/expire');
    expect((await exchange('x', token)).body.errcode).toBe(40014);
  });

  test('limits and permissions', async () => {
    await control('POST', 'limits', { perSecond: 1 });
    await control('POST', 'permissions', { mobile: false });
    await fetch(`${emulator.url}/gettoken`);
    expect(await (await fetch(`${emulator.url}/gettoken`)).json()).toMatchObject({ errcode: 90018 });
    await control('POST', 'limits', { perSecond: null });
    const token = await dingtalkToken(emulator);
    const detail = await postJson(emulator, `/topapi/v2/user/get?access_token=${token}`, {
      userid: '270101',
    });
    expect(detail.body.result).not.toHaveProperty('mobile');
  });

  test('reset forgets everything', async () => {
    const token = await dingtalkToken(emulator);
    const code = emulator.control.issueAuthCode('zhangsan');
    await control('POST', 'faults', { path: '*', kind: 'status', times: 0 });
    await control('POST', 'clock', { advanceMs: 1e9 });
    await control('POST', 'limits', { perSecond: 1 });
    await control('POST', 'reset');
    expect((await control('GET', 'calls')).body).toEqual({});
    expect((await exchange('x', token)).body.errcode).toBe(40014);
    const fresh = await dingtalkToken(emulator);
    expect((await exchange(code, fresh)).body.errcode).toBe(40078);
    expect((await exchange(emulator.control.issueAuthCode('zhangsan'), fresh)).body.errcode).toBe(0);
  });

  test.each<[string, string, unknown, string]>([
    ['POST', 'auth-codes', {}, 'personId'],
    ['POST', 'auth-codes', { personId: 'nobody' }, 'zhangsan（270101）'],
    ['POST', 'auth-codes', { personId: 'lisi', platform: 'wechat' }, 'dingtalk 或 zhezhengding'],
    ['POST', 'auth-codes', 'not json', 'JSON'],
    ['POST', 'auth-codes', '[]', 'JSON'],
    ['POST', 'faults', {}, 'kind'],
    ['POST', 'faults', { path: '/gettoken', kind: 'boom' }, 'timeout（'],
    ['POST', 'faults', { path: '/nowhere', kind: 'status' }, '/gettoken'],
    ['POST', 'faults', { path: '/gettoken', kind: 'code-invalid' }, '不会出现'],
    ['POST', 'faults', { path: '/gettoken', kind: 'slow' }, 'delayMs'],
    ['POST', 'faults', { path: '/gettoken', kind: 'slow', delayMs: -1 }, 'delayMs'],
    ['POST', 'faults', { path: '/gettoken', kind: 'status', times: 1.5 }, 'times'],
    ['POST', 'faults', { path: '/gettoken', kind: 'status', status: 42 }, 'status'],
    ['POST', 'faults', { path: '/gettoken', kind: 'errcode', errcode: {} }, 'errcode'],
    ['POST', 'faults', { path: '/gettoken', kind: 'errcode', message: 1 }, 'message'],
    ['POST', 'faults', { path: '/gettoken', kind: 'reset', consume: 'yes' }, 'consume'],
    ['POST', 'faults', { path: '/gettoken', kind: 'status', delay: 5 }, '没有这个字段：delay'],
    ['POST', 'clock', { advanceMs: 'soon' }, '毫秒'],
    ['POST', 'limits', {}, 'perSecond'],
    ['POST', 'permissions', {}, 'mobile'],
  ])('%s %s %j is refused with a message', async (method, path, body, hint) => {
    expect(await control(method, path, body)).toEqual({
      status: 400,
      body: { message: expect.stringContaining(hint) },
    });
  });

  test('an unknown control path names those that there are', async () => {
    const answer = await control('GET', 'nowhere');
    expect(answer).toEqual({
      status: 404,
      body: { message: expect.stringContaining('POST /_emulator/auth-codes') },
    });
    expect((await control('GET', 'constructor')).status).toBe(404);
  });

  test('a page of another port may call it, and no platform API', async () => {
    const preflight = await fetch(`${emulator.url}/_emulator/auth-codes`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    const platform = await fetch(`${emulator.url}/gettoken`);
    expect(platform.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('in process', () => {
  test('a wrong control call throws and says what is wrong', () => {
    expect(() => emulator.control.issueAuthCode('nobody')).toThrow(ControlError);
    expect(() => emulator.control.fault({ path: '/x', kind: 'status' })).toThrow(ControlError);
    expect(() => emulator.control.advance(Number.NaN)).toThrow(ControlError);
    const misspelt = { path: '*', kind: 'status', time: 3 } as FaultOptions;
    expect(() => emulator.control.fault(misspelt)).toThrow('time');
  });

  test('the list of messages is a copy', async () => {
    const token = await dingtalkToken(emulator);
    await postJson(emulator, `/topapi/message/corpconversation/asyncsend_v2?access_token=${token}`, {
      agent_id: 2701001,
      userid_list: '270101',
      msg: { msgtype: 'text', text: { content: 'a' } },
    });
    const [message] = emulator.control.messages();
    message?.receivers.push('changed');
    expect(emulator.control.messages()[0]?.receivers).toEqual(['270101']);
  });
});

test('the record of calls is bounded, and keeps unknown paths', async () => {
  await fetch(`${emulator.url}/first`);
  for (let count = 0; count < 200; count += 1) await fetch(`${emulator.url}/gettoken`);
  expect(emulator.control.recentCalls()).toHaveLength(200);
  expect(emulator.control.recentCalls().map(({ path }) => path)).not.toContain('/first');
  expect(emulator.control.calls()).toEqual({ '/gettoken': 200 });
});

test('no token, code, secret or mobile number in the log or the record of calls', async () => {
  const token = await dingtalkToken(emulator);
  const code = emulator.control.issueAuthCode('zhangsan');
  await exchange(code, token);
  await postJson(emulator, `/topapi/v2/user/getbymobile?access_token=${token}`, { mobile: '10000000001' });
  const seen = lines.join('\n') + JSON.stringify(emulator.control.recentCalls());
  expect(lines).toHaveLength(3);
  for (const secret of [token, code, 'emulator-dingtalk-secret', '10000000001']) {
    expect(seen).not.toContain(secret);
  }
});

test('close ends at once with calls that hang', async () => {
  const other = await startEmulator();
  other.control.fault({ path: '/gettoken', kind: 'timeout' });
  other.control.fault({ path: '/gettoken', kind: 'slow', delayMs: 60_000 });
  const calls = [fetch(`${other.url}/gettoken`), fetch(`${other.url}/gettoken`)];
  const settled = Promise.allSettled(calls);
  while ((other.control.calls()['/gettoken'] ?? 0) < 2) await new Promise((resolve) => setImmediate(resolve));
  const start = performance.now();
  await other.close();
  expect(performance.now() - start).toBeLessThan(500);
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a port in use is an error', async () => {
  await expect(startEmulator({ port: emulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a body over 1 MiB ends the connection', async () => {
  await expect(
    fetch(`${emulator.url}/gettoken`, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) }),
  ).rejects.toThrow();
  expect((await control('GET', 'people')).status).toBe(200);
});
