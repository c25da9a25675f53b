import { development } from '../config/constants.ts';
import { type Built, build } from '../testing/build.ts';
import { expectFault, get, post, rowCounts, ticketOf } from '../testing/http.ts';
import { createPasswords } from './passwords.ts';

const { password } = development;
const { hash } = createPasswords([]);

let server: Built;
let accounts = 0;

beforeAll(async () => {
  server = await build();
});
afterAll(() => server.close());

/** Every test starts without locks, and with 李四 and 王五 unbound. */
beforeEach(async () => {
  await server.prisma.lockout.deleteMany();
  await server.prisma.user.updateMany({
    where: { dingUserId: { in: ['270102', '270103'] } },
    data: { dingUserId: null, boundAt: null, boundBy: null },
  });
});

/** A fresh account with the development password. @returns its user name. */
async function account(more: object = {}): Promise<string> {
  accounts += 1;
  const username = `account-${accounts}`;
  await server.prisma.user.create({
    data: { username, name: '账号', passwordHash: await hash(password), ...more },
  });
  return username;
}

const userNamed = (username: string) => server.prisma.user.findUniqueOrThrow({ where: { username } });

describe('with the right password', () => {
  test('the person is bound and signed in, and the next sign-in needs no binding', async () => {
    const ticket = await ticketOf(server, 'lisi');
    const outcome = await server.bind({ ticket, username: 'lisi', password });
    expect(outcome).toMatchObject({
      outcome: 'signed-in',
      session: { token: expect.any(String) },
      user: { username: 'lisi', dingUserId: '270102' },
    });
    expect(await userNamed('lisi')).toMatchObject({ boundBy: 'PASSWORD', unionId: 'emulated-union-lisi' });
    expect(await server.login('lisi')).toMatchObject({ outcome: 'signed-in' });
    const [bound] = await server.prisma.auditLog.findMany({ where: { action: 'account.bound' } });
    expect(bound).toMatchObject({ detail: { by: 'PASSWORD', dingUserId: '270102' }, address: '127.0.0.1' });
  });

  test('the same account can be bound from a second device: it signs in, and is still one binding', async () => {
    const tickets = [await ticketOf(server, 'lisi'), await ticketOf(server, 'lisi')];
    const before = await server.prisma.auditLog.count({ where: { action: 'account.bound' } });
    for (const ticket of tickets) {
      const outcome = await server.bind({ ticket, username: 'lisi', password });
      expect(outcome).toMatchObject({ outcome: 'signed-in' });
    }
    expect(await server.prisma.auditLog.count({ where: { action: 'account.bound' } })).toBe(before + 1);
  });

  test('an h5 page gets its session in the cookie', async () => {
    const login = await server.login('lisi', { client: 'h5' });
    const ticket = login.outcome === 'bind-required' ? login.ticket.token : '';
    const response = await post(server, '/api/auth/bind', { ticket, username: 'lisi', password });
    expect(response.json().session).toEqual({ expiresAt: expect.any(String) });
    expect(String(response.headers['set-cookie'])).toMatch(/^__Host-session=[\w-]{43};.*HttpOnly/);
  });
});

describe('a ticket', () => {
  const refused = { outcome: 'bind-rejected', reason: 'TICKET_EXPIRED' };

  test('binds one account, once', async () => {
    const ticket = await ticketOf(server, 'lisi');
    await server.bind({ ticket, username: 'lisi', password });
    const before = await rowCounts(server.prisma);
    expect(await server.bind({ ticket, username: 'lisi', password })).toEqual(refused);
    expect(await rowCounts(server.prisma)).toEqual(before);
  });

  test('used twice at once signs in once', async () => {
    const ticket = await ticketOf(server, 'lisi');
    const outcomes = await Promise.all([1, 2].map(() => server.bind({ ticket, username: 'lisi', password })));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['bind-rejected', 'signed-in']);
    expect(outcomes).toContainEqual(refused);
  });

  test('expires after ten minutes', async () => {
    const ticket = await ticketOf(server, 'lisi');
    server.advance(10 * 60_000 + 1);
    expect(await server.bind({ ticket, username: 'lisi', password })).toEqual(refused);
  });

  test('that is altered, invented or a session token is refused and costs no attempt', async () => {
    const ticket = await ticketOf(server, 'lisi');
    const altered = `${ticket.slice(0, -1)}${ticket.endsWith('A') ? 'E' : 'A'}`;
    for (const other of [altered, 'x', await server.tokenOf('zhangsan')]) {
      expect(await server.bind({ ticket: other, username: 'lisi', password })).toEqual(refused);
    }
    expect(await server.prisma.lockout.count()).toBe(0);
  });

  test('binds the person to whom it was issued, whoever sends it', async () => {
    const ticket = await ticketOf(server, 'wangwu');
    const lisi = await account();
    await ticketOf(server, 'lisi');
    await server.bind({ ticket, username: lisi, password });
    expect(await userNamed(lisi)).toMatchObject({ dingUserId: '270103' });
  });

  test('can still be used after a wrong password', async () => {
    const ticket = await ticketOf(server, 'lisi');
    await server.bind({ ticket, username: 'lisi', password: 'wrong' });
    expect(await server.bind({ ticket, username: 'lisi', password })).toMatchObject({ outcome: 'signed-in' });
  });

  test('is stored only as a hash', async () => {
    const ticket = await ticketOf(server, 'lisi');
    const rows = await server.prisma.bindTicket.findMany();
    expect(JSON.stringify(rows)).not.toContain(ticket);
    expect(rows.every((row) => row.tokenHash.length === 32)).toBe(true);
  });
});

describe('a binding is refused', () => {
  test('for an account that another person has bound', async () => {
    const ticket = await ticketOf(server, 'lisi');
    expect(await server.bind({ ticket, username: 'zhangsan', password })).toEqual({
      outcome: 'bind-rejected',
      reason: 'ACCOUNT_ALREADY_BOUND',
    });
    expect(await userNamed('zhangsan')).toMatchObject({ dingUserId: '270101' });
    // The ticket was not used up: the right account still binds.
    expect(await server.bind({ ticket, username: 'lisi', password })).toMatchObject({ outcome: 'signed-in' });
  });

  test('for a person who has an account', async () => {
    const [first, second] = [await ticketOf(server, 'lisi'), await ticketOf(server, 'lisi')];
    const other = await account();
    await server.bind({ ticket: first, username: 'lisi', password });
    expect(await server.bind({ ticket: second, username: other, password })).toEqual({
      outcome: 'bind-rejected',
      reason: 'PERSON_ALREADY_BOUND',
    });
    expect(await userNamed(other)).toMatchObject({ dingUserId: null });
  });

  test.each([
    ['a disabled account', { status: 'DISABLED' }, 'ACCOUNT_DISABLED'],
    ['a 超级高管’s account', { isSuperExecutive: true }, 'BINDING_CLOSED'],
  ])('for %s, even with the right password', async (_, more, reason) => {
    const username = await account(more);
    const ticket = await ticketOf(server, 'lisi');
    const before = await rowCounts(server.prisma);
    expect(await server.bind({ ticket, username, password })).toEqual({ outcome: 'no-permission', reason });
    expect(await rowCounts(server.prisma)).toEqual({ ...before, audit: (before.audit ?? 0) + 1 });
    expect(await server.prisma.auditLog.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      action: 'bind.refused',
      subject: `account:${username}`,
      detail: { reason, dingUserId: '270102' },
    });
    // Without the password nobody learns what kind of account it is.
    expect(await server.bind({ ticket, username, password: 'wrong' })).toMatchObject({
      reason: 'INVALID_CREDENTIALS',
    });
  });

  test('refused bindings with a right password are limited, because each one fills the audit log', async () => {
    const ticket = await ticketOf(server, 'wangwu');
    const attempt = () => post(server, '/api/auth/bind', { ticket, username: 'zhangsan', password });
    const before = await server.prisma.auditLog.count();
    const statuses: number[] = [];
    for (let at = 0; at < 70; at += 1) statuses.push((await attempt()).statusCode);
    const refused = await attempt();
    expectFault(refused, 429, 'TOO_MANY_REQUESTS');
    expect(statuses.slice(0, 60)).toEqual(Array(60).fill(200));
    expect((await server.prisma.auditLog.count()) - before).toBe(
      statuses.filter((one) => one === 200).length,
    );
    // Another person is not held up.
    const other = { ticket: await ticketOf(server, 'lisi'), username: 'lisi', password };
    expect(await server.bind(other)).toMatchObject({ outcome: 'signed-in' });
    server.advance(Number(refused.headers['retry-after']) * 1000);
    expect((await attempt()).statusCode).toBe(200);
    server.advance(2 * 3_600_000);
  });

  test('for an account without a password', async () => {
    const username = await account({ passwordHash: null });
    const ticket = await ticketOf(server, 'lisi');
    expect(await server.bind({ ticket, username, password: 'x' })).toMatchObject({
      reason: 'INVALID_CREDENTIALS',
    });
  });
});

describe('races', () => {
  test('one person for two accounts: exactly one wins', async () => {
    const usernames = [await account(), await account(), await account()];
    const tickets = await Promise.all(usernames.map(() => ticketOf(server, 'lisi')));
    const outcomes = await Promise.all(
      usernames.map((username, at) => server.bind({ ticket: tickets[at] ?? '', username, password })),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'signed-in')).toHaveLength(1);
    const told = outcomes.filter(({ outcome }) => outcome !== 'signed-in');
    expect(told).toEqual(Array(2).fill({ outcome: 'bind-rejected', reason: 'PERSON_ALREADY_BOUND' }));
    expect(await server.prisma.user.count({ where: { dingUserId: '270102' } })).toBe(1);
  });

  test('two persons for one account: exactly one wins', async () => {
    const username = await account();
    const tickets = [await ticketOf(server, 'lisi'), await ticketOf(server, 'wangwu')];
    const outcomes = await Promise.all(tickets.map((ticket) => server.bind({ ticket, username, password })));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['bind-rejected', 'signed-in']);
    expect(outcomes).toContainEqual({ outcome: 'bind-rejected', reason: 'ACCOUNT_ALREADY_BOUND' });
    const winner = outcomes.flatMap((outcome) => (outcome.outcome === 'signed-in' ? [outcome] : []))[0];
    const token = winner?.session.token ?? '';
    expect((await get(server, '/api/me', token)).json().user.dingUserId).toBe(
      (await userNamed(username)).dingUserId,
    );
  });
});
