import argon2 from '@node-rs/argon2';
import type { LightMyRequestResponse } from 'fastify';
import { development } from '../config/constants.ts';
import type { ConsoleSignInOutcome, FirstPasswordOutcome, MeResponse } from '../contract/auth.ts';
import { type Built, build } from '../testing/build.ts';
import { until } from '../testing/client.ts';
import { expectFault } from '../testing/http.ts';
import { allowedFailures } from './lockout.ts';
import { createPasswords } from './passwords.ts';

const { password } = development;
const oneTime = 'kettle-orbit-4417';
const chosen = 'marmalade-lighthouse-7';
let server: Built;

beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());
beforeEach(async () => {
  await server.prisma.lockout.deleteMany();
});

let address = 1;
/** Each request has its own address, to stay below the limit of requests of one address. */
function post(
  url: string,
  payload: object,
  more: { headers?: Record<string, string>; cookie?: string } = {},
) {
  address += 1;
  return server.app.inject({
    method: 'POST',
    url,
    payload,
    remoteAddress: `10.0.${address >> 8}.${address & 255}`,
    ...(more.headers === undefined ? {} : { headers: more.headers }),
    ...(more.cookie === undefined ? {} : { cookies: { '__Host-session': more.cookie } }),
  });
}

async function signIn(username: string, typed: string = password, cookie?: string) {
  const response = await post(
    '/api/auth/console/sign-in',
    { username, password: typed },
    cookie === undefined ? {} : { cookie },
  );
  expect(response.statusCode).toBe(200);
  return {
    outcome: response.json<ConsoleSignInOutcome>(),
    cookie: response.cookies.find(({ name }) => name === '__Host-session'),
  };
}

const me = (cookie: string) => server.app.inject({ url: '/api/me', cookies: { '__Host-session': cookie } });

/** The database tells every instance that a session is over. */
const ends = (cookie: string) =>
  until(async () => (await me(cookie)).statusCode === 401, 5000, 'the session has ended');

async function auditOf(action: string) {
  const rows = await server.prisma.auditLog.findMany({ where: { action }, orderBy: { id: 'desc' } });
  return rows.map(({ actorId, subject, detail, address: from }) => ({ actorId, subject, detail, from }));
}

async function withOneTimePassword(username: string, expiresAt: Date | null = null) {
  const passwordHash = await createPasswords([]).hash(oneTime);
  return server.prisma.user.update({
    where: { username },
    data: { passwordHash, mustChangePassword: true, passwordExpiresAt: expiresAt },
  });
}

async function ticketOf(username: string): Promise<string> {
  const { outcome } = await signIn(username, oneTime);
  if (outcome.outcome !== 'password-change-required') throw new Error(JSON.stringify(outcome));
  return outcome.ticket.token;
}

async function setPassword(ticket: string, newPassword: string) {
  const response = await post('/api/auth/console/password', { ticket, newPassword });
  expect(response.statusCode).toBe(200);
  return {
    outcome: response.json<FirstPasswordOutcome>(),
    cookie: response.cookies.find(({ name }) => name === '__Host-session'),
  };
}

test('an administrator gets a session in a cookie that no script can read, and the audit log has an entry', async () => {
  const { outcome, cookie } = await signIn('admin');
  const admin = await server.prisma.user.findUniqueOrThrow({ where: { username: 'admin' } });
  expect(outcome).toMatchObject({ outcome: 'signed-in', user: { username: 'admin', role: 'ADMIN' } });
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
  expect(JSON.stringify(outcome)).not.toContain(cookie?.value);
  expect((await me(cookie?.value ?? '')).json()).toMatchObject({ user: { username: 'admin' } });
  expect((await auditOf('sign-in'))[0]).toEqual({
    actorId: admin.id,
    subject: `user:${admin.id}`,
    detail: { client: 'h5', by: 'password' },
    from: expect.stringMatching(/^10\.0\./),
  });
});

test('an auditor gets a session too, and a new sign-in ends the session that it replaces', async () => {
  await server.prisma.user.update({ where: { username: 'lisi' }, data: { role: 'AUDITOR' } });
  const first = (await signIn('lisi')).cookie?.value ?? '';
  expect((await me(first)).statusCode).toBe(200);
  const second = (await signIn('lisi', password, first)).cookie?.value ?? '';
  await ends(first);
  expect((await me(second)).statusCode).toBe(200);
  await server.prisma.user.update({ where: { username: 'lisi' }, data: { role: 'USER' } });
  const role = async () => (await me(second)).json<Partial<MeResponse>>().user?.role;
  // The session continues as an ordinary person's.
  await until(async () => (await role()) !== 'AUDITOR', 5000, 'the role is known');
});

test('a password that is reset while it is being checked opens no session', async () => {
  const where = { username: 'admin' };
  const { passwordHash } = await server.prisma.user.findUniqueOrThrow({ where });
  const { credentials } = server.app.accounts;
  const { verify } = credentials;
  vi.spyOn(credentials, 'verify').mockImplementationOnce(async (...typed) => {
    const user = await verify(...typed);
    await server.prisma.user.update({
      where,
      data: { passwordHash: await createPasswords([]).hash(chosen) },
    });
    return user;
  });
  const refused = await post('/api/auth/console/sign-in', { ...where, password });
  expectFault(refused, 503, 'SERVER_BUSY');
  expect(refused.cookies).toEqual([]);
  await server.prisma.user.update({ where, data: { passwordHash } });
});

test('only with the right password is an ordinary person told that the console is for administrators', async () => {
  expect((await signIn('zhangsan')).outcome).toEqual({
    outcome: 'no-permission',
    reason: 'ADMINISTRATORS_ONLY',
  });
  expect((await auditOf('sign-in.refused'))[0]).toMatchObject({
    subject: 'account:zhangsan',
    detail: { reason: 'ADMINISTRATORS_ONLY' },
  });
  const wrong = { outcome: 'sign-in-rejected', reason: 'INVALID_CREDENTIALS', attemptsLeft: 4 };
  expect((await signIn('zhangsan', 'not-the-password')).outcome).toEqual(wrong);
  expect((await signIn('nobody-at-all', 'not-the-password')).outcome).toEqual(wrong);
  expect((await signIn('zhouba', 'not-the-password')).outcome).toEqual(wrong);
});

test('a user name that nobody has costs one verification, as a wrong password does', async () => {
  const passwordHash = await createPasswords([]).hash(password);
  await server.prisma.user.update({ where: { username: 'admin' }, data: { passwordHash } });
  await signIn('nobody-at-all', 'not-the-password');
  const verify = vi.spyOn(argon2, 'verify');
  for (const username of ['admin', 'nobody-at-all']) {
    verify.mockClear();
    await signIn(username, 'not-the-password');
    expect(verify).toHaveBeenCalledTimes(1);
    expect(verify.mock.calls[0]?.[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  }
});

test.each([
  ['ACCOUNT_DISABLED', { status: 'DISABLED' }, { status: 'ACTIVE' }],
  ['LEFT_ORGANISATION', { leftAt: new Date() }, { leftAt: null }],
] as const)('%s keeps an administrator out', async (reason, change, back) => {
  await server.prisma.user.update({ where: { username: 'admin' }, data: change });
  const { outcome, cookie } = await signIn('admin');
  await server.prisma.user.update({ where: { username: 'admin' }, data: back });
  expect(outcome).toEqual({ outcome: 'no-permission', reason });
  expect(cookie).toBeUndefined();
  expect((await auditOf('sign-in.refused'))[0]).toMatchObject({
    subject: 'account:admin',
    detail: { reason },
  });
});

test('after five wrong passwords even the right one must wait', async () => {
  for (let left = allowedFailures - 1; left > 0; left -= 1) {
    expect((await signIn('admin', 'wrong')).outcome).toMatchObject({ attemptsLeft: left });
  }
  const locked = { outcome: 'sign-in-rejected', reason: 'LOCKED', retryAfterSeconds: expect.any(Number) };
  expect((await signIn('admin', 'wrong')).outcome).toEqual(locked);
  expect((await signIn('admin')).outcome).toEqual(locked);
  expect((await auditOf('sign-in.refused'))[0]).toMatchObject({
    actorId: null,
    subject: 'account:admin',
    detail: { reason: 'LOCKED' },
  });
  server.advance(61_000);
  expect((await signIn('admin')).outcome).toMatchObject({ outcome: 'signed-in' });
  const ofAccount = { subject: { contains: 'admin' } };
  expect(await server.prisma.lockout.count({ where: ofAccount })).toBe(0);
});

test.each([
  ['/api/auth/console/sign-in', { username: 'admin', password }],
  ['/api/auth/console/password', { ticket: 'x', newPassword: chosen }],
])('%s refuses another site’s page', async (url, payload) => {
  for (const headers of [
    { host: 'app.example.gov.cn', origin: 'https://evil.example' },
    { host: 'app.example.gov.cn', 'sec-fetch-site': 'cross-site' },
  ]) {
    const response = await post(url, payload, { headers });
    expectFault(response, 403, 'FORBIDDEN');
    expect(response.cookies).toEqual([]);
  }
});

test('one address that tries many user names must wait', async () => {
  const attempts: LightMyRequestResponse[] = [];
  for (let attempt = 0; attempt < 61; attempt += 1) {
    attempts.push(
      await server.app.inject({
        method: 'POST',
        url: '/api/auth/console/sign-in',
        payload: {},
        remoteAddress: '10.9.9.9',
      }),
    );
  }
  const refused = attempts.filter(({ statusCode }) => statusCode === 429);
  expect(refused).toEqual(attempts.slice(60));
  expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
});

describe('a one-time password', () => {
  afterAll(async () => {
    await server.prisma.user.update({
      where: { username: 'admin' },
      data: {
        passwordHash: await createPasswords([]).hash(password),
        mustChangePassword: false,
        passwordExpiresAt: null,
      },
    });
  });

  test('must be replaced first; the new password signs in and ends all other sessions', async () => {
    const before = (await signIn('admin')).cookie?.value ?? '';
    const earlier = (await signIn('admin')).cookie?.value ?? '';
    await withOneTimePassword('admin');
    const { outcome, cookie } = await signIn('admin', oneTime);
    expect(outcome).toMatchObject({ outcome: 'password-change-required', person: { name: '管理员' } });
    expect(cookie).toBeUndefined();

    const ticket = await ticketOf('admin');
    const done = await setPassword(ticket, chosen);
    expect(done.outcome).toMatchObject({ outcome: 'signed-in', user: { username: 'admin' } });
    expect((await me(done.cookie?.value ?? '')).statusCode).toBe(200);
    for (const old of [before, earlier]) await ends(old);
    expect((await auditOf('password.changed')).length).toBe(1);
    expect((await signIn('admin', oneTime)).outcome).toMatchObject({ reason: 'INVALID_CREDENTIALS' });
    expect((await signIn('admin', chosen)).outcome).toMatchObject({ outcome: 'signed-in' });
    // The ticket has been used.
    expect((await setPassword(ticket, 'another-fine-password-9')).outcome).toEqual({
      outcome: 'password-rejected',
      reason: 'TICKET_EXPIRED',
    });
  });

  test('of two requests with one ticket, one wins', async () => {
    await withOneTimePassword('admin');
    const ticket = await ticketOf('admin');
    const results = await Promise.all([
      setPassword(ticket, `${chosen}-a`),
      setPassword(ticket, `${chosen}-b`),
    ]);
    expect(results.map(({ outcome }) => outcome.outcome).sort()).toEqual(['password-rejected', 'signed-in']);
  });

  test.each([
    ['TOO_SHORT', 'short'],
    ['TOO_COMMON', 'password123'],
    ['CONTAINS_USERNAME', 'my-admin-word-7'],
    ['UNCHANGED', oneTime],
  ])('%s: a bad new password is refused, and the ticket can still be used', async (reason, bad) => {
    await withOneTimePassword('admin');
    const ticket = await ticketOf('admin');
    expect((await setPassword(ticket, bad)).outcome).toEqual({ outcome: 'password-rejected', reason });
    expect((await setPassword(ticket, chosen)).outcome).toMatchObject({ outcome: 'signed-in' });
  });

  test('a ticket is void after its time, after a new reset, and for a disabled account', async () => {
    await withOneTimePassword('admin');
    const late = await ticketOf('admin');
    server.advance(10 * 60_000 + 1000);
    const expired = { outcome: 'password-rejected', reason: 'TICKET_EXPIRED' };
    expect((await setPassword(late, chosen)).outcome).toEqual(expired);

    const outdated = await ticketOf('admin');
    await withOneTimePassword('admin');
    expect((await setPassword(outdated, chosen)).outcome).toEqual(expired);

    const barred = await ticketOf('admin');
    await server.prisma.user.update({ where: { username: 'admin' }, data: { status: 'DISABLED' } });
    expect((await setPassword(barred, chosen)).outcome).toEqual({
      outcome: 'no-permission',
      reason: 'ACCOUNT_DISABLED',
    });
    await server.prisma.user.update({ where: { username: 'admin' }, data: { status: 'ACTIVE' } });
    for (const forged of ['x', Buffer.alloc(60, 7).toString('base64')]) {
      expect((await setPassword(forged, chosen)).outcome).toEqual(expired);
    }
  });

  test('that is expired is refused, and only a person who knows it is told so', async () => {
    await withOneTimePassword('admin', new Date(Date.now() - 1000));
    expect((await signIn('admin', oneTime)).outcome).toEqual({
      outcome: 'sign-in-rejected',
      reason: 'PASSWORD_EXPIRED',
    });
    expect((await signIn('admin', 'not-the-password')).outcome).toMatchObject({
      reason: 'INVALID_CREDENTIALS',
    });
  });
});

test('no password and no ticket is in the log', () => {
  const lines = JSON.stringify(server.logs());
  for (const secret of [password, oneTime, chosen, 'not-the-password']) expect(lines).not.toContain(secret);
});
