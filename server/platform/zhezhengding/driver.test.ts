import { type Reply, raw, rejection } from '../../testing/platform-server.ts';
import { paths, scripted, success } from '../../testing/platforms.ts';

const { token: tokenApi, exchange: exchangeApi, work: sendApi, ding: dingApi } = paths.zhezhengding;
const employeeApi = '/mozi/employee/getEmployeeByCode';
const accountsApi = '/mozi/employee/listEmployeeAccountIds';
const revokeApi = '/message/revoke';
const registerApi = '/openplatform/message/register_event_callback';

const refusal = (responseCode: unknown) => ({
  success: true,
  content: { success: false, requestId: 'request1', responseMessage: '模拟', responseCode },
});
const token = (accessToken: string) => success({ accessToken, expiresIn: 7200 });
const person = {
  accountId: 93,
  lastName: '张三',
  nickNameCn: '小张',
  employeeCode: 'GE_1',
  realmId: 57,
  openid: 'o',
};
const formOf = (body: string | undefined) => Object.fromEntries(new URLSearchParams(body));

/** The exchange of a code when the exchange API answers like this. */
async function exchange(...replies: Reply[]) {
  const { platform, server } = await scripted('zhezhengding', { [exchangeApi]: replies });
  return { exchanged: platform.exchangeCode('code'), server };
}

test('one sign-in is a token and an exchange, signed and asked for as the documents say', async () => {
  const { platform, server } = await scripted('zhezhengding');
  expect(await platform.exchangeCode('code &=+中')).toEqual({
    id: '93',
    name: '张三',
    unionId: null,
    employeeCode: 'GE_1',
    mobile: null,
  });
  const [asked, exchange, ...others] = server.received;
  expect(others).toEqual([]);
  expect(asked).toMatchObject({ method: 'GET', path: tokenApi, body: '' });
  expect(Object.fromEntries(asked?.query ?? [])).toEqual({
    appkey: 'emulator-zzd-key',
    appsecret: 'emulator-zzd-secret',
  });
  expect(exchange).toMatchObject({ method: 'POST', path: exchangeApi });
  expect([...(exchange?.query ?? [])]).toEqual([]);
  expect(formOf(exchange?.body)).toEqual({ access_token: 'token-1', auth_code: 'code &=+中' });
  expect(exchange?.headers).toMatchObject({
    'content-type': 'application/x-www-form-urlencoded',
    apikey: 'emulator-zzd-key',
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
  expect(await (await exchange(raw(200, big))).exchanged).toMatchObject({
    id: '9007199254740993',
    employeeCode: null,
    name: '',
  });
  const text = await exchange(success({ ...person, accountId: '0093' }));
  expect(await text.exchanged).toMatchObject({ id: '0093' });
});

test('a person of another tenant is refused', async () => {
  const { exchanged } = await exchange(success({ ...person, realmId: 58 }));
  expect(await rejection(exchanged)).toMatchObject({ kind: 'wrong-organisation' });
});

test.each([
  ['without the inner success', { success: true, content: { data: person, responseCode: '0' } }],
  ['all strings', { success: 'true', content: { success: 'true', data: person, responseCode: 0 } }],
])('a success %s is accepted', async (_, body) => {
  expect((await (await exchange(body)).exchanged).id).toBe('93');
});

test.each([
  ['outer success false', { success: false, content: { success: true, data: person, responseCode: '0' } }],
  ['inner success false', { success: true, content: { success: false, data: person, responseCode: '0' } }],
  ['no response code', { success: true, content: { success: true, data: person } }],
  ['no data', success()],
  ['no account id', success({ ...person, accountId: null })],
  ['no realm', success({ ...person, realmId: undefined })],
])('an answer with %s is a fault', async (_, body) => {
  const { exchanged } = await exchange(body);
  expect(await rejection(exchanged)).toMatchObject({ kind: 'fault', api: exchangeApi });
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
    'another gateway code',
    { Code: 'OPF-B001-01-01-0001' },
    { kind: 'fault', upstreamCode: 'OPF-B001-01-01-0001' },
  ],
  ['an unknown code', refusal('999999'), { kind: 'fault', upstreamCode: '999999' }],
])('the refusal %s has its meaning', async (name, reply, expected) => {
  const { exchanged, server } = await exchange(reply);
  expect(await rejection(exchanged)).toMatchObject({ api: exchangeApi, ...expected });
  // A refused signature may be a nonce that another instance used: the call is signed anew, once.
  expect(server.count(exchangeApi)).toBe(name.includes('bad signature') ? 2 : 1);
});

test('a nonce that another instance used is drawn anew, and the call made', async () => {
  const { exchanged, server } = await exchange(raw(403, JSON.stringify(signatureFailure)), success(person));
  expect((await exchanged).id).toBe('93');
  const exchanges = server.received.filter(({ path }) => path === exchangeApi);
  expect(new Set(exchanges.map(({ headers }) => headers['x-hmac-auth-nonce'])).size).toBe(2);
});

test('forbidden at another API than the exchange is an administrator’s task', async () => {
  const { platform } = await scripted('zhezhengding', { [tokenApi]: [refusal('240132')] });
  const expected = { kind: 'misconfigured', api: tokenApi, remedy: expect.stringContaining('白名单') };
  expect(await rejection(platform.exchangeCode('code'))).toMatchObject(expected);
});

test('a refused app token is fetched anew, and the exchange made once more', async () => {
  const { platform, server } = await scripted('zhezhengding', {
    [tokenApi]: [token('token-1'), token('token-2')],
    [exchangeApi]: [refusal('240133'), success(person)],
  });
  expect((await platform.exchangeCode('code')).id).toBe('93');
  const bodies = server.received.filter(({ path }) => path === exchangeApi).map(({ body }) => body);
  expect(bodies).toEqual(['access_token=token-1&auth_code=code', 'access_token=token-2&auth_code=code']);
  const nonces = server.received.map(({ headers }) => headers['x-hmac-auth-nonce']);
  expect(new Set(nonces).size).toBe(4);
});

describe('a person who is read again', () => {
  const ref = { id: '93', employeeCode: 'GE_1' };

  test('is asked for by the employee code', async () => {
    const { platform, server } = await scripted('zhezhengding');
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
  ])('and has %s left the organisation', async (_, script) => {
    const { platform } = await scripted('zhezhengding', script);
    expect(await rejection(platform.getPerson(ref))).toMatchObject({ kind: 'left-organisation' });
  });

  test('without an employee code is a fault, and the platform is not asked', async () => {
    const { platform, server } = await scripted('zhezhengding');
    const error = await rejection(platform.getPerson({ id: '93', employeeCode: null }));
    expect(error).toMatchObject({ kind: 'fault' });
    expect(server.received).toEqual([]);
  });
});

const notification = {
  receivers: ['93', '94'],
  content: { type: 'text', text: '你好' },
  key: 'notice-1',
} as const;

test('messages are asked for as the documents say', async () => {
  const script = { [sendApi]: [success('m-1')], [dingApi]: [success('d-1')], [revokeApi]: [success('true')] };
  const { platform, server } = await scripted('zhezhengding', script, { messageApp: 'my-app' });
  const common = { access_token: 'token-1', tenantId: '57' };
  await platform.sendWorkNotification(notification);
  expect(formOf(server.received.at(-1)?.body)).toEqual({
    ...common,
    receiverIds: '93,94',
    bizMsgId: 'notice-1',
    msg: '{"msgtype":"text","text":{"content":"你好"}}',
  });
  const ding = await platform.sendDing({ receivers: ['94'], text: '急' });
  expect(ding).toEqual({ dingId: 'd-1', rejected: [] });
  expect(formOf(server.received.at(-1)?.body)).toEqual({
    ...common,
    creator: '{"accountId":"270108"}',
    receivers: '[{"accountId":"94"}]',
    body: '{"text":"急"}',
    bodyType: 'text',
    notifyType: 'app',
    textType: 'plaintext',
  });
  await platform.recallMessage('notice-1');
  expect(formOf(server.received.at(-1)?.body)).toEqual({
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
])('a work notification answered by %s is sent', async (_what, answer) => {
  const { platform, server } = await scripted('zhezhengding', { [sendApi]: [answer] });
  expect(await platform.sendWorkNotification(notification)).toEqual({ taskId: 'notice-1' });
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
])('a work notification answered by %s is not sent', async (_what, answer, expected) => {
  const { platform } = await scripted('zhezhengding', { [sendApi]: [answer] });
  const error = await rejection(platform.sendWorkNotification(notification));
  expect(error).toMatchObject({ name: 'PlatformError', api: sendApi, ...expected });
});

test('another API’s refusal is no success, even with the words of a repeated message', async () => {
  const { platform } = await scripted('zhezhengding', {
    [revokeApi]: [{ ...refusal('-2'), content: { success: false, responseMessage: '重复' } }],
  });
  expect(await rejection(platform.recallMessage('notice-1'))).toMatchObject({ kind: 'fault' });
});

test.each([false, 'false'])('a recall that is answered with %j is a failure', async (data) => {
  const { platform } = await scripted('zhezhengding', { [revokeApi]: [success(data)] });
  const error = await rejection(platform.recallMessage('notice-1'));
  expect(error).toMatchObject({ kind: 'fault', api: revokeApi });
});

describe('the registration of an event callback', () => {
  const request = ['MOZI_VDS_TENANT_CHANGE|EMPLOYEE_LEAVE', 'https://app.example.gov.cn/api/events'] as const;
  async function register(reply: Reply) {
    const { platform, server } = await scripted('zhezhengding', { [registerApi]: [reply] });
    return { registered: platform.registerEventCallback?.(...request), server };
  }

  test.each<[string, Reply]>([
    ['as the document shows it', { success: true, errcode: '0', errmsg: '成功' }],
    ['with a number', { success: true, errcode: 0 }],
    ['as every other API', success()],
  ])('is done, answered %s', async (_, reply) => {
    const { registered, server } = await register(reply);
    await registered;
    const [eventTag, callbackUrl] = request;
    expect(formOf(server.received.at(-1)?.body)).toEqual({
      access_token: 'token-1',
      eventTag,
      callbackUrl,
      tenantId: '57',
    });
  });

  test.each<[string, Reply, object]>([
    ['a refusal as the document’s', { success: false, errcode: '240132' }, { kind: 'misconfigured' }],
    ['a code beside success', { success: true, errcode: '999' }, { kind: 'fault', upstreamCode: '999' }],
    ['a refusal as every other API’s', refusal('240132'), { kind: 'misconfigured' }],
    ['no code at all', { success: true }, { kind: 'fault' }],
    ['an HTTP error', raw(500, '{"success":true,"errcode":"0"}'), { kind: 'fault' }],
  ])('fails by %s', async (_, reply, expected) => {
    const { registered } = await register(reply);
    expect(await rejection(registered ?? Promise.resolve())).toMatchObject({ api: registerApi, ...expected });
  });
});
