import { type Reply, raw, rejection } from '../../testing/platform-server.ts';
import { paths, scripted } from '../../testing/platforms.ts';

const { token: tokenApi, exchange: exchangeApi } = paths.dingtalk;
const userApi = '/topapi/v2/user/get';
const token = (accessToken: string) => ({ accessToken, expireIn: 7200 });
const person = (result: object) => ({ errcode: 0, errmsg: 'ok', result });

test('one sign-in is a token and an exchange, asked for as the documents say', async () => {
  const { platform, server } = await scripted('dingtalk');
  expect(await platform.exchangeCode('the-code')).toEqual({
    id: '93',
    name: '张三',
    unionId: 'union',
    employeeCode: null,
    mobile: null,
  });
  const [asked, exchange, ...others] = server.received;
  expect(others).toEqual([]);
  expect(asked).toMatchObject({ method: 'POST', path: tokenApi });
  expect(JSON.parse(asked?.body ?? '')).toEqual({
    appKey: 'emulator-dingtalk-key',
    appSecret: 'emulator-dingtalk-secret',
  });
  expect(exchange).toMatchObject({ method: 'POST', path: exchangeApi });
  expect(exchange?.headers['content-type']).toBe('application/json');
  expect(exchange?.query.get('access_token')).toBe('token-1');
  expect(JSON.parse(exchange?.body ?? '')).toEqual({ code: 'the-code' });
});

test('fields that the documents show as strings, or that are null, are read too', async () => {
  const { platform } = await scripted('dingtalk', {
    [tokenApi]: [{ accessToken: 'token-1', expireIn: '7200' }],
    [exchangeApi]: [{ errcode: '0', errmsg: null, result: { userid: 17, unionid: null, name: ' 张三 ' } }],
  });
  expect(await platform.exchangeCode('code')).toMatchObject({ id: '17', name: '张三', unionId: null });
});

test.each([
  ['10000000001', '10000000001'],
  ['+852-10000001', '+852-10000001'],
  ['100****0001', null],
  ['', null],
  [null, null],
])('the mobile number %j is read as %j, by a call of its own', async (mobile, expected) => {
  const { platform, server } = await scripted('dingtalk', {
    [userApi]: [person({ userid: '93', name: '张三', mobile })],
  });
  const exchanged = await platform.exchangeCode('code');
  expect(exchanged.mobile).toBeNull();
  expect((await platform.complete(exchanged)).mobile).toBe(expected);
  expect(JSON.parse(server.received.at(-1)?.body ?? '')).toEqual({ userid: '93', language: 'zh_CN' });
});

test('without the setting no mobile number is read, even if the answer has one', async () => {
  const { platform, server } = await scripted('dingtalk', {}, { readMobile: false });
  const exchanged = await platform.exchangeCode('code');
  expect(await platform.complete(exchanged)).toEqual(exchanged);
  expect(server.count(userApi)).toBe(0);
  expect((await platform.getPerson({ id: '93', employeeCode: null })).mobile).toBeNull();
});

test('a name that the exchange lacks is read from the detail', async () => {
  const script = { [exchangeApi]: [person({ userid: '93' })] };
  const { platform } = await scripted('dingtalk', script, { readMobile: false });
  const exchanged = await platform.exchangeCode('code');
  expect(exchanged).toMatchObject({ id: '93', name: '' });
  expect(await platform.complete(exchanged)).toMatchObject({ id: '93', name: '张三', mobile: null });
});

test('a detail about another person than was asked for is a fault', async () => {
  const { platform } = await scripted('dingtalk');
  const error = await rejection(platform.getPerson({ id: 'somebody', employeeCode: null }));
  expect(error).toMatchObject({ kind: 'fault' });
});

const remedy = (words: string) => ({ kind: 'misconfigured', remedy: expect.stringContaining(words) });

test.each<[errcode: number | string, more: object, expected: object]>([
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
  [40089, {}, remedy('appSecret')],
  [40013, {}, remedy('corpId')],
  [40056, {}, remedy('agentId')],
  [90020, {}, remedy('额度')],
  [60011, { errmsg: '没有调用该接口的权限' }, remedy('权限管理')],
  [60011, { errmsg: '应用尚未开通所需的权限：[qyapi_get_member]，点击链接申请' }, remedy('qyapi_get_member')],
  [60020, { errmsg: '访问ip不在白名单之中,request ip=192.0.2.7 appKey(the-key)' }, remedy(' 192.0.2.7 ')],
  [60020, { errmsg: 'request ip=2001:db8::7 corpId(x)' }, remedy(' 2001:db8::7 ')],
  [
    88,
    { sub_code: '60011', sub_msg: '无权限, {requiredScopes=[qyapi_get_member]}' },
    { ...remedy('qyapi_get_member'), upstreamCode: '60011' },
  ],
  [88, { subCode: 60020, errmsg: 'x' }, { kind: 'misconfigured', upstreamCode: '60020' }],
  [88, { errmsg: 'ding talk error[subcode=90018,submsg=超过qps]' }, { kind: 'busy', upstreamCode: '90018' }],
  [88, {}, { kind: 'fault', upstreamCode: '88' }],
  [12345, {}, { kind: 'fault', upstreamCode: '12345' }],
])('errcode %j with %j has its meaning', async (errcode, more, expected) => {
  const refusal = { errcode, errmsg: '模拟', request_id: 'request1', ...more };
  const { platform, server } = await scripted('dingtalk', { [exchangeApi]: [refusal] });
  const error = await rejection(platform.exchangeCode('code'));
  expect(error).toMatchObject({ name: 'PlatformError', api: exchangeApi, ...expected });
  expect(server.count(exchangeApi)).toBe(1);
});

test.each<[status: number, body: object, expected: object]>([
  [400, { code: 'invalidClientIdOrSecret' }, remedy('appKey')],
  [401, { code: 'InvalidAuthentication' }, remedy('appKey')],
  [200, { errcode: 40089, errmsg: '不合法的appkey' }, { kind: 'misconfigured', upstreamCode: '40089' }],
  [200, { errcode: 40014, errmsg: '不合法的access_token' }, remedy('appKey')],
  [
    403,
    {
      code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied',
      message: '没有调用该接口的权限',
      accessdenieddetail: { requiredScopes: ['Contact.User.Read'] },
    },
    remedy('Contact.User.Read'),
  ],
  [
    403,
    { code: 'Forbidden.AccessDenied.IpNotInWhiteList', message: '不在白名单,request ip=192.0.2.8' },
    remedy('192.0.2.8'),
  ],
  [429, { code: 'Throttling' }, { kind: 'busy' }],
  [500, { code: 'ServiceUnavailable' }, { kind: 'fault', upstreamCode: 'ServiceUnavailable' }],
  [500, { nothing: 'known' }, { kind: 'fault', upstreamCode: null }],
  [200, { accessToken: 'token-1' }, { kind: 'fault', message: expect.stringContaining('与文档不符') }],
])('a refusal of the token API, HTTP %j %j, has its meaning', async (status, body, expected) => {
  const { platform, server } = await scripted('dingtalk', {
    [tokenApi]: [raw(status, JSON.stringify(body))],
  });
  const error = await rejection(platform.exchangeCode('code'));
  expect(error).toMatchObject({ name: 'PlatformError', api: tokenApi, ...expected });
  expect(server.count(exchangeApi)).toBe(0);
});

test.each<[Reply]>([
  [{ errcode: 40014 }],
  [{ errcode: 40001 }],
  [{ errcode: 42001 }],
  [{ errcode: 88, sub_code: '40014', errmsg: 'ding talk error[subcode=40014,submsg=不合法的access_token]' }],
  [raw(401, '{"code":"InvalidAuthentication","requestid":"r","message":"不合法的access_token"}')],
])('an app token refused by %j is fetched anew, and the exchange made once more', async (refusal) => {
  const { platform, server } = await scripted('dingtalk', {
    [tokenApi]: [token('token-1'), token('token-2')],
    [exchangeApi]: [refusal, person({ userid: '93', name: '张三' })],
  });
  expect((await platform.exchangeCode('code')).id).toBe('93');
  const exchanges = server.received.filter(({ path }) => path === exchangeApi);
  expect(exchanges.map(({ query }) => query.get('access_token'))).toEqual(['token-1', 'token-2']);
  expect(server.count(tokenApi)).toBe(2);
});

test.each([
  [{ errcode: 0, errmsg: 'ok' }],
  [{ errcode: 0, result: null }],
  [{ errcode: 0, result: { userid: '' } }],
  [{ result: { userid: '93' } }],
  [{ errcode: 'zero', result: { userid: '93' } }],
])('an answer of the wrong shape, %j, is a fault', async (body) => {
  const { platform } = await scripted('dingtalk', { [exchangeApi]: [body] });
  const error = await rejection(platform.exchangeCode('code'));
  expect(error).toMatchObject({ kind: 'fault', api: exchangeApi });
});

test('the refused receivers of a DING may be a list, of which not every entry is an id', async () => {
  const answer = { openDingId: 'ding-1', failedList: [{ toString: 'x' }, null, 93] };
  const { platform } = await scripted('dingtalk', { [paths.dingtalk.ding]: [answer] });
  expect(await platform.sendDing({ receivers: ['93', '94'], text: '急' })).toEqual({
    dingId: 'ding-1',
    rejected: ['93'],
  });
});
