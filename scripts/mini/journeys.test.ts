import { type Built, build } from '../../server/testing/build.ts';
import { checkFiles } from './check.ts';
import { compileMini } from './compile.ts';
import { Device } from './dd-double/device.ts';
import { MiniRun } from './dd-double/run.ts';
import type { PackageFiles } from './package-files.ts';
import { miniSource, nodeModules } from './paths.ts';

jest.setTimeout(60_000);

const password = 'dev-pass-2026';

/** Everything below runs the scripts as they are built, against the real server and the emulated platform. */
let server: Built;
let files: PackageFiles;
let runs: MiniRun[] = [];

async function packageFor(built: Built): Promise<PackageFiles> {
  const serverUrl = await built.url();
  const compiled = await compileMini({ source: miniSource, nodeModules, env: 'test', config: { serverUrl } });
  expect(checkFiles(compiled)).toEqual([]);
  return compiled;
}

/** A phone whose codes come from the emulator's control API, over its socket. */
function phone(person: string, built: Built = server): Device {
  const platform = built.config.platform.name;
  return new Device(platform, async () => {
    const response = await fetch(`${built.emulator.url}/_emulator/auth-codes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ personId: person, platform }),
    });
    return ((await response.json()) as { authCode: string }).authCode;
  });
}

function start(device: Device, options: Parameters<MiniRun['launch']>[0] = {}, from = files): MiniRun {
  const run = new MiniRun(from, device).launch(options);
  runs.push(run);
  return run;
}

const signInCalls = (run: MiniRun) =>
  run.count('getAuthCode') +
  run.count('dtBridge') +
  run.requests.filter((line) => line.includes('/auth/')).length;

const homeReady = (data: Record<string, unknown>) => data.signedIn === true && data.state === 'ready';

beforeAll(async () => {
  server = await build();
  files = await packageFor(server);
});

afterAll(async () => {
  await server.close();
});

afterEach(() => {
  server.emulator.control.clearFaults();
  const finished = runs;
  runs = [];
  for (const run of finished) {
    expect(run.log.violations).toEqual([]);
    expect(run.log.errors).toEqual([]);
  }
});

const endings: [string, string, Record<string, unknown>][] = [
  [
    'zhangsan',
    'home',
    { signedIn: true, name: '张三', department: '办公室', isAdmin: false, state: 'ready' },
  ],
  ['lisi', 'bind', { personName: '李四', submitting: false, needsSignIn: false }],
  ['wangwu', 'bind', { personName: '王五', submitting: false }],
  ['zhaoliu', 'no-permission', { reason: 'LEFT_ORGANISATION', title: '您不在本组织的通讯录中' }],
  ['sunqi', 'no-permission', { reason: 'OUT_OF_RANGE', title: '您不在本应用的使用范围' }],
  ['zhouba', 'no-permission', { reason: 'ACCOUNT_DISABLED', title: '您的账号已停用' }],
  ['chenguang', 'home', { signedIn: true, name: '陈光', department: '厅领导', state: 'ready' }],
  ['admin', 'home', { signedIn: true, name: '管理员', isAdmin: true, state: 'ready' }],
];

describe('the eight people on DingTalk', () => {
  test.each(endings)('%s ends on %s', async (person, route, data) => {
    const run = start(phone(person));
    expect(run.page.data).toMatchObject({ state: 'loading' });
    const page = await run.waitFor(route, (now) => route !== 'home' || homeReady(now));
    expect(page.data).toMatchObject(data);
    expect(run.count('getAuthCode')).toBe(1);
  });
});

describe('the eight people on 浙政钉', () => {
  let other: Built;
  let otherFiles: PackageFiles;

  beforeAll(async () => {
    other = await build({ platform: 'zhezhengding' });
    otherFiles = await packageFor(other);
  });
  afterAll(() => other.close());

  test.each(endings)('%s ends on %s', async (person, route, data) => {
    const run = start(phone(person, other), {}, otherFiles);
    const page = await run.waitFor(route, (now) => route !== 'home' || homeReady(now));
    // 浙政钉 has one answer for whoever may not open the app, whether they left or never were in its range.
    const leftHere = { reason: 'OUT_OF_RANGE', title: '您不在本应用的使用范围' };
    expect(page.data).toMatchObject(person === 'zhaoliu' ? leftHere : data);
    expect(run.count('dtBridge')).toBe(1);
  });
});

describe('the cached session', () => {
  test('the second start asks neither the container for a code nor the server for a sign-in', async () => {
    const device = phone('zhangsan');
    await start(device).waitFor('home', homeReady);
    const second = start(device);
    const page = await second.waitFor('home', homeReady);
    expect(page.data.name).toBe('张三');
    expect(signInCalls(second)).toBe(0);
    expect(second.requests).toEqual(['GET /api/notices?limit=3 200']);
  });

  test('it belongs to one organisation: another corpId in the launch query signs in anew', async () => {
    const device = phone('zhangsan');
    await start(device).waitFor('home', homeReady);
    const other = start(device, { query: { corpId: 'ding-another' } });
    const page = await other.waitFor('no-permission');
    expect(page.data.reason).toBe('WRONG_ORGANISATION');
    expect(other.count('getAuthCode')).toBe(1);
    const back = start(device);
    await back.waitFor('home', homeReady);
    expect(signInCalls(back)).toBe(0);
  });

  test('a session near its end is not started with', async () => {
    const device = phone('zhangsan');
    await start(device).waitFor('home', homeReady);
    for (const [key, text] of device.storage.values) {
      const stored = JSON.parse(text) as Record<string, unknown>;
      device.storage.values.set(key, JSON.stringify({ ...stored, expiresAt: Date.now() + 30_000 }));
    }
    const second = start(device);
    await second.waitFor('home', homeReady);
    expect(second.count('getAuthCode')).toBe(1);
  });

  test.each([['"rubbish"'], ['{"token":1}'], ['{"token":"t","expiresAt":9e15,"user":null}']])(
    'stored %s counts as none',
    async (text) => {
      const device = phone('zhangsan');
      device.storage.values.set('session:dingemulator0001', text);
      const run = start(device);
      await run.waitFor('home', homeReady);
      expect(run.count('getAuthCode')).toBe(1);
    },
  );

  test('a broken store costs a sign-in, nothing else', async () => {
    const device = phone('zhangsan');
    device.storage.broken = true;
    const run = start(device);
    expect((await run.waitFor('home', homeReady)).data.name).toBe('张三');
  });
});

describe('a session that the server does not know any more', () => {
  const revoke = () => server.prisma.session.deleteMany();

  test.each(['fail-with-answer', 'fail-with-status', 'success'] as const)(
    'recovers by itself, told by %s',
    async (style) => {
      const device = phone('zhangsan');
      await start(device).waitFor('home', homeReady);
      await revoke();
      device.network.statusStyle = style;
      const run = start(device);
      expect((await run.waitFor('home', homeReady)).data.name).toBe('张三');
      expect(run.requests).toEqual([
        'GET /api/notices?limit=3 401',
        'POST /api/auth/login 200',
        'GET /api/notices?limit=3 200',
      ]);
    },
  );

  test('recovers where the container hides even the status', async () => {
    const device = phone('zhangsan');
    await start(device).waitFor('home', homeReady);
    await revoke();
    device.network.statusStyle = 'fail-bare';
    const run = start(device);
    await run.waitFor('home', homeReady);
    expect(run.count('getAuthCode')).toBe(1);
  });

  test('many requests in flight share one sign-in', async () => {
    const device = phone('zhangsan');
    const run = start(device);
    const page = await run.waitFor('home', homeReady);
    await revoke();
    const before = run.requests.length;
    await Promise.all([1, 2, 3, 4, 5].map(() => page.call('load')));
    const after = run.requests.slice(before);
    expect(after.filter((line) => line === 'POST /api/auth/login 200')).toHaveLength(1);
    expect(after.filter((line) => line === 'GET /api/notices?limit=3 200')).toHaveLength(5);
    expect(page.data.state).toBe('ready');
  });

  test('leads to the reason when the account was disabled meanwhile', async () => {
    const device = phone('admin');
    await start(device).waitFor('home', homeReady);
    await revoke();
    await server.prisma.user.update({ where: { username: 'admin' }, data: { status: 'DISABLED' } });
    try {
      const page = await start(device).waitFor('no-permission');
      expect(page.data.reason).toBe('ACCOUNT_DISABLED');
    } finally {
      await server.prisma.user.update({ where: { username: 'admin' }, data: { status: 'ACTIVE' } });
    }
  });
});

describe('auth codes', () => {
  test.each(['fail-with-answer', 'fail-with-status', 'fail-bare', 'success'] as const)(
    'a refused code is replaced by a new one, once, told by %s',
    async (style) => {
      const device = phone('zhangsan');
      device.network.statusStyle = style;
      device.nextCode = 'used';
      const run = start(device);
      await run.waitFor('home', homeReady);
      expect(run.count('getAuthCode')).toBe(2);
      expect(run.requests.filter((line) => line.includes('login'))).toEqual([
        'POST /api/auth/login 401',
        'POST /api/auth/login 200',
      ]);
    },
  );

  test('a second refusal ends on trouble, with code and request id; retry goes on', async () => {
    const path = '/topapi/v2/user/getuserinfo';
    server.emulator.control.fault({ path, kind: 'code-invalid', times: 2 });
    const run = start(phone('zhangsan'));
    const page = await run.waitFor('trouble');
    expect(page.data.fault).toMatchObject({
      code: 'AUTH_CODE_INVALID',
      requestId: expect.stringMatching(/./),
    });
    expect(run.count('getAuthCode')).toBe(2);
    page.call('retry');
    await run.waitFor('home', homeReady);
  });

  test('the container failing to give a code shows trouble; retry works', async () => {
    const device = phone('zhangsan');
    device.nextCode = 'fail';
    const run = start(device);
    const page = await run.waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'AUTH_CODE_FAILED', message: '没有拿到登录凭证' });
    page.call('retry');
    await run.waitFor('home', homeReady);
  });
});

describe('network and server faults', () => {
  test.each([
    ['down', 'NETWORK_UNREACHABLE', '网络连接不上'],
    ['black-hole', 'NETWORK_TIMEOUT', '网络太慢，没有等到回应'],
    ['domain', 'DOMAIN_NOT_ALLOWED', '服务地址没有登记'],
  ] as const)('%s at a cold start shows trouble; retry works', async (state, code, message) => {
    const device = phone('zhangsan');
    device.network.state = state;
    const run = start(device);
    const page = await run.waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code, message });

    page.call('retry');
    await run.waitFor('trouble', (data) => data.busy === false);
    expect(run.log.toasts).toEqual(['还是不行，请稍后再试']);

    device.network.state = 'up';
    page.call('retry');
    expect((await run.waitFor('home', homeReady)).data.name).toBe('张三');
  });

  test.each(['down', 'black-hole', 'domain'] as const)(
    '%s at a warm start shows the person at once and the fault in place',
    async (state) => {
      const device = phone('zhangsan');
      await start(device).waitFor('home', homeReady);
      device.network.state = state;
      const run = start(device);
      const page = await run.waitFor('home', (data) => data.state === 'failed');
      expect(page.data).toMatchObject({ signedIn: true, name: '张三' });
      device.network.state = 'up';
      page.call('reload');
      await run.waitFor('home', homeReady);
    },
  );

  test('a fault of the platform reaches the person in the server’s words', async () => {
    server.emulator.control.fault({ path: '/topapi/v2/user/getuserinfo', kind: 'html' });
    const page = await start(phone('zhangsan')).waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'PLATFORM_FAULT', status: 502 });
  });

  test('retry goes on to the page that the person wanted', async () => {
    const notice = await server.prisma.notice.findFirstOrThrow();
    const device = phone('zhangsan');
    device.network.state = 'down';
    const run = start(device, { url: `/pages/notice/index?id=${notice.id}` });
    const page = await run.waitFor('trouble');
    device.network.state = 'up';
    page.call('retry');
    const there = await run.waitFor('notice', (data) => data.state === 'ready');
    expect(there.data.title).toBe(notice.title);
  });
});

describe('binding', () => {
  beforeEach(async () => {
    await server.prisma.lockout.deleteMany();
    await server.prisma.user.update({
      where: { username: 'lisi' },
      data: { dingUserId: null, unionId: null },
    });
  });

  async function openBind(person = 'lisi') {
    const device = phone(person);
    const run = start(device);
    const page = await run.waitFor('bind');
    const submit = async (username: string, secret: string) => {
      page.call('onUsername', { detail: { value: username } });
      page.call('onPassword', { detail: { value: secret } });
      page.call('submit');
      await run.settled(() => run.page !== page || page.data.submitting !== true);
    };
    return { device, run, page, submit };
  }

  test('right: bound, signed in, and free of sign-in from then on', async () => {
    const { device, run, submit } = await openBind();
    await submit('lisi', password);
    expect((await run.waitFor('home', homeReady)).data).toMatchObject({ name: '李四', department: '综合处' });
    const second = start(device);
    await second.waitFor('home', homeReady);
    expect(signInCalls(second)).toBe(0);
    device.storage.values.clear();
    await start(device).waitFor('home', homeReady);
  });

  test('wrong: says how many attempts are left and clears the password', async () => {
    const { page, submit } = await openBind();
    await submit('lisi', 'wrong-password');
    expect(page.data).toMatchObject({ username: 'lisi', password: '', needsSignIn: false });
    expect(page.data.message).toMatch(/用户名或密码不对.*还可以试 4 次/);
  });

  test('locked: says how long to wait, and sends nothing meanwhile', async () => {
    const { run, page, submit } = await openBind();
    for (let attempt = 0; attempt < 6 && page.data.waitSeconds === 0; attempt += 1) {
      await submit('lisi', 'wrong-password');
    }
    expect(page.data.message).toMatch(/已锁定。请 .*后再试/);
    expect(page.data.waitSeconds).toBeGreaterThan(0);
    const before = run.requests.length;
    await submit('lisi', password);
    expect(run.requests).toHaveLength(before);
    page.call('onUnload');
  });

  test('empty fields are asked for without a request', async () => {
    const { run, page, submit } = await openBind();
    const before = run.requests.length;
    await submit('', '');
    expect(page.data.message).toBe('请输入用户名和密码。');
    expect(run.requests).toHaveLength(before);
  });

  test('a double tap binds once', async () => {
    const { run, page } = await openBind();
    page.call('onUsername', { detail: { value: 'lisi' } });
    page.call('onPassword', { detail: { value: password } });
    page.call('submit');
    page.call('submit');
    await run.waitFor('home', homeReady);
    expect(run.requests.filter((line) => line.includes('/auth/bind'))).toEqual(['POST /api/auth/bind 200']);
  });

  test('an expired ticket asks to sign in again, which gives a new one', async () => {
    const { run, page, submit } = await openBind();
    await server.prisma.bindTicket.deleteMany();
    await submit('lisi', password);
    expect(page.data).toMatchObject({ needsSignIn: true });
    expect(page.data.message).toMatch(/过期。请重新登录/);
    page.call('signInAgain');
    await run.waitFor('bind', (data) => data.needsSignIn === false && data.submitting === false);
    await submit('lisi', password);
    await run.waitFor('home', homeReady);
  });

  test('somebody else’s account is refused', async () => {
    const { page, submit } = await openBind('wangwu');
    await submit('zhangsan', password);
    expect(page.data.message).toMatch(/已绑定其他人/);
  });

  test('a fault keeps what was typed', async () => {
    const { device, page, submit } = await openBind();
    device.network.state = 'down';
    await submit('lisi', password);
    expect(page.data).toMatchObject({ username: 'lisi', password, detail: '错误码 NETWORK_UNREACHABLE' });
  });
});

describe('signing out', () => {
  async function openMe() {
    const device = phone('zhangsan');
    const run = start(device, { url: '/pages/me/index' });
    const page = await run.waitFor('me', (data) => data.loaded === true);
    return { device, run, page };
  }

  test('ends the session here and on the server; signing in again needs no password', async () => {
    const { device, run, page } = await openMe();
    expect(page.data.rows).toContainEqual({ label: '姓名', value: '张三' });
    page.call('signOut');
    const out = await run.waitFor('no-permission');
    expect(out.data).toMatchObject({ reason: 'SIGNED_OUT', title: '您已退出登录' });
    expect([...device.storage.values.keys()]).toEqual([]);
    expect(run.requests).toContain('POST /api/auth/logout 200');
    out.call('signInAgain');
    await run.waitFor('home', homeReady);
  });

  test('works without a network: what is stored is gone all the same', async () => {
    const { device, run, page } = await openMe();
    device.network.state = 'down';
    page.call('signOut');
    await run.waitFor('no-permission');
    expect(device.storage.values.size).toBe(0);
    expect(run.log.toasts[0]).toMatch(/已在本机退出/);
  });

  test('declining changes nothing', async () => {
    const { device, run, page } = await openMe();
    device.confirms = false;
    page.call('signOut');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(run.page.route).toBe('pages/me/index');
    expect(device.storage.values.size).toBe(1);
  });
});

describe('notices', () => {
  test('the list pages on reach-bottom without repeating, and shows what was read', async () => {
    const total = await server.prisma.notice.count();
    const run = start(phone('chenguang'), { url: '/pages/notices/index' });
    const page = await run.waitFor('notices', (data) => data.state === 'ready');
    const rows = () => page.data.notices as { id: string; read: boolean }[];
    while (page.data.nextCursor !== null) {
      const before = rows().length;
      page.call('onReachBottom');
      page.call('onReachBottom');
      await run.waitFor('notices', (data) => data.more === 'idle' && rows().length > before);
    }
    expect(rows()).toHaveLength(total);
    expect(new Set(rows().map((row) => row.id)).size).toBe(total);

    const unread = rows().find((row) => !row.read);
    page.call('openNotice', unread?.id);
    await run.waitFor('notice', (data) => data.state === 'ready');
    expect(run.stack.navigateBack()).toBeNull();
    const list = await run.waitFor('notices');
    expect(
      (list.data.notices as { id: string; read: boolean }[]).find(({ id }) => id === unread?.id)?.read,
    ).toBe(true);
  });

  test('a notice that is not there says so', async () => {
    const run = start(phone('zhangsan'), {
      url: '/pages/notice/index?id=00000000-0000-4000-8000-000000000000',
    });
    await run.waitFor('notice', (data) => data.state !== 'loading');
    expect(run.page.data).toMatchObject({ state: 'not-found' });
  });
});

describe('never a white screen', () => {
  test('an unknown page leads to trouble, and retry to the home page', async () => {
    const run = start(phone('zhangsan'), { url: '/pages/gone/index' });
    const page = await run.waitFor('trouble');
    expect(page.data.fault).toMatchObject({ code: 'PAGE_NOT_FOUND' });
    page.call('retry');
    await run.waitFor('home', homeReady);
  });

  test('an uncaught error leads to trouble, an error there to an alert: no loop', async () => {
    const run = start(phone('zhangsan'));
    await run.waitFor('home', homeReady);
    run.fail(new Error('provoked'));
    await run.waitFor('trouble', (data) => (data.fault as { code: string }).code === 'PAGE_ERROR');
    run.fail(new Error('provoked again'));
    expect(run.log.alerts).toHaveLength(1);
    expect(run.log.errors.splice(0)).toHaveLength(2);
    run.page.call('retry');
    await run.waitFor('home', homeReady);
  });
});
