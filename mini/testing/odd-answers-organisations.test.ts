import type { SessionUser } from '../../server/contract/auth.ts';
import { TestPhone } from './phone.ts';
import { fault, late, prepareStandIn, ready, user } from './stand-in-journey.ts';

/** One phone, two organisations: a person opens the program of one, and then that of the other. */

const standIn = prepareStandIn();
const { phone, start, logins } = standIn;

const one = { query: { corpId: 'ding-one' } };
const two = (page: string, query: Record<string, string> = {}) => ({
  query: { corpId: 'ding-two', ...query },
  path: `pages/${page}/index`,
});

/** Whoever signs in is somebody else each time. */
const people: SessionUser[] = [
  { ...user, id: 'u1', name: '甲' },
  { ...user, id: 'u2', name: '乙' },
];
beforeEach(() => {
  let signIns = 0;
  standIn.answers['/api/auth/login'] = () => {
    const person = people[signIns] ?? user;
    signIns += 1;
    return { body: { ...(standIn.signedIn().body as object), user: person } };
  };
});

describe('the app is shown again', () => {
  const corpIds = () => logins().map(({ corpId }) => corpId);

  test('when it is shown for another organisation, that organisation’s session is used', async () => {
    const device = phone();
    const run = start(device, one);
    await run.waitFor('home', ready);
    run.showAgain(two('home'));
    await run.settled(() => logins().length === 2);
    await run.waitFor('home', ready);
    expect(corpIds()).toEqual(['ding-one', 'ding-two']);
    expect(standIn.received.at(-1)?.headers.authorization).toBe(`Bearer ${standIn.token()}`);
    expect([...device.values.keys()].sort()).toEqual(['session:ding-one', 'session:ding-two']);
  });

  // part: notices
  test('when a notification shows it for another organisation, the notification’s page opens', async () => {
    const run = start(phone(), one);
    await run.waitFor('home', ready);
    run.showAgain(two('notice', { id: 'n1' }));
    await run.waitFor('notice', (data) => data.state === 'not-found');
    expect(standIn.received.map(({ path }) => path)).toContain('/api/notices/n1');
  });

  test.each([
    ['the same organisation', { query: { corpId: 'ding-one' } }],
    ['no organisation', { query: {} }],
    ['nothing at all', null],
  ])('with %s nothing is started again', async (_what, options) => {
    const run = start(phone(), one);
    const page = await run.waitFor('home', ready);
    run.showAgain(options);
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(run.page).toBe(page);
    expect(corpIds()).toEqual(['ding-one']);
  });

  test.each(['bind', 'no-permission', 'trouble'])(
    'the page %s of the first organisation is not shown for the second',
    async (page) => {
      standIn.answers['/api/auth/login'] = () => ({
        body: { outcome: 'no-permission', reason: 'OUT_OF_RANGE' },
      });
      const run = start(phone(), one);
      await run.waitFor('no-permission');
      standIn.answers['/api/auth/login'] = () => standIn.signedIn();
      run.showAgain(two(page));
      await run.waitFor('home', ready);
    },
  );

  test('when the named page cannot be opened, the home page opens', async () => {
    const run = start(phone(), one);
    await run.waitFor('home', ready);
    const reLaunch = run.stack.reLaunch.bind(run.stack);
    // Stands for a page that the project has made a tab, which takes no query.
    run.stack.reLaunch = (url) =>
      url.startsWith('/pages/sessions/') ? run.stack.switchTab(url) : reLaunch(url);
    run.showAgain(two('sessions'));
    await run.settled(() => run.refusals.length > 0);
    await run.settled(() => logins().length === 2);
    await run.waitFor('home', ready);
    expect(run.refusals).toEqual([expect.stringContaining('pages/sessions/index')]);
  });
});

describe('a late answer from the other organisation', () => {
  test('does not show the other organisation’s person', async () => {
    const device = phone();
    const me = late();
    standIn.answers['/api/me'] = me.answer;
    const run = start(device, { ...one, url: '/pages/me/index' });
    await run.settled(me.asked);
    standIn.answers['/api/me'] = () => ({ body: { user: people[1] } });
    run.showAgain(two('home'));
    const home = await run.waitFor('home', ready);
    me.give({ body: { user: { ...people[0], role: 'ADMIN' } } });
    await run.settled(() => run.requests.includes('GET /api/me 200'));
    await home.call('load');
    expect(home.data).toMatchObject({ name: '乙', isAdmin: false });
    expect(String(device.values.get('session:ding-two'))).not.toContain('甲');
  });

  test('that refuses a request does not repeat it in the present organisation', async () => {
    const end = late();
    standIn.answers['/api/me/sessions'] = () => ({ body: { items: [] } });
    standIn.answers['/api/me/sessions/s1/end'] = end.answer;
    const run = start(phone(), { ...one, url: '/pages/sessions/index' });
    const page = await run.waitFor('sessions', (data) => data.state !== 'loading');
    page.call('end', { currentTarget: { dataset: { id: 's1' } } });
    await run.settled(end.asked);
    run.showAgain(two('home'));
    await run.waitFor('home', ready);
    end.give(fault(401, 'SESSION_EXPIRED'));
    await run.settled(() => run.requests.includes('POST /api/me/sessions/s1/end 401'));
    await run.page.call('load');
    expect(run.requests.filter((request) => request.includes('/end'))).toHaveLength(1);
  });

  test('with an auth code does not use it in the present organisation', async () => {
    let give: (code: string) => void = () => undefined;
    let codes = 0;
    const device = new TestPhone('dingtalk', () => {
      codes += 1;
      if (codes > 1) return Promise.resolve(`code-${codes}`);
      return new Promise((resolve) => {
        give = resolve;
      });
    });
    const run = start(device, one);
    await run.settled(() => codes === 1);
    run.showAgain(two('home'));
    const home = await run.waitFor('home', ready);
    give('code-of-one');
    await home.call('load');
    expect(logins()).toMatchObject([{ authCode: 'code-2', corpId: 'ding-two' }]);
  });
});
