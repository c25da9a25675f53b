import { development } from '../config/constants.ts';
import type { ConsoleSignInOutcome } from '../contract/auth.ts';
import type { AdminOverview } from '../contract/overview.ts';
import { type Built, build } from '../testing/build.ts';
import { bearer, get, post, ticketOf } from '../testing/http.ts';
import { allowedFailures, allowedFailuresOfNetwork } from './lockout.ts';

/** Strangers guess at the console's sign-in page, which is on the internet. */

const { password } = development;
let server: Built;
beforeAll(async () => {
  server = await build();
  await server.prisma.user.update({ where: { username: 'zhangsan' }, data: { role: 'AUDITOR' } });
});
afterAll(() => server?.close());
beforeEach(() => server.prisma.lockout.deleteMany());

let address = 0;
/** @param device the browser's cookie `__Host-device`. @param from an address of its own by default. */
async function signIn(username: string, typed: string, device?: string, from?: string) {
  address += 1;
  const response = await server.app.inject({
    method: 'POST',
    url: '/api/auth/console/sign-in',
    payload: { username, password: typed },
    remoteAddress: from ?? `10.0.${address >> 8}.${address & 255}`,
    ...(device === undefined ? {} : { cookies: { '__Host-device': device } }),
  });
  expect(response.statusCode).toBe(200);
  return {
    outcome: response.json<ConsoleSignInOutcome>(),
    device: response.cookies.find(({ name }) => name === '__Host-device'),
  };
}

/** @returns the cookie of a browser in which somebody has signed in. */
async function browserOf(username: string): Promise<string> {
  const { device } = await signIn(username, password);
  return device?.value ?? '';
}

async function guess(username: string, device?: string): Promise<ConsoleSignInOutcome> {
  for (let at = 1; at < allowedFailures; at += 1) await signIn(username, 'wrong', device);
  return (await signIn(username, 'wrong', device)).outcome;
}
const locked = { outcome: 'sign-in-rejected', reason: 'LOCKED' };
const signedIn = { outcome: 'signed-in' };

test('strangers who guess at the console’s page cannot block a binding', async () => {
  expect(await guess('lisi')).toMatchObject(locked);
  const ticket = await ticketOf(server, 'lisi');
  expect(await server.bind({ ticket, username: 'lisi', password })).toMatchObject(signedIn);
});

test('strangers who guess at the console’s page cannot lock an administrator out of a known browser', async () => {
  const own = await browserOf('admin');
  expect(await guess('admin')).toMatchObject(locked);
  expect((await signIn('admin', password)).outcome).toMatchObject(locked);
  expect((await signIn('admin', password, own)).outcome).toMatchObject(signedIn);
  // That gives the strangers nothing.
  expect((await signIn('admin', password)).outcome).toMatchObject(locked);
});

test('a known browser is locked only by its own wrong passwords', async () => {
  const [own, another] = [await browserOf('admin'), await browserOf('admin')];
  expect(await guess('admin', own)).toMatchObject(locked);
  expect((await signIn('admin', password, own)).outcome).toMatchObject(locked);
  for (const device of [another, undefined]) {
    expect((await signIn('admin', password, device)).outcome).toMatchObject(signedIn);
  }
  server.advance(61_000);
  // A right password renews the known browser.
  const again = await signIn('admin', password, own);
  expect(again.outcome).toMatchObject(signedIn);
  await signIn('admin', 'wrong', own);
  expect((await signIn('admin', 'wrong', again.device?.value)).outcome).toMatchObject({ attemptsLeft: 3 });
});

test('the cookie is hidden from scripts and other sites, names nobody, and is only set after a right password', async () => {
  const { device } = await signIn('admin', password);
  expect(device).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' });
  const { id } = await server.prisma.user.findUniqueOrThrow({ where: { username: 'admin' } });
  const plain = Buffer.from(device?.value ?? '', 'base64').toString('latin1');
  for (const word of [id, 'admin']) expect(`${device?.value} ${plain}`).not.toContain(word);
  for (const [username, typed] of [
    ['admin', 'wrong'],
    ['nobody-at-all', password],
    ['lisi', password],
  ] as const) {
    expect((await signIn(username, typed)).device).toBeUndefined();
  }
});

describe('an administrator who unlocks an account', () => {
  const overview = async (token: string) =>
    (await get(server, '/api/admin/overview', token)).json<AdminOverview>().locked;

  const until = new Date(Date.now() + 3_600_000);
  async function lockEverywhere(): Promise<void> {
    const own = await browserOf('zhangsan');
    await guess('zhangsan');
    await guess('zhangsan', own);
    await server.prisma.lockout.create({
      data: {
        subject: 'account:zhangsan',
        failures: 5,
        lastFailure: new Date(),
        lockedUntil: until,
      },
    });
  }

  test.each([
    ['on their page', async (id: string) => `/api/admin/people/${id}/unlock`, {}],
    ['on the overview', async () => '/api/admin/overview/unlock', { kind: 'console', name: 'zhangsan' }],
  ])('unlocks it everywhere: %s', async (_, urlOf, body) => {
    await lockEverywhere();
    const token = await server.tokenOf('admin');
    expect((await overview(token)).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'account zhangsan',
      'console zhangsan',
    ]);
    const { id } = await server.prisma.user.findUniqueOrThrow({ where: { username: 'zhangsan' } });
    const person = await get(server, `/api/admin/people/${id}`, token);
    expect(person.json()).toMatchObject({ lockedUntil: until.toISOString() });
    const response = await post(server, await urlOf(id), body, bearer(token));
    expect(response.json()).toMatchObject({ outcome: 'unlocked' });
    const others = { NOT: { subject: { startsWith: 'network:' } } };
    expect(await server.prisma.lockout.count({ where: others })).toBe(0);
    expect(await server.prisma.auditLog.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      action: 'lockout.cleared',
      subject: 'account:zhangsan',
    });
  });
});

test('a device cookie is ignored if it is another account’s, altered, or half a year old', async () => {
  const halfYear = 180 * 24 * 3_600_000;
  const [own, others] = [await browserOf('admin'), await browserOf('zhangsan')];
  expect(await guess('admin')).toMatchObject(locked);
  const altered = `${own.slice(0, 30)}${own[30] === 'A' ? 'B' : 'A'}${own.slice(31)}`;
  for (const device of [others, altered, 'x', '']) {
    expect((await signIn('admin', password, device)).outcome).toMatchObject(locked);
  }
  await server.prisma.lockout.updateMany({
    data: { lockedUntil: new Date(Date.now() + 2 * halfYear) },
  });
  expect((await signIn('admin', password, own)).outcome).toMatchObject(signedIn);
  server.advance(halfYear + 1000);
  expect((await signIn('admin', password, own)).outcome).toMatchObject(locked);
});

describe('one password at many accounts from one network', () => {
  /** Failed attempts before those of the test, without real passwords. */
  async function spray(from: string, times: number): Promise<void> {
    for (let at = 0; at < times; at += 1)
      await server.app.accounts.lockout.attempt([`network:${from}`], async () => null);
  }

  test('locks that network except for known browsers, and an administrator can unlock it', async () => {
    const from = '10.9.9.9';
    const own = await browserOf('admin');
    await spray(from, allowedFailuresOfNetwork - 1);
    expect((await signIn('nobody', 'spring2026', undefined, from)).outcome).toMatchObject(locked);
    expect((await signIn('admin', password, undefined, from)).outcome).toMatchObject(locked);
    expect((await signIn('admin', password)).outcome).toMatchObject(signedIn);
    expect((await signIn('admin', password, own, from)).outcome).toMatchObject(signedIn);
    const admin = await server.tokenOf('admin');
    const overview = await get(server, '/api/admin/overview', admin);
    expect(overview.json<AdminOverview>().locked).toMatchObject([{ kind: 'network', name: from }]);
    await post(server, '/api/admin/overview/unlock', { kind: 'network', name: from }, bearer(admin));
    expect((await signIn('admin', password, undefined, from)).outcome).toMatchObject(signedIn);
  });

  test('a right password gives back only its own attempt; typing errors of an office are forgiven with time', async () => {
    const from = '10.9.9.8';
    await spray(from, allowedFailuresOfNetwork - 2);
    await signIn('admin', password, undefined, from);
    expect(await server.prisma.lockout.findUnique({ where: { subject: `network:${from}` } })).toMatchObject({
      failures: allowedFailuresOfNetwork - 2,
    });
    server.advance(10 * 60_000 * 40);
    await signIn('nobody', 'typo', undefined, from);
    expect(await server.prisma.lockout.findUnique({ where: { subject: `network:${from}` } })).toMatchObject({
      failures: allowedFailuresOfNetwork - 2 - 40 + 1,
    });
  });
});
