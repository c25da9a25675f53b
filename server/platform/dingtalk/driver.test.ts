import { type Reply, raw, rejection, startScripted, type TestServer } from '../../testing/platform-server.ts';
import { createPlatform, memoryTokenStore } from '../index.ts';
import type { Platform } from '../platform.ts';

const tokenApi = '/v1.0/oauth2/accessToken';
const exchangeApi = '/topapi/v2/user/getuserinfo';
const userApi = '/topapi/v2/user/get';

let server: TestServer;
let platform: Platform;

/** A DingTalk whose APIs answer as given, one reply a call; what is not given succeeds. */
async function setUp(script: Record<string, readonly Reply[]>, readMobile = false) {
  server = await startScripted({
    [tokenApi]: [{ accessToken: 'token-1', expireIn: 7200 }],
    [exchangeApi]: [
      { errcode: 0, errmsg: 'ok', result: { userid: 'user123', unionid: 'union', name: '张三' } },
    ],
    [userApi]: [{ errcode: 0, result: { userid: 'user123', name: '张三', mobile: '10000000001' } }],
    ...script,
  });
  platform = createPlatform(
    {
      name: 'dingtalk',
      appKey: 'key-of-the-app',
      appSecret: 'secret-of-the-app',
      corpId: 'dingcorp',
      apiUrl: server.url,
      oapiUrl: server.url,
      readMobile,
      timeoutMs: 1000,
    },
    { tokenStore: memoryTokenStore() },
  );
}

afterEach(async () => {
  await platform.close();
  await server.close();
});

test('one sign-in is a token and an exchange, asked for as the documents say', async () => {
  await setUp({});
  expect(await platform.exchangeCode('the-code')).toEqual({
    id: 'user123',
    name: '张三',
    unionId: 'union',
    employeeCode: null,
    mobile: null,
  });
  const [token, exchange, ...others] = server.received;
  expect(others).toEqual([]);
  expect(token).toMatchObject({ method: 'POST', path: tokenApi });
  expect(JSON.parse(token?.body ?? '')).toEqual({ appKey: 'key-of-the-app', appSecret: 'secret-of-the-app' });
  expect(exchange).toMatchObject({ method: 'POST', path: exchangeApi });
  expect(exchange?.headers['content-type']).toBe('application/json');
  expect(exchange?.query.get('access_token')).toBe('token-1');
  expect(JSON.parse(exchange?.body ?? '')).toEqual({ code: 'the-code' });
});

test('fields that the documents show as strings, or that are null, are read too', async () => {
  await setUp({
    [tokenApi]: [{ accessToken: 'token-1', expireIn: '7200' }],
    [exchangeApi]: [{ errcode: '0', errmsg: null, result: { userid: 17, unionid: null, name: ' 张三 ' } }],
  });
  expect(await platform.exchangeCode('the-code')).toMatchObject({ id: '17', name: '张三', unionId: null });
});

describe('the mobile number', () => {
  test.each([
    ['10000000001', '10000000001'],
    ['+852-10000001', '+852-10000001'],
    ['100****0001', null],
    ['', null],
    [null, null],
  ])('%p is read as %p', async (mobile, expected) => {
    await setUp({ [userApi]: [{ errcode: 0, result: { userid: 'user123', name: '张三', mobile } }] }, true);
    const person = await platform.exchangeCode('the-code');
    expect(person.mobile).toBeNull();
    expect((await platform.complete(person)).mobile).toBe(expected);
    expect(JSON.parse(server.received.at(-1)?.body ?? '')).toEqual({ userid: 'user123', language: 'zh_CN' });
  });

  test('is not read, even where it is there, without the configuration', async () => {
    await setUp({});
    const person = await platform.exchangeCode('the-code');
    expect(await platform.complete(person)).toEqual(person);
    expect(server.count(userApi)).toBe(0);
    expect((await platform.getPerson({ id: 'user123', employeeCode: null })).mobile).toBeNull();
  });
});

test('a name that the exchange lacks is read from the detail', async () => {
  await setUp({ [exchangeApi]: [{ errcode: 0, result: { userid: 'user123' } }] });
  const person = await platform.exchangeCode('the-code');
  expect(person).toMatchObject({ id: 'user123', name: '' });
  expect(await platform.complete(person)).toMatchObject({ id: 'user123', name: '张三', mobile: null });
});

test('the detail of another person is a fault', async () => {
  await setUp({});
  expect(await rejection(platform.getPerson({ id: 'somebody', employeeCode: null }))).toMatchObject({
    kind: 'fault',
  });
});

/** Every row of the table of error codes, as the old APIs write it. */
const rows: [errcode: number | string, more: object, expected: object][] = [
  [-1, {}, { kind: 'busy', retryAfterSeconds: 5 }],
  [90002, {}, { kind: 'busy' }],
  [90018, {}, { kind: 'busy' }],
  [40078, {}, { kind: 'code-invalid', remedy: null }],
  ['40078', {}, { kind: 'code-invalid', upstreamCode: '40078' }],
  [40079, {}, { kind: 'out-of-range' }],
  [50002, {}, { kind: 'out-of-range' }],
  [50004, {}, { kind: 'out-of-range' }],
  [60121, {}, { kind: 'left-organisation' }],
  [33012, {}, { kind: 'left-organisation' }],
  [40089, {}, { kind: 'misconfigured', remedy: expect.stringContaining('appSecret') }],
  [40013, {}, { kind: 'misconfigured', remedy: expect.stringContaining('corpId') }],
  [40056, {}, { kind: 'misconfigured', remedy: expect.stringContaining('agentId') }],
  [90020, {}, { kind: 'misconfigured', remedy: expect.stringContaining('额度') }],
  [
    60011,
    { errmsg: '没有调用该接口的权限' },
    { kind: 'misconfigured', remedy: expect.stringContaining('权限管理') },
  ],
  [
    60011,
    { errmsg: '应用尚未开通所需的权限：[qyapi_get_member]，点击链接申请' },
    { kind: 'misconfigured', remedy: expect.stringContaining('qyapi_get_member') },
  ],
  [
    60020,
    { errmsg: '访问ip不在白名单之中,request ip=192.0.2.7 appKey(key-of-the-app)' },
    { kind: 'misconfigured', remedy: expect.stringContaining(' 192.0.2.7 ') },
  ],
  [
    60020,
    { errmsg: 'request ip=2001:db8::7 corpId(x)' },
    { kind: 'misconfigured', remedy: expect.stringContaining(' 2001:db8::7 ') },
  ],
  [
    88,
    { sub_code: '60011', sub_msg: '无权限, {requiredScopes=[qyapi_get_member]}' },
    { kind: 'misconfigured', upstreamCode: '60011', remedy: expect.stringContaining('qyapi_get_member') },
  ],
  [88, { subCode: 60020, errmsg: 'x' }, { kind: 'misconfigured', upstreamCode: '60020' }],
  [88, { errmsg: 'ding talk error[subcode=90018,submsg=超过qps]' }, { kind: 'busy', upstreamCode: '90018' }],
  [88, {}, { kind: 'fault', upstreamCode: '88' }],
  [12345, {}, { kind: 'fault', upstreamCode: '12345' }],
];

test.each(rows)('errcode %p %j', async (errcode, more, expected) => {
  await setUp({ [exchangeApi]: [{ errcode, errmsg: '模拟', request_id: 'request1', ...more }] });
  const error = await rejection(platform.exchangeCode('the-code'));
  expect(error).toMatchObject({ name: 'PlatformError', api: exchangeApi, ...expected });
  expect(server.count(exchangeApi)).toBe(1);
});

test.each([
  [{ errcode: 40014 }],
  [{ errcode: 40001 }],
  [{ errcode: 42001 }],
  [{ errcode: 88, sub_code: '40014', errmsg: 'ding talk error[subcode=40014,submsg=不合法的access_token]' }],
  [raw(401, '{"code":"InvalidAuthentication","requestid":"r","message":"不合法的access_token"}')],
])('a refused token %j is fetched anew, once, and the exchange made once more', async (refusal) => {
  await setUp({
    [tokenApi]: [
      { accessToken: 'token-1', expireIn: 7200 },
      { accessToken: 'token-2', expireIn: 7200 },
    ],
    [exchangeApi]: [refusal, { errcode: 0, result: { userid: 'user123', name: '张三' } }],
  });
  expect((await platform.exchangeCode('the-code')).id).toBe('user123');
  const tokens = server.received
    .filter(({ path }) => path === exchangeApi)
    .map(({ query }) => query.get('access_token'));
  expect(tokens).toEqual(['token-1', 'token-2']);
  expect(server.count(tokenApi)).toBe(2);
});

/** Failures in the shape of the new APIs, here of the token API. */
const newRows: [status: number, body: object, expected: object][] = [
  [
    400,
    { code: 'invalidClientIdOrSecret' },
    { kind: 'misconfigured', remedy: expect.stringContaining('appKey') },
  ],
  [
    401,
    { code: 'InvalidAuthentication' },
    { kind: 'misconfigured', remedy: expect.stringContaining('appKey') },
  ],
  [200, { errcode: 40089, errmsg: '不合法的appkey' }, { kind: 'misconfigured', upstreamCode: '40089' }],
  [
    403,
    {
      code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied',
      message: '没有调用该接口的权限',
      accessdenieddetail: { requiredScopes: ['Contact.User.Read'] },
    },
    { kind: 'misconfigured', remedy: expect.stringContaining('Contact.User.Read') },
  ],
  [
    403,
    { code: 'Forbidden.AccessDenied.IpNotInWhiteList', message: '不在白名单,request ip=192.0.2.8' },
    { kind: 'misconfigured', remedy: expect.stringContaining('192.0.2.8') },
  ],
  [429, { code: 'Throttling' }, { kind: 'busy' }],
  [500, { code: 'ServiceUnavailable' }, { kind: 'fault', upstreamCode: 'ServiceUnavailable' }],
  [500, { nothing: 'known' }, { kind: 'fault', upstreamCode: null }],
  [500, { errcode: 0 }, { kind: 'fault' }],
  [200, { accessToken: 'token-1' }, { kind: 'fault', message: expect.stringContaining('与文档不符') }],
];

test.each(newRows)('the token API answers HTTP %p %j', async (status, body, expected) => {
  await setUp({ [tokenApi]: [raw(status, JSON.stringify(body))] });
  const error = await rejection(platform.exchangeCode('the-code'));
  expect(error).toMatchObject({ name: 'PlatformError', api: tokenApi, ...expected });
  expect(server.count(exchangeApi)).toBe(0);
});

test.each([
  [{ errcode: 0, errmsg: 'ok' }],
  [{ errcode: 0, result: null }],
  [{ errcode: 0, result: { userid: '' } }],
  [{ result: { userid: 'user123' } }],
  [{ errcode: 'zero', result: { userid: 'user123' } }],
  [['user123']],
])('an answer of the wrong shape, %j, is a fault', async (body) => {
  await setUp({ [exchangeApi]: [body] });
  expect(await rejection(platform.exchangeCode('the-code'))).toMatchObject({
    kind: 'fault',
    api: exchangeApi,
  });
});
