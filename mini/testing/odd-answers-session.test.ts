/** What becomes of a session under answers that the real server never gives. */
import type { StatusStyle } from '../../scripts/build/index.ts';
import { fault, late, prepareStandIn, ready } from './stand-in-journey.ts';

const standIn = prepareStandIn();
const { phone, start, logins, signedIn } = standIn;

describe('renewing the session', () => {
  test('a session that is refused at once again ends in a fault, not in a loop', async () => {
    standIn.answers['/api/notices'] = () => fault(401, 'SESSION_EXPIRED');
    const run = start(phone());
    const page = await run.waitFor('home', (data) => data.state === 'failed');
    expect(page.data.fault).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(logins()).toHaveLength(2);
  });

  test('a hidden HTTP error right after a sign-in is not taken for an expired session', async () => {
    standIn.answers['/api/notices'] = () => fault(500, 'INTERNAL_ERROR');
    const device = phone();
    device.network.statusStyle = 'fail-bare';
    const page = await start(device).waitFor('home', (data) => data.state === 'failed');
    expect(page.data.fault).toMatchObject({ code: 'HTTP_ERROR' });
    expect(logins()).toHaveLength(1);
  });

  test('the silent sign-in failing leaves the person on the page, with the fault in place', async () => {
    const device = phone();
    await start(device).waitFor('home', ready);
    standIn.answers['/api/notices'] = () => fault(401, 'SESSION_EXPIRED');
    standIn.answers['/api/auth/login'] = () => fault(502, 'PLATFORM_FAULT');
    const page = await start(device).waitFor('home', (data) => data.state === 'failed');
    expect(page.data).toMatchObject({ name: '张三', fault: { code: 'PLATFORM_FAULT', requestId: 'req-1' } });
  });

  test('a sign-in under way does not undo a sign-out', async () => {
    const device = phone();
    const run = start(device, { url: '/pages/me/index' });
    const me = await run.waitFor('me', (data) => data.loaded === true);
    const signIn = late();
    standIn.answers['/api/me'] = () => fault(401, 'SESSION_EXPIRED');
    standIn.answers['/api/auth/login'] = signIn.answer;
    const loading = me.call('load') as Promise<void>;
    await run.settled(() => logins().length === 2);
    me.call('signOut');
    await run.waitFor('no-permission');
    signIn.give(signedIn());
    await loading;
    await run.settled(() => run.page.route === 'pages/no-permission/index');
    expect(device.storage.values.size).toBe(0);
  });

  test('a sign-in under way does not undo a sign-out and the sign-in after it', async () => {
    const run = start(phone(), { url: '/pages/me/index' });
    const me = await run.waitFor('me', (data) => data.loaded === true);
    const signIn = late();
    standIn.answers['/api/me'] = () => fault(401, 'SESSION_EXPIRED');
    standIn.answers['/api/auth/login'] = signIn.answer;
    const loading = me.call('load') as Promise<void>;
    await run.settled(() => logins().length === 2);
    me.call('signOut');
    const out = await run.waitFor('no-permission');
    standIn.answers['/api/auth/login'] = () => signedIn();
    out.call('signInAgain');
    const home = await run.waitFor('home', ready);
    signIn.give(signedIn());
    await loading;
    // Time for the container to open another page.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(run.page).toBe(home);
  });
});

describe('a request that was refused', () => {
  /** The password page of a run that began with a stored session. */
  async function openPassword(style: StatusStyle) {
    const device = phone();
    await start(device).waitFor('home', ready);
    device.network.statusStyle = style;
    const run = start(device, { url: '/pages/password/index' });
    const page = await run.waitFor('password', ready);
    for (const [name, value] of Object.entries({ onCurrent: 'old', onFirst: 'new', onSecond: 'new' })) {
      page.call(name, { detail: { value } });
    }
    return { run, page };
  }
  const changes = () =>
    standIn.received.filter(({ method, path }) => path.endsWith('/password') && method === 'POST');

  test('is repeated with the new session where the server did not know the old one', async () => {
    const { run, page } = await openPassword('fail-with-answer');
    standIn.answers['/api/me/password'] = ({ headers }) =>
      headers.authorization === `Bearer ${standIn.token()}` && logins().length === 2
        ? { body: { outcome: 'password-rejected', reason: 'TOO_COMMON' } }
        : fault(401, 'SESSION_EXPIRED');
    page.call('submit');
    await run.waitFor('password', (data) => data.message !== '');
    expect(page.data.message).toContain('太常见');
    expect(changes().map(({ body }) => body)).toEqual(
      Array(2).fill('{"currentPassword":"old","newPassword":"new"}'),
    );
  });

  test('is not repeated where nobody knows why, if it may have done something', async () => {
    const { run, page } = await openPassword('fail-bare');
    standIn.answers['/api/me/password'] = () => fault(502, 'PLATFORM_FAULT');
    page.call('submit');
    await run.waitFor('password', (data) => data.message !== '');
    expect(page.data).toMatchObject({ submitting: false, detail: '错误码 HTTP_ERROR' });
    expect(changes()).toHaveLength(1);
    // The next try has a session that is surely alive.
    expect(logins()).toHaveLength(2);
  });
});

test('a phone whose clock is ahead signs in once, not for every request', async () => {
  standIn.answers['/api/auth/login'] = () => signedIn(-86_400_000);
  const run = start(phone());
  const page = await run.waitFor('home', ready);
  await page.call('load');
  expect(run.requests).toEqual([
    'POST /api/auth/login 200',
    'GET /api/notices?limit=3 200',
    'GET /api/notices?limit=3 200',
  ]);
});
