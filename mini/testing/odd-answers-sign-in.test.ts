/** Signing in with answers and containers that the real server and platform never show. */
import { requestIdShape } from '../../server/contract/errors.ts';
import type { TestPhone } from './phone.ts';
import { type Answer, fault, prepareStandIn, ready, user } from './stand-in-journey.ts';

const standIn = prepareStandIn();
const { phone, start, logins } = standIn;

describe('the login request', () => {
  test('is JSON with code, corpId and client; later requests carry the token', async () => {
    await start(phone()).waitFor('home', ready);
    expect(logins()[0]).toEqual({
      authCode: 'code-1',
      corpId: 'dingemulator0001',
      client: 'mini',
      place: null,
    });
    expect(standIn.received[0]?.headers['content-type']).toBe('application/json');
    expect(standIn.received.at(-1)?.headers.authorization).toBe(`Bearer ${standIn.token()}`);
  });

  test('corpId: the launch query goes before the container’s, that before the configured one', async () => {
    const device = phone();
    device.corpId = 'ding-container';
    await start(device, { query: { corpId: 'ding-query' } }).waitFor('home', ready);
    expect(logins()[0]?.corpId).toBe('ding-query');
    standIn.received = [];
    await start(device).waitFor('home', ready);
    expect(logins()[0]?.corpId).toBe('ding-container');
  });

  test.each([
    ['authCode', (code: string) => ({ authCode: code })],
    ['auth_code', (code: string) => ({ auth_code: code })],
    ['code', (code: string) => ({ code })],
    ['result.code', (code: string) => ({ result: { code } })],
    ['code beside an empty auth_code', (code: string) => ({ auth_code: '', code, result: null })],
  ])('takes the code out of %s, in 浙政钉 without a corpId', async (_name, wrap) => {
    const device = phone('zhezhengding');
    device.wrapCode = wrap;
    await start(device).waitFor('home', ready);
    expect(logins()[0]).toEqual({ authCode: 'code-1', client: 'mini', place: null });
  });

  test('a container that has both platforms’ calls is asked which one it is', async () => {
    const device = phone('zhezhengding');
    device.hasBothCodeCalls = true;
    device.systemInfo = { app: 'TaurusApp' };
    const run = start(device);
    await run.waitFor('home', ready);
    expect([run.count('dtBridge'), run.count('getAuthCode')]).toEqual([1, 0]);

    device.values.clear();
    device.systemInfo = null;
    const unknown = start(device);
    await unknown.waitFor('home', ready);
    expect([unknown.count('dtBridge'), unknown.count('getAuthCode')]).toEqual([0, 1]);
  });

  test('an empty answer to getAuthCode is a failed code', async () => {
    const device = phone();
    device.wrapCode = () => ({});
    const page = await start(device).waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'AUTH_CODE_FAILED' });
    expect(standIn.received).toEqual([]);
  });
});

describe('a container that never calls back is a fault after the time-out', () => {
  test('getAuthCode', async () => {
    const device = phone();
    device.timerSpeed = 100;
    device.nextCode = 'never';
    const page = await start(device).waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'AUTH_CODE_TIMEOUT' });
  });

  test('httpRequest: a code that may have been used is not sent again', async () => {
    const device = phone();
    device.timerSpeed = 100;
    device.network = 'silent';
    const run = start(device);
    const page = await run.waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'NETWORK_TIMEOUT' });
    expect(run.count('getAuthCode')).toBe(1);
  });
});

describe('answers against the contract end on trouble', () => {
  test.each<[string, Answer, string]>([
    ['a login page with 200', { body: '<html>请先认证</html>' }, 'ANSWER_NOT_JSON'],
    ['a number', { body: '7' }, 'ANSWER_NOT_JSON'],
    ['null', { body: 'null' }, 'ANSWER_NOT_JSON'],
    ['an unknown outcome', { body: { outcome: 'maybe' } }, 'ANSWER_UNEXPECTED'],
    ['a session without token', { body: { outcome: 'signed-in', session: {}, user } }, 'ANSWER_UNEXPECTED'],
    [
      'a session without user',
      { body: { outcome: 'signed-in', session: { token: 't', expiresAt: '2099-01-01T00:00:00.000Z' } } },
      'ANSWER_UNEXPECTED',
    ],
    [
      'a binding without ticket',
      { body: { outcome: 'bind-required', person: { name: '李四' } } },
      'ANSWER_UNEXPECTED',
    ],
    ['an HTML 502 of a proxy', { status: 502, body: '<html>Bad Gateway</html>' }, 'HTTP_ERROR'],
    ['an unknown code', fault(418, 'TEAPOT'), 'TEAPOT'],
  ])('%s', async (_what, answer, code) => {
    standIn.answers['/api/auth/login'] = () => answer;
    const page = await start(phone()).waitFor('trouble');
    expect(page.data.fault).toMatchObject({
      code,
      message: expect.stringMatching(/./),
      advice: expect.stringMatching(/./),
    });
    expect(logins()).toHaveLength(1);
  });

  test('a status of 0 is no answer at all', async () => {
    const device = phone();
    device.network = 'status-zero';
    const page = await start(device).waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'NETWORK_UNREACHABLE' });
  });

  test.each<[string, Partial<TestPhone>, string]>([
    ['tells of the status alone', { httpErrors: 'fail-with-status' }, 'HTTP_ERROR'],
    ['hides HTTP errors', { httpErrors: 'fail' }, 'HTTP_ERROR'],
    ['calls them a success', { httpErrors: 'success' }, 'HTTP_ERROR'],
    ['hands over the data alone', { httpErrors: 'success-with-body' }, 'ANSWER_NOT_JSON'],
    ['gives up waiting', { network: 'black-hole' }, 'NETWORK_TIMEOUT'],
    ['has no network', { network: 'down' }, 'NETWORK_UNREACHABLE'],
  ])('in a container that %s, the trouble page has the request’s number to copy', async (_how, how, code) => {
    standIn.answers['/api/auth/login'] = () => ({ status: 500, body: '<html>Internal Server Error</html>' });
    const clipboard: string[] = [];
    const device = Object.assign(phone(), how, { clipboard: (text: string) => clipboard.push(text) });
    const run = start(device);
    const { fault: shown } = (await run.waitFor('trouble')).data as { fault: { requestId: string } };
    expect(shown).toMatchObject({ code, requestId: expect.stringMatching(requestIdShape) });
    const sent = standIn.received.map(({ headers }) => headers['x-request-id']);
    expect(sent).toEqual(sent.length > 0 ? expect.arrayContaining([shown.requestId]) : []);
    expect(new Set(sent).size).toBe(sent.length);
    const copy = (): HTMLElement | null => run.app.document.querySelector('.fault-detail-copy');
    await run.settled(() => copy() !== null);
    copy()?.click();
    await run.settled(() => clipboard.length > 0);
    expect(clipboard[0]).toContain(`错误码 ${code}`);
    expect(clipboard[0]).toContain(`请求编号 ${shown.requestId}`);
    expect(run.toasts).toContain('已复制');
  });

  test('Retry-After is told in words', async () => {
    standIn.answers['/api/auth/login'] = () => fault(503, 'PLATFORM_BUSY', { 'retry-after': '90' });
    const page = await start(phone()).waitFor('trouble');
    expect(page.data.fault).toMatchObject({
      message: '服务端说 PLATFORM_BUSY',
      advice: '请 2 分钟后再试。',
      requestId: 'req-1',
    });
  });
});
