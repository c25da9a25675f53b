/** Pages with late, missing or foreign answers. */
import type { MiniRun } from './phone.ts';
import { type Answer, homeAsks, late, notice, prepareStandIn, ready, user } from './stand-in-journey.ts';

const standIn = prepareStandIn();
const { phone, start } = standIn;

// part: notices
describe('lists', () => {
  const open = async () => {
    standIn.answers['/api/notices'] = ({ path }) =>
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
    device.network = 'down';
    page.call('onReachBottom');
    await run.waitFor('notices', (data) => data.more === 'failed');
    expect(titles(page.data)).toEqual(['通知 1']);
    device.network = 'up';
    page.call('loadMore');
    await run.waitFor('notices', (data) => data.more === 'idle');
    expect(titles(page.data)).toEqual(['通知 1', '通知 2']);
    expect(standIn.received.at(-1)?.path).toBe('/api/notices?limit=20&cursor=c%261');
  });

  test('a failed refresh keeps the list and shows the fault', async () => {
    const { device, run, page } = await open();
    device.network = 'down';
    page.call('onPullDownRefresh');
    await run.settled(() => run.count('stopPullDownRefresh') === 1);
    expect(page.data.state).toBe('ready');
    expect(run.toasts).toEqual(['网络连接不上，列表没有刷新']);
  });

  test('an answer from before a refresh is dropped', async () => {
    const { run, page } = await open();
    const nextPage = late();
    standIn.answers['/api/notices'] = (request) =>
      request.path.includes('cursor=')
        ? nextPage.answer()
        : { body: { items: [notice(1)], nextCursor: 'another' } };
    page.call('onReachBottom');
    await run.settled(nextPage.asked);
    page.call('onPullDownRefresh');
    await run.settled(() => run.count('stopPullDownRefresh') === 1);
    nextPage.give({ body: { items: [notice(9)], nextCursor: null } });
    await run.settled(() => run.underWay === 0);
    expect(titles(page.data)).toEqual(['通知 1']);
    expect(page.data.more).toBe('idle');
  });

  test('an empty list says that there is nothing yet', async () => {
    standIn.answers['/api/notices'] = () => ({ body: { items: [], nextCursor: null } });
    const home = await start(phone()).waitFor('home', ready);
    expect(home.data.notices).toEqual([]);
    await start(phone(), { url: '/pages/notices/index' }).waitFor(
      'notices',
      (data) => data.state === 'empty',
    );
  });
});

describe('binding', () => {
  const reject = async (rejection: object) => {
    standIn.answers['/api/auth/login'] = () => ({
      body: {
        outcome: 'bind-required',
        ticket: { token: 'ticket', expiresAt: '2099-01-01T00:00:00.000Z' },
        person: { name: '李四' },
      },
    });
    standIn.answers['/api/auth/bind'] = () => ({ body: { outcome: 'bind-rejected', ...rejection } });
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
    expect(JSON.parse(standIn.received.at(-1)?.body ?? '')).toEqual({
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

  test('a person who is already bound is sent to sign in', async () => {
    const { page } = await reject({ reason: 'PERSON_ALREADY_BOUND' });
    expect(page.data).toMatchObject({ needsSignIn: true, message: expect.stringContaining('已经绑定过') });
  });

  test('the page opened without a ticket signs in first', async () => {
    await start(phone(), { url: '/pages/bind/index' }).waitFor('home', ready);
  });
});

/** The answer of a gateway with a sign-in of its own, with status 200. */
const gateway: Answer = { body: { code: 401, msg: '请先认证' } };

describe('a foreign answer with status 200, such as a gateway’s', () => {
  test.each([
    ['home', '/pages/home/index', homeAsks.path],
    ['notices', '/pages/notices/index', '/api/notices'], // part: notices
    ['notice', '/pages/notice/index?id=n1', '/api/notices/n1'], // part: notices
    ['sessions', '/pages/sessions/index', '/api/me/sessions'],
    ['password', '/pages/password/index', '/api/me/password'],
  ])('on the page %s is a fault in place', async (route, url, path) => {
    standIn.answers[path] = () => gateway;
    const page = await start(phone(), { url }).waitFor(route, (data) => data.state !== 'loading');
    expect(page.data).toMatchObject({ state: 'failed', fault: { code: 'ANSWER_UNEXPECTED' } });
  });

  test('a foreign answer does not change the account page', async () => {
    standIn.answers['/api/me'] = () => gateway;
    const page = await start(phone(), { url: '/pages/me/index' }).waitFor('me', (data) => data.note !== '');
    expect(page.data).toMatchObject({ loaded: true, note: expect.stringContaining('显示的是上次的资料') });
  });

  test('a foreign answer is not taken for a changed password', async () => {
    const run = start(phone(), { url: '/pages/password/index' });
    const page = await run.waitFor('password', ready);
    for (const name of ['onCurrent', 'onFirst', 'onSecond']) page.call(name, { detail: { value: 'x' } });
    standIn.answers['/api/me/password'] = () => gateway;
    page.call('submit');
    await run.waitFor('password', (data) => data.message !== '');
    expect(page.data).toMatchObject({ formFault: { code: 'ANSWER_UNEXPECTED' } });
    expect(run.toasts).toEqual([]);
  });

  test('a foreign answer is not taken for an ended session', async () => {
    const row = {
      id: 's1',
      client: 'h5',
      address: null,
      lastSeenAt: '2026-01-05T01:00:00.000Z',
      current: false,
    };
    standIn.answers['/api/me/sessions'] = () => ({ body: { items: [row] } });
    standIn.answers['/api/me/sessions/s1/end'] = () => gateway;
    const run = start(phone(), { url: '/pages/sessions/index' });
    const page = await run.waitFor('sessions', ready);
    page.call('end', { currentTarget: { dataset: { id: 's1' } } });
    await run.settled(() => run.toasts.length > 0);
    expect(run.toasts).toEqual(['服务端的回答与约定不符，没有退出']);
  });

  test('a foreign answer is not taken for a sign-out on the server', async () => {
    standIn.answers['/api/auth/logout'] = () => gateway;
    const run = start(phone(), { url: '/pages/me/index' });
    const page = await run.waitFor('me', (data) => data.loaded === true);
    page.call('signOut');
    await run.waitFor('no-permission');
    expect(run.toasts).toEqual([expect.stringContaining('已在本机退出')]);
  });
});

describe('opening pages', () => {
  const openMe = async () => {
    const run = start(phone(), { url: '/pages/me/index' });
    return { run, page: await run.waitFor('me', (data) => data.loaded === true) };
  };

  test('a page that is tapped twice opens once', async () => {
    const { run, page } = await openMe();
    page.call('openSessions');
    page.call('openSessions');
    await run.waitFor('sessions', ready);
    expect(run.app.stack).toEqual(['pages/me/index', 'pages/sessions/index']);
  });

  test('if the container opens no more pages, the person is told', async () => {
    const { run, page } = await openMe();
    for (let depth = 1; depth < 5; depth += 1) run.stack.navigateTo('/pages/sessions/index');
    page.call('openPassword');
    await run.settled(() => run.toasts.length > 0);
    expect(run.toasts).toEqual(['页面打不开，请返回后再试']);
    expect(run.refusals).toEqual([expect.stringContaining('页面栈最多 5 层')]);
  });
});

describe('after an uncaught error', () => {
  /** Lets the page fail, as often as told, before the trouble page is there. */
  async function failing(run: MiniRun, times: number) {
    for (let time = 0; time < times; time += 1) run.fail(new Error('provoked'));
    const trouble = await run.waitFor('trouble');
    expect(run.takeErrors().filter((error) => error.startsWith('console.error'))).toHaveLength(times);
    return trouble;
  }

  test('retry goes back to the page, although the container reported the error twice', async () => {
    const run = start(phone(), { url: '/pages/sessions/index' });
    await run.waitFor('sessions', ready);
    const trouble = await failing(run, 2);
    trouble.call('retry');
    await run.waitFor('sessions', ready);
    // The same page again so soon: it is not returned to for ever.
    (await failing(run, 1)).call('retry');
    await run.waitFor('home', ready);
  });

  test('a trouble page that did not open does not block the next one', async () => {
    const device = phone();
    device.timerSpeed = 3;
    const run = start(device);
    await run.waitFor('home', ready);
    const reLaunch = run.stack.reLaunch.bind(run.stack);
    let lost = false;
    // The container opens the page later than it is asked to.
    run.stack.reLaunch = () => {
      lost = true;
    };
    run.fail(new Error('lost'));
    await run.settled(() => lost);
    run.stack.reLaunch = reLaunch;
    // After a long wait the next error is shown.
    await run.settled(() => {
      run.fail(new Error('seen'));
      return run.page.route === 'pages/trouble/index';
    });
    run.takeErrors();
  });

  test('retry goes to the tab on the screen, not to the page before it', async () => {
    const run = start(phone(), { url: '/pages/me/index' });
    const me = await run.waitFor('me', (data) => data.loaded === true);
    me.call('openSessions');
    await run.waitFor('sessions', ready);
    run.stack.navigateBack();
    (await failing(run, 1)).call('retry');
    await run.waitFor('me', (data) => data.loaded === true);
  });
});

test.each([
  ['欧阳𠮷', '𠮷'],
  ['张三😀', '😀'],
  ['', ''],
])('the initial of “%s” is “%s”, a whole character', async (name, initial) => {
  standIn.answers['/api/auth/login'] = () => {
    const { session } = standIn.signedIn().body as { session: object };
    return { body: { outcome: 'signed-in', session, user: { ...user, name } } };
  };
  expect((await start(phone()).waitFor('home', ready)).data.initial).toBe(initial);
});
