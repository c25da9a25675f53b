/** What the services make of answers and containers that the real server and platform never show. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoginRequest, SessionUser } from '../../server/contract.ts';
import { compileMini } from './compile.ts';
import { Device } from './dd-double/device.ts';
import { MiniRun } from './dd-double/run.ts';
import type { PackageFiles } from './package-files.ts';
import { miniSource, nodeModules } from './paths.ts';
import { testConfig } from './test-config.ts';

interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
type Answer = { status?: number; body: unknown; headers?: Record<string, string> };

const user: SessionUser = {
  id: '1',
  username: 'zhangsan',
  name: '张三',
  department: null,
  role: 'USER',
  dingUserId: '1',
  isSuperExecutive: false,
};
let tokens = 0;
const signedIn = () => {
  tokens += 1;
  const session = { token: `token-${tokens}`, expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
  return { body: { outcome: 'signed-in', session, user } };
};
const fault = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { statusCode: status, error: 'Error', code, message: `服务端说 ${code}`, requestId: 'req-1' },
});
const notice = (id: number) => ({
  id: `n${id}`,
  title: `通知 ${id}`,
  excerpt: '',
  publishedAt: '2026-01-05T01:00:00.000Z',
  read: false,
});

let server: Server;
let files: PackageFiles;
let received: Received[];
/** By path without query; a promise for a late answer. */
let answers: Record<string, (request: Received) => Answer | Promise<Answer>>;
const runs: MiniRun[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const item = { method, path, headers, body };
      received.push(item);
      const answer = answers[path.split('?')[0] ?? ''];
      if (answer === undefined) send(response, fault(404, 'NOT_FOUND'));
      else void Promise.resolve(answer(item)).then((value) => send(response, value));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  files = await compileMini({ source: miniSource, nodeModules, env: 'test', config: testConfig(serverUrl) });
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  received = [];
  answers = {
    '/api/auth/login': signedIn,
    '/api/notices': () => ({ body: { items: [notice(1)], nextCursor: null } }),
    '/api/me': () => ({ body: { user } }),
  };
});

afterEach(() => {
  for (const run of runs.splice(0)) expect([run.log.violations, run.log.errors]).toEqual([[], []]);
});

function send(response: ServerResponse, { status = 200, body, headers = {} }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

const phone = (container: 'dingtalk' | 'zhezhengding' = 'dingtalk') => {
  let codes = 0;
  return new Device(container, async () => {
    codes += 1;
    return `code-${codes}`;
  });
};

function start(device: Device, options: Parameters<MiniRun['launch']>[0] = {}): MiniRun {
  const run = new MiniRun(files, device).launch(options);
  runs.push(run);
  return run;
}

const ready = (data: Record<string, unknown>) => data.state === 'ready';
const logins = () => received.filter(({ path }) => path === '/api/auth/login');
const login = () => JSON.parse(logins()[0]?.body ?? '') as LoginRequest;

describe('the login request', () => {
  test('is JSON with code, corpId and client; later requests carry the token', async () => {
    await start(phone()).waitFor('home', ready);
    expect(login()).toEqual({ authCode: 'code-1', corpId: 'dingemulator0001', client: 'mini' });
    expect(logins()[0]?.headers['content-type']).toBe('application/json');
    expect(received.at(-1)?.headers.authorization).toBe(`Bearer token-${tokens}`);
  });

  test('corpId: the launch query goes before the container’s, that before the configured one', async () => {
    const device = phone();
    device.corpId = 'ding-container';
    await start(device, { query: { corpId: 'ding-query' } }).waitFor('home', ready);
    expect(login().corpId).toBe('ding-query');
    received = [];
    await start(device).waitFor('home', ready);
    expect(login().corpId).toBe('ding-container');
  });

  test.each([
    ['authCode', (code: string) => ({ authCode: code })],
    ['auth_code', (code: string) => ({ auth_code: code })],
    ['code', (code: string) => ({ code })],
    ['result.code', (code: string) => ({ result: { code } })],
  ])('takes the code out of %s, in 浙政钉 without a corpId', async (_name, wrap) => {
    const device = phone('zhezhengding');
    device.wrapCode = wrap;
    await start(device).waitFor('home', ready);
    expect(login()).toEqual({ authCode: 'code-1', client: 'mini' });
  });

  test('a container with both calls is asked what it is', async () => {
    const device = phone('zhezhengding');
    device.offersBoth = true;
    device.systemInfo = { app: 'TaurusApp' };
    const run = start(device);
    await run.waitFor('home', ready);
    expect([run.count('dtBridge'), run.count('getAuthCode')]).toEqual([1, 0]);

    device.storage.values.clear();
    device.systemInfo = null;
    const unknown = start(device);
    await unknown.waitFor('home', ready);
    expect([unknown.count('dtBridge'), unknown.count('getAuthCode')]).toEqual([0, 1]);
  });

  test('an empty answer of the container is a failed code', async () => {
    const device = phone();
    device.wrapCode = () => ({});
    const page = await start(device).waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'AUTH_CODE_FAILED' });
    expect(received).toEqual([]);
  });
});

describe('containers that never call back', () => {
  test('getAuthCode', async () => {
    const device = phone();
    device.timerSpeed = 100;
    device.nextCode = 'never';
    const page = await start(device).waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'AUTH_CODE_TIMEOUT' });
  });

  test('httpRequest: the code that may have been used is not sent again', async () => {
    const device = phone();
    device.timerSpeed = 100;
    device.network.state = 'silent';
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
    ['an HTML 502 of a proxy', { status: 502, body: '<html>Bad Gateway</html>' }, 'HTTP_ERROR'],
    ['an unknown code', fault(418, 'TEAPOT'), 'TEAPOT'],
  ])('%s', async (_what, answer, code) => {
    answers['/api/auth/login'] = () => answer;
    const page = await start(phone()).waitFor('trouble');
    expect(page.data.fault).toMatchObject({
      code,
      message: expect.stringMatching(/./),
      advice: expect.stringMatching(/./),
    });
    expect(logins()).toHaveLength(1);
  });

  test('Retry-After is told in words', async () => {
    answers['/api/auth/login'] = () => fault(503, 'PLATFORM_BUSY', { 'retry-after': '90' });
    const page = await start(phone()).waitFor('trouble');
    expect(page.data.fault).toMatchObject({
      message: '服务端说 PLATFORM_BUSY',
      advice: '请 2 分钟后再试。',
      requestId: 'req-1',
    });
  });
});

describe('renewing the session', () => {
  test('a session that is refused at once again ends in a fault, not in a loop', async () => {
    answers['/api/notices'] = () => fault(401, 'SESSION_EXPIRED');
    const run = start(phone());
    const page = await run.waitFor('home', (data) => data.state === 'failed');
    expect(page.data.fault).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(logins()).toHaveLength(2);
  });

  test('a hidden HTTP error right after a sign-in is not taken for an expired session', async () => {
    answers['/api/notices'] = () => fault(500, 'INTERNAL_ERROR');
    const device = phone();
    device.network.statusStyle = 'fail-bare';
    const page = await start(device).waitFor('home', (data) => data.state === 'failed');
    expect(page.data.fault).toMatchObject({ code: 'HTTP_ERROR' });
    expect(logins()).toHaveLength(1);
  });

  test('the silent sign-in failing leaves the person on the page, with the fault in place', async () => {
    const device = phone();
    await start(device).waitFor('home', ready);
    answers['/api/notices'] = () => fault(401, 'SESSION_EXPIRED');
    answers['/api/auth/login'] = () => fault(502, 'PLATFORM_FAULT');
    const page = await start(device).waitFor('home', (data) => data.state === 'failed');
    expect(page.data).toMatchObject({ name: '张三', fault: { code: 'PLATFORM_FAULT', requestId: 'req-1' } });
  });

  test('a sign-in under way does not undo a sign-out', async () => {
    const device = phone();
    const run = start(device, { url: '/pages/me/index' });
    const me = await run.waitFor('me', (data) => data.loaded === true);
    let release: (answer: Answer) => void = () => undefined;
    answers['/api/me'] = () => fault(401, 'SESSION_EXPIRED');
    answers['/api/auth/login'] = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const loading = me.call('load') as Promise<void>;
    await run.settled(() => logins().length === 2);
    me.call('signOut');
    await run.waitFor('no-permission');
    release(signedIn());
    await loading;
    await run.settled(() => run.page.route === 'pages/no-permission/index');
    expect(device.storage.values.size).toBe(0);
  });
});

describe('lists', () => {
  const open = async () => {
    answers['/api/notices'] = ({ path }) =>
      path.includes('cursor=')
        ? { body: { items: [notice(2)], nextCursor: null } }
        : { body: { items: [notice(1)], nextCursor: 'c&1' } };
    const device = phone();
    const run = start(device, { url: '/pages/notices/index' });
    return { device, run, page: await run.waitFor('notices', ready) };
  };
  const titles = (data: Record<string, unknown>) =>
    (data.notices as { title: string }[]).map(({ title }) => title);

  test('a failed next page keeps the list and can be loaded again', async () => {
    const { device, run, page } = await open();
    device.network.state = 'down';
    page.call('onReachBottom');
    await run.waitFor('notices', (data) => data.more === 'failed');
    expect(titles(page.data)).toEqual(['通知 1']);
    device.network.state = 'up';
    page.call('loadMore');
    await run.waitFor('notices', (data) => data.more === 'idle');
    expect(titles(page.data)).toEqual(['通知 1', '通知 2']);
    expect(received.at(-1)?.path).toBe('/api/notices?limit=20&cursor=c%261');
  });

  test('a failed refresh keeps the list and says so', async () => {
    const { device, run, page } = await open();
    device.network.state = 'down';
    page.call('onPullDownRefresh');
    await run.settled(() => run.count('stopPullDownRefresh') === 1);
    expect(page.data.state).toBe('ready');
    expect(run.log.toasts).toEqual(['网络连接不上，列表没有刷新']);
  });

  test('an answer for the list before a refresh is dropped', async () => {
    const { run, page } = await open();
    let release: (answer: Answer) => void = () => undefined;
    answers['/api/notices'] = (request) =>
      request.path.includes('cursor=')
        ? new Promise((resolve) => {
            release = resolve;
          })
        : { body: { items: [notice(1)], nextCursor: 'another' } };
    page.call('onReachBottom');
    await run.settled(() => received.some(({ path }) => path.includes('cursor=')));
    page.call('onPullDownRefresh');
    await run.settled(() => run.count('stopPullDownRefresh') === 1);
    release({ body: { items: [notice(9)], nextCursor: null } });
    await run.settled(() => run.log.requests.every(({ status }) => status !== null));
    expect(titles(page.data)).toEqual(['通知 1']);
    expect(page.data.more).toBe('idle');
  });

  test('an empty list has a state of its own', async () => {
    answers['/api/notices'] = () => ({ body: { items: [], nextCursor: null } });
    await start(phone()).waitFor('home', (data) => data.state === 'empty');
    await start(phone(), { url: '/pages/notices/index' }).waitFor(
      'notices',
      (data) => data.state === 'empty',
    );
  });
});

describe('binding', () => {
  const reject = async (rejection: object) => {
    answers['/api/auth/login'] = () => ({
      body: {
        outcome: 'bind-required',
        ticket: { token: 'ticket', expiresAt: '2099-01-01T00:00:00.000Z' },
        person: { name: '李四' },
      },
    });
    answers['/api/auth/bind'] = () => ({ body: { outcome: 'bind-rejected', ...rejection } });
    const run = start(phone());
    const page = await run.waitFor('bind');
    page.call('onUsername', { detail: { value: ' lisi ' } });
    page.call('onPassword', { detail: { value: ' secret ' } });
    page.call('submit');
    await run.settled(() => page.data.message !== '');
    return { run, page };
  };

  test('trims the user name, never the password', async () => {
    await reject({ reason: 'INVALID_CREDENTIALS' });
    expect(JSON.parse(received.at(-1)?.body ?? '')).toEqual({
      ticket: 'ticket',
      username: 'lisi',
      password: ' secret ',
    });
  });

  test('a lock ends by itself when its time is over', async () => {
    const { run, page } = await reject({ reason: 'LOCKED', retryAfterSeconds: 1 });
    expect(page.data).toMatchObject({ waitSeconds: 1, message: expect.stringContaining('请 1 秒后再试') });
    await run.settled(() => page.data.waitSeconds === 0);
    expect(page.data.message).toBe('可以再试了。');
  });

  test('a person who is bound already is sent to sign in', async () => {
    const { page } = await reject({ reason: 'PERSON_ALREADY_BOUND' });
    expect(page.data).toMatchObject({ needsSignIn: true, message: expect.stringContaining('已经绑定过') });
  });

  test('the page opened without a ticket signs in first', async () => {
    await start(phone(), { url: '/pages/bind/index' }).waitFor('home', ready);
  });
});
