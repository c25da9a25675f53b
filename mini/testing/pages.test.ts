import { homeReady, prepareJourney, signInCalls } from './journey.ts';
import type { MiniRun } from './phone.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const password = 'dev-pass-2026';

const journey = prepareJourney();
const { phone, start } = journey;

describe('binding', () => {
  beforeEach(async () => {
    await journey.server.prisma.lockout.deleteMany();
    await journey.server.prisma.user.update({
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

  test('a right password binds, signs in, and later starts need no password', async () => {
    const { device, run, submit } = await openBind();
    await submit('lisi', password);
    expect((await run.waitFor('home', homeReady)).data).toMatchObject({ name: '李四', department: '综合处' });
    const second = start(device);
    await second.waitFor('home', homeReady);
    expect(signInCalls(second)).toBe(0);
    device.values.clear();
    await start(device).waitFor('home', homeReady);
  });

  // part: notices
  test('after the binding the message’s notice opens', async () => {
    const notice = await journey.server.prisma.notice.findFirstOrThrow();
    const run = start(phone('lisi'), { url: `/pages/notice/index?id=${notice.id}` });
    const page = await run.waitFor('bind');
    page.call('onUsername', { detail: { value: 'lisi' } });
    page.call('onPassword', { detail: { value: password } });
    page.call('submit');
    const there = await run.waitFor('notice', (data) => data.state === 'ready');
    expect(there.data.title).toBe(notice.title);
  });

  test('a wrong password tells how many attempts are left and clears the field', async () => {
    const { page, submit } = await openBind();
    await submit('lisi', 'wrong-password');
    expect(page.data).toMatchObject({ username: 'lisi', password: '', needsSignIn: false });
    expect(page.data.message).toMatch(/用户名或密码不对.*还可以试 4 次/);
  });

  test('a locked account tells how long to wait and sends nothing meanwhile', async () => {
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

  test('empty fields are reported without a request', async () => {
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
    await journey.server.prisma.bindTicket.deleteMany();
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
    device.network = 'down';
    await submit('lisi', password);
    expect(page.data).toMatchObject({ username: 'lisi', password, fault: { code: 'NETWORK_UNREACHABLE' } });
  });
});

describe('signing out', () => {
  async function openMe() {
    const device = phone('zhangsan');
    const run = start(device, { url: '/pages/me/index' });
    const page = await run.waitFor('me', (data) => data.loaded === true);
    return { device, run, page };
  }

  test('signing out ends the session on the phone and on the server; signing in again needs no password', async () => {
    const { device, run, page } = await openMe();
    expect(page.data.rows).toContainEqual({ label: '姓名', value: '张三' });
    page.call('signOut');
    const out = await run.waitFor('no-permission');
    expect(out.data).toMatchObject({ reason: 'SIGNED_OUT', title: '您已退出登录' });
    expect([...device.values.keys()]).toEqual([]);
    expect(run.requests).toContain('POST /api/auth/logout 200');
    out.call('signInAgain');
    await run.waitFor('home', homeReady);
  });

  test('signing out without a network still clears the phone', async () => {
    const { device, run, page } = await openMe();
    device.network = 'down';
    page.call('signOut');
    await run.waitFor('no-permission');
    expect(device.values.size).toBe(0);
    expect(run.toasts[0]).toMatch(/已在本机退出/);
  });

  test('declining to sign out changes nothing', async () => {
    const { device, run, page } = await openMe();
    page.call('signOut');
    await run.app.waitFor('退出后，再次使用要重新登录。');
    await run.app.tap('取消');
    expect(run.page.route).toBe('pages/me/index');
    expect(device.values.size).toBe(1);
  });
});

describe('type size', () => {
  const shownSize = (run: MiniRun) =>
    /--type-size: ?([\d.]+)/.exec(
      run.app.document.querySelector('[style*="--type-size"]')?.outerHTML ?? '',
    )?.[1];

  test('a person’s choice applies at once, on every page and after a new start', async () => {
    const device = phone('zhangsan');
    const run = start(device, { url: '/pages/me/index' });
    await run.waitFor('me', (data) => data.loaded === true);
    expect(shownSize(run)).toBe('1');
    await run.app.tap('特大');
    expect([run.page.data.typeSize, shownSize(run)]).toEqual(['2', '2']);
    await run.app.tap('首页');
    await run.waitFor('home', homeReady);
    expect(shownSize(run)).toBe('2');
    const again = start(device);
    await again.waitFor('home', homeReady);
    await again.settled(() => shownSize(again) === '2');
  });

  test.each([
    [18, '1'],
    [20, '1.5'],
    [28, '2'],
    [undefined, '1'],
  ])(
    'without a choice it follows the font size of the client: %s shows %s',
    async (fontSizeSetting, size) => {
      const device = phone('zhangsan');
      device.systemInfo = { fontSizeSetting };
      const run = start(device);
      await run.waitFor('home', homeReady);
      await run.settled(() => run.count('getSystemInfo') > 0);
      await run.settled(() => shownSize(run) === size);
    },
  );
});

// part: notices
describe('notices', () => {
  test('the list pages on reach-bottom without repeating, and shows what was read', async () => {
    const total = await journey.server.prisma.notice.count();
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
    run.stack.navigateBack();
    const list = await run.waitFor('notices');
    expect(
      (list.data.notices as { id: string; read: boolean }[]).find(({ id }) => id === unread?.id)?.read,
    ).toBe(true);
  });

  test('a deleted notice is reported, although the container hides HTTP errors', async () => {
    const device = phone('zhangsan');
    device.httpErrors = 'fail';
    const run = start(device, { url: '/pages/notice/index?id=00000000-0000-4000-8000-000000000000' });
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
    expect(run.count('alert')).toBe(1);
    expect(run.takeErrors().filter((error) => error.startsWith('console.error'))).toHaveLength(2);
    // Some containers open the new trouble page before they close the old one.
    run.page.call('onLoad');
    run.page.call('onUnload');
    run.fail(new Error('provoked once more'));
    expect(run.count('alert')).toBe(2);
    run.takeErrors();
    run.page.call('retry');
    await run.waitFor('home', homeReady);
  });
});
