import { type Reply, raw, rejection, startScripted, type TestServer } from '../../testing/platform-server.ts';
import { createPlatform, memoryTokenStore } from '../index.ts';
import type { Platform } from '../platform.ts';

const tokenApi = '/gettoken.json';
const exchangeApi = '/rpc/oauth2/dingtalk_app_user.json';
const employeeApi = '/mozi/employee/getEmployeeByCode';
const accountsApi = '/mozi/employee/listEmployeeAccountIds';

const success = (data?: unknown) => ({
  success: true,
  content: { success: true, data, requestId: 'request1', responseMessage: 'OK', responseCode: '0' },
});
const refusal = (responseCode: unknown) => ({
  success: true,
  content: { success: false, requestId: 'request1', responseMessage: '模拟', responseCode },
});
const person = {
  accountId: 93,
  lastName: '张三',
  nickNameCn: '小张',
  employeeCode: 'GE_1',
  realmId: 57,
  openid: 'o',
};

let server: TestServer;
let platform: Platform;

/** A 浙政钉 whose APIs answer as given, one reply a call; what is not given succeeds. */
async function setUp(script: Record<string, readonly Reply[]>) {
  server = await startScripted({
    [tokenApi]: [success({ accessToken: 'token-1', expiresIn: '7200' })],
    [exchangeApi]: [success(person)],
    [employeeApi]: [success({ employeeCode: 'GE_1', employeeName: '张三' })],
    [accountsApi]: [success([{ accountId: 93, accountCode: 'zhangsan', employeeCode: 'GE_1' }])],
    ...script,
  });
  platform = createPlatform(
    {
      name: 'zhezhengding',
      appKey: 'test-key',
      appSecret: 'test-secret',
      tenantId: '57',
      baseUrl: server.url,
      dingCreator: '93',
      messageApp: 'my-app',
      timeoutMs: 1000,
    },
    { tokenStore: memoryTokenStore(), now: () => Date.UTC(2026, 0, 1, 19, 4, 5, 678) },
  );
}

afterEach(async () => {
  await platform.close();
  await server.close();
});

test('one sign-in is a token and an exchange, signed and asked for as the documents say', async () => {
  await setUp({});
  expect(await platform.exchangeCode('code &=+中')).toEqual({
    id: '93',
    name: '张三',
    unionId: null,
    employeeCode: 'GE_1',
    mobile: null,
  });
  const [token, exchange, ...others] = server.received;
  expect(others).toEqual([]);
  expect(token).toMatchObject({ method: 'GET', path: tokenApi, body: '' });
  expect(Object.fromEntries(token?.query ?? [])).toEqual({ appkey: 'test-key', appsecret: 'test-secret' });
  expect(exchange).toMatchObject({ method: 'POST', path: exchangeApi });
  expect([...(exchange?.query ?? [])]).toEqual([]);
  expect(Object.fromEntries(new URLSearchParams(exchange?.body))).toEqual({
    access_token: 'token-1',
    auth_code: 'code &=+中',
  });
  expect(exchange?.headers).toMatchObject({
    'content-type': 'application/x-www-form-urlencoded',
    apikey: 'test-key',
    'x-hmac-auth-timestamp': '2026-01-02T03:04:05.678+08:00',
    'x-hmac-auth-version': '1.0',
    'x-hmac-auth-nonce': expect.stringMatching(/^1767294245678\d{4}$/),
    'x-hmac-auth-signature': expect.stringMatching(/^[\w+/]{43}=$/),
    'x-hmac-auth-ip': expect.stringMatching(/^[\d.]+$/),
    'x-hmac-auth-mac': expect.stringMatching(/^[\da-f:]{17}$/),
  });
});

test('an account id keeps every digit, as a number and as a string', async () => {
  const big =
    '{"success":true,"content":{"data":{"accountId":9007199254740993,"realmId":"57"},"responseCode":0}}';
  await setUp({ [exchangeApi]: [raw(200, big), success({ ...person, accountId: '0093' })] });
  expect(await platform.exchangeCode('one')).toMatchObject({
    id: '9007199254740993',
    employeeCode: null,
    name: '',
  });
  expect(await platform.exchangeCode('two')).toMatchObject({ id: '0093' });
});

test('a person of another tenant is refused', async () => {
  await setUp({ [exchangeApi]: [success({ ...person, realmId: 58 })] });
  expect(await rejection(platform.exchangeCode('code'))).toMatchObject({ kind: 'wrong-organisation' });
});

test.each([
  ['without the inner success', { success: true, content: { data: person, responseCode: '0' } }],
  [
    'with everything as strings',
    { success: 'true', content: { success: 'true', data: person, responseCode: 0 } },
  ],
])('a success %s is one', async (_, body) => {
  await setUp({ [exchangeApi]: [body] });
  expect((await platform.exchangeCode('code')).id).toBe('93');
});

test.each([
  ['outer success false', { success: false, content: { success: true, data: person, responseCode: '0' } }],
  ['inner success false', { success: true, content: { success: false, data: person, responseCode: '0' } }],
  ['no response code', { success: true, content: { success: true, data: person } }],
  ['an HTTP error', raw(500, JSON.stringify(success(person)))],
  ['no data', success()],
  ['no account id', success({ ...person, accountId: null })],
  ['no realm', success({ ...person, realmId: undefined })],
  ['an array', [success(person)]],
])('an answer with %s is a fault', async (_, body) => {
  await setUp({ [exchangeApi]: [body] });
  expect(await rejection(platform.exchangeCode('code'))).toMatchObject({ kind: 'fault', api: exchangeApi });
});

const signatureFailure = {
  Code: 'OPF-B001-05-16-0009',
  Message: 'SignatureDoesNotMatch: the request signature we calculated',
  _RequestId: 'request1',
  bizErrorCode: 'OPF-B001-05-16-0009',
};

test.each<[string, Reply, object]>([
  ['240111', refusal('240111'), { kind: 'code-invalid', upstreamCode: '240111' }],
  ['240111 as a number', refusal(240111), { kind: 'code-invalid', upstreamCode: '240111' }],
  ['240111 outside', { success: false, errorCode: '240111' }, { kind: 'code-invalid' }],
  ['240132', refusal('240132'), { kind: 'out-of-range' }],
  ['-1', refusal('-1'), { kind: 'busy', retryAfterSeconds: 5 }],
  [
    'a bad signature',
    raw(403, JSON.stringify(signatureFailure)),
    { kind: 'misconfigured', remedy: expect.stringContaining('appSecret') },
  ],
  ['a bad signature by name', { Code: 'SignatureDoesNotMatch' }, { kind: 'misconfigured' }],
  ['a bad signature by code', { bizErrorCode: 'OPF-B001-05-16-0009' }, { kind: 'misconfigured' }],
  ['no code at all', { success: false }, { kind: 'fault', upstreamCode: null }],
  [
    'another gateway failure',
    { Code: 'OPF-B001-01-01-0001', Message: 'x' },
    { kind: 'fault', upstreamCode: 'OPF-B001-01-01-0001' },
  ],
  ['an unknown code', refusal('999999'), { kind: 'fault', upstreamCode: '999999' }],
])('%s', async (name, reply, expected) => {
  await setUp({ [exchangeApi]: [reply] });
  expect(await rejection(platform.exchangeCode('code'))).toMatchObject({ api: exchangeApi, ...expected });
  // A refused signature may be no more than a nonce that another instance used: signed anew, once.
  expect(server.count(exchangeApi)).toBe(name.includes('bad signature') ? 2 : 1);
});

test('a nonce that another instance used is drawn anew, and the call made', async () => {
  await setUp({ [exchangeApi]: [raw(403, JSON.stringify(signatureFailure)), success(person)] });
  expect((await platform.exchangeCode('code')).id).toBe('93');
  const nonces = server.received
    .filter(({ path }) => path === exchangeApi)
    .map(({ headers }) => headers['x-hmac-auth-nonce']);
  expect(nonces).toHaveLength(2);
  expect(new Set(nonces).size).toBe(2);
});

test('forbidden at another API than the exchange is an administrator’s move', async () => {
  await setUp({ [tokenApi]: [refusal('240132')] });
  expect(await rejection(platform.exchangeCode('code'))).toMatchObject({
    kind: 'misconfigured',
    api: tokenApi,
    remedy: expect.stringContaining('白名单'),
  });
});

test('a refused token is fetched anew, once, and the exchange made once more', async () => {
  await setUp({
    [tokenApi]: [
      success({ accessToken: 'token-1', expiresIn: 7200 }),
      success({ accessToken: 'token-2', expiresIn: 7200 }),
    ],
    [exchangeApi]: [refusal('240133'), success(person)],
  });
  expect((await platform.exchangeCode('code')).id).toBe('93');
  const bodies = server.received.filter(({ path }) => path === exchangeApi).map(({ body }) => body);
  expect(bodies).toEqual(['access_token=token-1&auth_code=code', 'access_token=token-2&auth_code=code']);
  const nonces = server.received.map(({ headers }) => headers['x-hmac-auth-nonce']);
  expect(new Set(nonces).size).toBe(4);
});

describe('getPerson', () => {
  const ref = { id: '93', employeeCode: 'GE_1' };

  test('reads name and account by the employee code', async () => {
    await setUp({});
    expect(await platform.getPerson(ref)).toEqual({ ...ref, name: '张三', unionId: null, mobile: null });
    const [, accounts, employee] = server.received;
    expect(accounts?.body).toBe('access_token=token-1&employeeCodes=GE_1&tenantId=57');
    expect(employee?.body).toBe('access_token=token-1&employeeCode=GE_1&tenantId=57');
  });

  test.each([
    ['no account', { [accountsApi]: [success([])] }],
    ['no list at all', { [accountsApi]: [success()] }],
    ['the account of somebody else', { [accountsApi]: [success([{ accountId: 94, employeeCode: 'GE_1' }])] }],
    ['no employee', { [employeeApi]: [success()] }],
  ])('%s: left the organisation', async (_, script) => {
    await setUp(script);
    expect(await rejection(platform.getPerson(ref))).toMatchObject({ kind: 'left-organisation' });
  });

  test('without an employee code nothing can be said, and nobody is asked', async () => {
    await setUp({});
    expect(await rejection(platform.getPerson({ id: '93', employeeCode: null }))).toMatchObject({
      kind: 'fault',
    });
    expect(server.received).toEqual([]);
  });
});

describe('messages', () => {
  const sendApi = '/message/workNotification';
  const revokeApi = '/message/revoke';
  const dingApi = '/gov/ding/isv/send.json';
  const content = { type: 'text', text: '你好' } as const;
  const notify = () => platform.sendWorkNotification({ receivers: ['93', '94'], content, key: 'notice-1' });
  const lastForm = () => Object.fromEntries(new URLSearchParams(server.received.at(-1)?.body));

  test('are asked for as the documents say', async () => {
    await setUp({ [sendApi]: [success('m-1')], [dingApi]: [success('d-1')], [revokeApi]: [success('true')] });
    const common = { access_token: 'token-1', tenantId: '57' };
    await notify();
    expect(lastForm()).toEqual({
      ...common,
      receiverIds: '93,94',
      bizMsgId: 'notice-1',
      msg: '{"msgtype":"text","text":{"content":"你好"}}',
    });
    const ding = await platform.sendDing({ receivers: ['94'], text: '急', key: 'ding-1' });
    expect(ding.batches).toEqual([{ dingId: 'd-1', receivers: ['94'], rejected: [] }]);
    expect(lastForm()).toEqual({
      ...common,
      creator: '{"accountId":"93"}',
      receivers: '[{"accountId":"94"}]',
      body: '{"text":"急"}',
      bodyType: 'text',
      notifyType: 'app',
      textType: 'plaintext',
    });
    await platform.recallMessage('notice-1');
    expect(lastForm()).toEqual({
      ...common,
      msgType: 'workNotification',
      msgApp: 'my-app',
      bizMsgId: 'notice-1',
    });
  });

  test.each<[string, object]>([
    ['an id as the content', { success: true, content: 'm-1' }],
    ['an object as JSON in the content', { success: true, content: JSON.stringify(success('m-1').content) }],
    ['no data', success()],
    [
      'a repetition that is refused',
      { ...refusal('-1'), content: { success: false, responseMessage: '消息重复' } },
    ],
    ['a repetition that the gateway refuses', { success: false, Message: 'bizMsgId重复' }],
  ])('%s is sent', async (_what, answer) => {
    await setUp({ [sendApi]: [answer] });
    expect((await notify()).batches).toEqual([{ taskId: 'notice-1', receivers: ['93', '94'] }]);
    expect(server.count(sendApi)).toBe(1);
  });

  test.each<[string, object, object]>([
    ['a failure with an id as the content', { success: false, content: 'm-1' }, { kind: 'fault' }],
    [
      'a failure as JSON in the content',
      { success: true, content: JSON.stringify(refusal('240132').content) },
      { kind: 'misconfigured', upstreamCode: '240132' },
    ],
    ['a success whose words speak of repetition', { success: true, Message: '重复' }, { kind: 'fault' }],
  ])('%s is not sent', async (_what, answer, expected) => {
    await setUp({ [sendApi]: [answer] });
    expect(await rejection(notify())).toMatchObject({ name: 'PlatformError', api: sendApi, ...expected });
  });

  test.each([false, 'false'])('a recall that answers %p has not happened', async (data) => {
    await setUp({ [revokeApi]: [success(data)] });
    expect(await rejection(platform.recallMessage('notice-1'))).toMatchObject({
      kind: 'fault',
      api: revokeApi,
    });
  });
});

describe('registerEventCallback', () => {
  const registerApi = '/openplatform/message/register_event_callback';
  const tag = 'MOZI_VDS_TENANT_CHANGE|EMPLOYEE_LEAVE';
  const register = () =>
    platform.registerEventCallback?.(tag, 'https://app.example.gov.cn/api/events/zhezhengding');

  test.each<[string, Reply]>([
    ['as the document shows it', { success: true, errcode: '0', errmsg: '成功' }],
    ['with a number', { success: true, errcode: 0 }],
    ['as every other API', success()],
  ])('a success %s', async (_, reply) => {
    await setUp({ [registerApi]: [reply] });
    await register();
    const sent = new URLSearchParams(server.received.at(-1)?.body);
    expect(Object.fromEntries(sent)).toEqual({
      access_token: 'token-1',
      eventTag: tag,
      callbackUrl: 'https://app.example.gov.cn/api/events/zhezhengding',
      tenantId: '57',
    });
  });

  test.each<[string, Reply, object]>([
    ['a refusal as the document’s', { success: false, errcode: '240132' }, { kind: 'misconfigured' }],
    [
      'an error code beside success',
      { success: true, errcode: '999' },
      { kind: 'fault', upstreamCode: '999' },
    ],
    ['a refusal as every other API’s', refusal('240132'), { kind: 'misconfigured' }],
    ['no code at all', { success: true }, { kind: 'fault' }],
    ['an HTTP error', raw(500, '{"success":true,"errcode":"0"}'), { kind: 'fault' }],
  ])('%s', async (_, reply, expected) => {
    await setUp({ [registerApi]: [reply] });
    expect(await rejection(register() ?? Promise.resolve())).toMatchObject({ api: registerApi, ...expected });
  });
});
