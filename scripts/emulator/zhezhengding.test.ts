import { emulatedApps } from './credentials.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { people } from './people.ts';
import {
  chinaTime,
  content,
  postJson,
  type Reply,
  type SignedOptions,
  signedCall,
  zhezhengdingToken,
} from './testing.ts';
import { sign, stringToSign } from './zhezhengding-signature.ts';

const { appKey, appSecret, tenantId } = emulatedApps.zhezhengding;
let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator();
});
afterEach(() => emulator.close());

const token = (options?: SignedOptions) =>
  signedCall(
    emulator,
    'GET',
    '/gettoken.json',
    [
      ['appkey', appKey],
      ['appsecret', appSecret],
    ],
    options,
  );
const exchange = (accessToken: string, code: string): Promise<Reply> =>
  signedCall(emulator, 'POST', '/rpc/oauth2/dingtalk_app_user.json', [
    ['access_token', accessToken],
    ['auth_code', code],
  ]);

describe('signature', () => {
  test('the signature of the published example comes out the same', () => {
    const text = stringToSign('GET', '2026-01-02T03:04:05.678+08:00', '17673230456781234', '/gettoken.json', [
      ['appsecret', 'test-secret'],
      ['appkey', 'test-key'],
    ]);
    expect(text).toBe(
      'GET\n2026-01-02T03:04:05.678+08:00\n17673230456781234\n/gettoken.json\nappkey=test-key&appsecret=test-secret',
    );
    expect(sign('test-secret', text)).toBe('xL07cWIRNzuPxw8LiZcoFbBSqhEXQ+PpPeUeMHj2rWY=');
  });

  test('parameters are signed raw, sorted without regard to case, without the empty ones', () => {
    const text = stringToSign('POST', 't', 'n', '/p', [
      ['b', '2'],
      ['a', 'x y&z=张'],
      ['C', '3'],
      ['b', '10'],
      ['empty', ''],
    ]);
    expect(text).toBe('POST\nt\nn\n/p\na=x y&z=张&b=10&b=2&C=3');
    expect(stringToSign('POST', 't', 'n', '/p', [['empty', '']])).toBe('POST\nt\nn\n/p');
  });

  test.each<[string, SignedOptions]>([
    ['another secret', { secret: 'wrong' }],
    ['an unknown app', { apiKey: 'unknown' }],
    ['another version', { version: '2.0' }],
    ['parameters that were not signed', { signed: [['appkey', appKey]] }],
    ['a time 16 minutes ago', { timestamp: chinaTime(Date.now() - 16 * 60_000) }],
    ['a time 16 minutes ahead', { timestamp: chinaTime(Date.now() + 16 * 60_000) }],
    ['a time in UTC', { timestamp: new Date().toISOString() }],
    ['a short nonce', { nonce: '123' }],
  ])('is refused with %s', async (_what, options) => {
    const answer = await token(options);
    expect(answer).toMatchObject({
      status: 403,
      body: {
        Code: 'OPF-B001-05-16-0009',
        Message: expect.stringContaining('SignatureDoesNotMatch'),
        _RequestId: expect.any(String),
        bizErrorCode: 'OPF-B001-05-16-0009',
      },
    });
  });

  test('a request without the signature headers is refused', async () => {
    const answer = await postJson(emulator, '/mozi/employee/get_by_mobile', {});
    expect(answer.body.Code).toBe('OPF-B001-05-16-0009');
  });

  test('a nonce works once, and a refused request does not use it up', async () => {
    const nonce = '17673230456781234';
    expect((await token({ nonce, secret: 'wrong' })).status).toBe(403);
    expect((await token({ nonce })).status).toBe(200);
    expect((await token({ nonce })).status).toBe(403);
  });

  test('moving the clock of codes does not change how signatures are checked', async () => {
    emulator.control.advance(24 * 60 * 60_000);
    expect((await token()).status).toBe(200);
  });
});

describe('sign-in', () => {
  test('a repeated token call gives the same app token, renewed', async () => {
    const answer = await token();
    expect(answer.body).toMatchObject({
      success: true,
      content: { success: true, responseCode: '0', data: { expiresIn: '7200' } },
    });
    const first = await zhezhengdingToken(emulator);
    emulator.control.advance(7199_000);
    expect(await zhezhengdingToken(emulator)).toBe(first);
    emulator.control.advance(7199_000);
    expect(content(await exchange(first, 'x')).code).toBe('240111');
    emulator.control.advance(1000);
    expect(content(await exchange(first, 'x')).code).toBe('240133');
    expect(await zhezhengdingToken(emulator)).not.toBe(first);
  });

  test('a token call that names another key pair than it is signed with is refused', async () => {
    const answer = await signedCall(emulator, 'GET', '/gettoken.json', [
      ['appkey', 'other'],
      ['appsecret', 'other'],
    ]);
    expect(answer.body.Code).toBe('OPF-B001-05-16-0009');
  });

  test('the code exchange gives the account, without a mobile number', async () => {
    const code = emulator.control.issueAuthCode('zhangsan', 'zhezhengding');
    const answer = await exchange(await zhezhengdingToken(emulator), code);
    expect(content(answer)).toEqual({
      code: '0',
      data: {
        accountId: 270101,
        account: 'zhangsan',
        lastName: '张三',
        nickNameCn: '张三',
        employeeCode: 'GE_emulated0001',
        clientId: appKey,
        namespace: 'local',
        realmId: 57,
        realmName: '模拟组织',
        tenantUserId: '57$270101',
        openid: 'emulated-openid-zhangsan',
      },
    });
  });

  test('a code works once, for 5 minutes, on its own platform', async () => {
    const accessToken = await zhezhengdingToken(emulator);
    const code = emulator.control.issueAuthCode('zhangsan');
    expect(content(await exchange(accessToken, code)).code).toBe('0');
    expect(content(await exchange(accessToken, code)).code).toBe('240111');
    const foreign = emulator.control.issueAuthCode('zhangsan', 'dingtalk');
    expect(content(await exchange(accessToken, foreign)).code).toBe('240111');
    const old = emulator.control.issueAuthCode('zhangsan', 'zhezhengding');
    emulator.control.advance(300_000);
    expect(content(await exchange(accessToken, old)).code).toBe('240111');
    expect(content(await exchange(accessToken, '')).code).toBe('240111');
  });

  test.each(people.map(({ key, standing }) => [key, standing] as const))('%s (%s)', async (key, standing) => {
    const answer = await exchange(await zhezhengdingToken(emulator), emulator.control.issueAuthCode(key));
    expect(content(answer).code).toBe(standing === 'member' ? '0' : '240132');
  });
});

describe('contacts', () => {
  const call = (path: string, params: [string, string][]) =>
    signedCall(emulator, 'POST', `/mozi/employee/${path}`, [['tenantId', tenantId], ...params]);

  test('a person is found by mobile number', async () => {
    const find = (mobile: string) =>
      call('get_by_mobile', [
        ['areaCode', '86'],
        ['namespace', 'local'],
        ['mobile', mobile],
      ]);
    expect(content(await find('10000000002'))).toEqual({
      code: '0',
      data: { employeeCode: 'GE_emulated0002' },
    });
    expect(content(await find('10000000099'))).toEqual({ code: '0', data: undefined });
  });

  test('accounts of several employees; people who left are not among them', async () => {
    const answer = await call('listEmployeeAccountIds', [
      ['employeeCodes', 'GE_emulated0002'],
      ['employeeCodes', 'GE_emulated0001'],
      ['employeeCodes', 'GE_emulated0004'],
    ]);
    expect(content(answer).data).toEqual([
      {
        accountId: 270101,
        accountCode: 'zhangsan',
        accountNamespace: 'local',
        employeeCode: 'GE_emulated0001',
      },
      { accountId: 270102, accountCode: 'lisi', accountNamespace: 'local', employeeCode: 'GE_emulated0002' },
    ]);
    expect(content(await call('listEmployeeAccountIds', [])).code).toBe('-1');
  });

  test('one employee is found by employeeCode', async () => {
    const answer = await call('getEmployeeByCode', [['employeeCode', 'GE_emulated0003']]);
    expect(content(answer).data).toMatchObject({ employeeCode: 'GE_emulated0003', employeeName: '王五' });
    expect(
      content(await call('getEmployeeByCode', [['employeeCode', 'GE_emulated0004']])).data,
    ).toBeUndefined();
  });

  test('another tenant, an expired app token and a missing parameter are refused', async () => {
    const other = await signedCall(emulator, 'POST', '/mozi/employee/getEmployeeByCode', [['tenantId', '1']]);
    expect(content(other).code).toBe('240132');
    expect(content(await call('getEmployeeByCode', [['access_token', 'dead']])).code).toBe('240133');
    expect(content(await call('getEmployeeByCode', [])).code).toBe('-1');
  });
});
