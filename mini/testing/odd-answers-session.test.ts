/** Sessions with answers that the real server never gives. */
import type { HttpErrors } from '../../scripts/simulator/index.ts';
import type { TestPhone } from './phone.ts';
import { fault, homeAsks, late, prepareStandIn, ready, user } from './stand-in-journey.ts';

const standIn = prepareStandIn();
const { phone, start, logins, signedIn } = standIn;

describe('renewing the session', () => {
  /** Signs out while a silent sign-in is waiting for its answer. */
  async function signOutDuringSignIn(device: TestPhone) {
    const run = start(device, { url: '/pages/me/index' });
    const me = await run.waitFor('me', (data) => data.loaded === true);
    const signIn = late();
    standIn.answers['/api/me'] = () => fault(401, 'SESSION_EXPIRED');
    standIn.answers['/api/auth/login'] = signIn.answer;
    const loading = me.call('load') as Promise<void>;
    await run.settled(() => logins().length === 2);
    me.call('signOut');
    return { run, signIn, loading };
  }

  test('a new session that is refused at once ends in a fault, not in a loop', async () => {
    standIn.answers[homeAsks.path] = () => fault(401, 'SESSION_EXPIRED');
    const run = start(phone());
    const page = await run.waitFor('home', (data) => data.state === 'failed');
    expect(page.data.fault).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(logins()).toHaveLength(2);
  });

  test('an HTTP error that the container hides, right after a sign-in, does not start another sign-in', async () => {
    standIn.answers[homeAsks.path] = () => fault(500, 'INTERNAL_ERROR');
    const device = phone();
    device.httpErrors = 'fail';
    const page = await start(device).waitFor('home', (data) => data.state === 'failed');
    expect(page.data.fault).toMatchObject({ code: 'HTTP_ERROR' });
    expect(logins()).toHaveLength(1);
  });

  test('a silent sign-in that fails leaves the person on the page, which shows the fault', async () => {
    const device = phone();
    await start(device).waitFor('home', ready);
    standIn.answers[homeAsks.path] = () => fault(401, 'SESSION_EXPIRED');
    standIn.answers['/api/auth/login'] = () => fault(502, 'PLATFORM_FAULT');
    const page = await start(device).waitFor('home', (data) => data.state === 'failed');
    expect(page.data).toMatchObject({ name: '张三', fault: { code: 'PLATFORM_FAULT', requestId: 'req-1' } });
  });

  test('a slow sign-in does not undo a later sign-out', async () => {
    const device = phone();
    const { run, signIn, loading } = await signOutDuringSignIn(device);
    await run.waitFor('no-permission');
    signIn.give(signedIn());
    await loading;
    await run.settled(() => run.page.route === 'pages/no-permission/index');
    expect(device.values.size).toBe(0);
  });

  test('a slow sign-in does not undo a later sign-out and sign-in', async () => {
    const { run, signIn, loading } = await signOutDuringSignIn(phone());
    const out = await run.waitFor('no-permission');
    standIn.answers['/api/auth/login'] = () => signedIn();
    standIn.answers['/api/me'] = () => ({ body: { user } });
    out.call('signInAgain');
    const home = await run.waitFor('home', ready);
    signIn.give(signedIn());
    await loading;
    // Time for the container to open another page.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(run.page).toBe(home);
  });
});

describe('a request that was refused because of its session', () => {
  /** The password page of a run that began with a stored session. */
  async function openPassword(style: HttpErrors) {
    const device = phone();
    await start(device).waitFor('home', ready);
    device.httpErrors = style;
    const run = start(device, { url: '/pages/password/index' });
    const page = await run.waitFor('password', ready);
    for (const [name, value] of Object.entries({ onCurrent: 'old', onFirst: 'new', onSecond: 'new' })) {
      page.call(name, { detail: { value } });
    }
    return { run, page };
  }
  const changes = () =>
    standIn.received.filter(({ method, path }) => path.endsWith('/password') && method === 'POST');

  test('a request is repeated with the new session when the server did not know the old one', async () => {
    const { run, page } = await openPassword('fail-with-data');
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

  test('a POST whose failure the container hides is not repeated', async () => {
    const { run, page } = await openPassword('fail');
    standIn.answers['/api/me/password'] = () => fault(502, 'PLATFORM_FAULT');
    page.call('submit');
    await run.waitFor('password', (data) => data.message !== '');
    expect(page.data).toMatchObject({ submitting: false, fault: { code: 'HTTP_ERROR' } });
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
    `${homeAsks.request} 200`,
    `${homeAsks.request} 200`,
  ]);
});
