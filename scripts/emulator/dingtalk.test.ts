import { emulatedApps } from './credentials.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { people } from './people.ts';
import { dingtalkToken, getJson, postJson, type Reply } from './testing.ts';

const { appKey, appSecret } = emulatedApps.dingtalk;
let emulator: Emulator;
let time = Date.UTC(2026, 0, 2);

beforeEach(async () => {
  time = Date.UTC(2026, 0, 2);
  emulator = await startEmulator({ now: () => time });
});
afterEach(() => emulator.close());

const exchange = (token: string, code: unknown): Promise<Reply> =>
  postJson(emulator, `/topapi/v2/user/getuserinfo?access_token=${token}`, { code });
const oldToken = (key: string, secret: string) =>
  getJson(emulator, `/gettoken?appkey=${key}&appsecret=${secret}`);

describe('app token', () => {
  test('both APIs give the same token, in their own shapes', async () => {
    const older = await oldToken(appKey, appSecret);
    const newer = await postJson(emulator, '/v1.0/oauth2/accessToken', { appKey, appSecret });
    expect(older.body).toMatchObject({ errcode: 0, errmsg: 'ok', expires_in: 7200 });
    expect(newer.body).toEqual({ accessToken: older.body.access_token, expireIn: 7200 });
  });

  test('a repeated call renews the same token; 7200 seconds after the last one it is dead', async () => {
    const token = await dingtalkToken(emulator);
    time += 7199_000;
    expect(await dingtalkToken(emulator)).toBe(token);
    time += 7199_000;
    const alive = await postJson(emulator, `/topapi/v2/user/get?access_token=${token}`, { userid: '270101' });
    expect(alive.body.errcode).toBe(0);
    time += 1000;
    const dead = await postJson(emulator, `/topapi/v2/user/get?access_token=${token}`, { userid: '270101' });
    expect(dead.body.errcode).toBe(40014);
    expect(await dingtalkToken(emulator)).not.toBe(token);
  });

  test('expireTokens ends every app token at once', async () => {
    const token = await dingtalkToken(emulator);
    emulator.control.expireTokens();
    expect((await exchange(token, 'x')).body.errcode).toBe(40014);
    expect(await dingtalkToken(emulator)).not.toBe(token);
  });

  test('wrong credentials get no app token', async () => {
    expect((await oldToken(appKey, 'wrong')).body.errcode).toBe(40089);
    const newer = await postJson(emulator, '/v1.0/oauth2/accessToken', { appKey: 'wrong', appSecret });
    expect(newer).toMatchObject({ status: 400, body: { code: 'invalidClientIdOrSecret' } });
  });

  test('a newer API refuses a call without an app token', async () => {
    const answer = await postJson(emulator, '/v1.0/robot/ding/send', {});
    expect(answer).toMatchObject({ status: 400, body: { code: 'InvalidAuthentication' } });
    expect(answer.body).toHaveProperty('requestid');
  });

  test('a wrong method, content type or path is refused', async () => {
    expect((await getJson(emulator, '/topapi/v2/user/get')).body.errcode).toBe(43002);
    expect((await postJson(emulator, '/gettoken', {})).body.errcode).toBe(43001);
    expect((await getJson(emulator, '/v1.0/oauth2/accessToken')).status).toBe(404);
    const plain = { 'content-type': 'text/plain' };
    const newer = await postJson(emulator, '/v1.0/oauth2/accessToken', { appKey, appSecret }, plain);
    expect(newer.body.code).toBe('invalidParameter');
    const token = await dingtalkToken(emulator);
    const older = `/topapi/v2/user/get?access_token=${token}`;
    expect((await postJson(emulator, older, { userid: '270101' }, plain)).body.errcode).toBe(40035);
    expect((await getJson(emulator, '/topapi/unknown')).body.errcode).toBe(404);
    expect(await getJson(emulator, '/v1.0/unknown')).toEqual({
      status: 404,
      body: {
        code: 'InvalidAction.NotFound',
        requestid: expect.stringMatching(/^[0-9A-F-]{36}$/),
        message: expect.any(String),
      },
    });
  });
});

describe('code exchange', () => {
  test('a code is exchanged for the person who opened the app', async () => {
    const token = await dingtalkToken(emulator);
    const answer = await exchange(token, emulator.control.issueAuthCode('admin', 'dingtalk'));
    expect(answer.body).toMatchObject({
      errcode: 0,
      result: { userid: '270108', name: '管理员', sys: true, sys_level: 1, unionid: 'emulated-union-admin' },
    });
  });

  test('an older API takes a form as well, and finds a person by id', async () => {
    const token = await dingtalkToken(emulator);
    const code = emulator.control.issueAuthCode('270102');
    const response = await fetch(`${emulator.url}/topapi/v2/user/getuserinfo?access_token=${token}`, {
      method: 'POST',
      body: new URLSearchParams({ code }),
    });
    expect(await response.json()).toMatchObject({ result: { userid: '270102' } });
  });

  test('a code works once', async () => {
    const token = await dingtalkToken(emulator);
    const code = emulator.control.issueAuthCode('zhangsan');
    expect((await exchange(token, code)).body.errcode).toBe(0);
    expect((await exchange(token, code)).body.errcode).toBe(40078);
  });

  test('of two exchanges of one code at the same time one succeeds', async () => {
    const token = await dingtalkToken(emulator);
    const code = emulator.control.issueAuthCode('zhangsan');
    const answers = await Promise.all([exchange(token, code), exchange(token, code)]);
    expect(answers.map(({ body }) => body.errcode).sort()).toEqual([0, 40078]);
  });

  test('a code lives 5 minutes', async () => {
    const token = await dingtalkToken(emulator);
    const [young, old] = [
      emulator.control.issueAuthCode('zhangsan'),
      emulator.control.issueAuthCode('zhangsan'),
    ];
    time += 299_999;
    expect((await exchange(token, young)).body.errcode).toBe(0);
    emulator.control.advance(1);
    expect((await exchange(token, old)).body.errcode).toBe(40078);
  });

  test('an unknown code, a code of 浙政钉 and no code are refused', async () => {
    const token = await dingtalkToken(emulator);
    expect((await exchange(token, 'unknown')).body.errcode).toBe(40078);
    expect((await exchange(token, emulator.control.issueAuthCode('lisi', 'zhezhengding'))).body.errcode).toBe(
      40078,
    );
    expect((await exchange(token, undefined)).body.errcode).toBe(40035);
  });

  test('a call with an expired app token does not use the code', async () => {
    const code = emulator.control.issueAuthCode('zhangsan');
    expect((await exchange('dead', code)).body.errcode).toBe(40014);
    expect((await exchange(await dingtalkToken(emulator), code)).body.errcode).toBe(0);
  });

  test.each(people.map(({ key, standing }) => [key, standing] as const))('%s (%s)', async (key, standing) => {
    const token = await dingtalkToken(emulator);
    const answer = await exchange(token, emulator.control.issueAuthCode(key));
    expect(answer.body.errcode).toBe({ member: 0, left: 60121, 'out-of-range': 40079 }[standing]);
  });
});

describe('contacts', () => {
  const detail = async (userid: string) =>
    postJson(emulator, `/topapi/v2/user/get?access_token=${await dingtalkToken(emulator)}`, { userid });
  const byMobile = async (mobile: string) =>
    postJson(emulator, `/topapi/v2/user/getbymobile?access_token=${await dingtalkToken(emulator)}`, {
      mobile,
    });

  test('the details of a person hold the mobile number', async () => {
    expect((await detail('270101')).body.result).toMatchObject({
      userid: '270101',
      name: '张三',
      mobile: '10000000001',
      active: true,
      dept_id_list: [2],
    });
  });

  test('no mobile number for 超级高管, nor without the permission', async () => {
    expect((await detail('270107')).body.result).not.toHaveProperty('mobile');
    emulator.control.permissions({ mobile: false });
    expect((await detail('270101')).body.result).not.toHaveProperty('mobile');
  });

  test('people who left or are out of range are refused with the document’s codes', async () => {
    expect((await detail('270104')).body.errcode).toBe(60121);
    expect((await detail('270105')).body.errcode).toBe(40079);
    expect((await detail('1')).body.errcode).toBe(60121);
  });

  test('a person is found by mobile number', async () => {
    expect((await byMobile('10000000002')).body.result).toEqual({ userid: '270102' });
    expect((await byMobile('10000000099')).body.errcode).toBe(60121);
    expect((await byMobile('123')).body.errcode).toBe(40104);
  });
});

test('the limit of calls a second is off until it is turned on', async () => {
  const token = await dingtalkToken(emulator);
  const burst = async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => exchange(token, 'x')));
    return answers.filter(({ body }) => body.errcode === 90018).length;
  };
  expect(await burst()).toBe(0);
  emulator.control.limits({ perSecond: 20 });
  expect(await burst()).toBe(10);
  time += 1000;
  expect(await burst()).toBe(10);
  const newer = await Promise.all(Array.from({ length: 21 }, () => dingtalkToken(emulator)));
  expect(newer.filter((one) => one === 'undefined')).toHaveLength(1);
});
