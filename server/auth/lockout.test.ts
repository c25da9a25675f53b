import { development } from '../config/constants.ts';
import type { BindOutcome } from '../contract/auth.ts';
import { type Built, build } from '../testing/build.ts';
import { ticketOf } from '../testing/http.ts';

const { password } = development;
let server: Built;

beforeAll(async () => {
  server = await build();
});
afterAll(() => server.close());

beforeEach(() => server.prisma.lockout.deleteMany());

async function guess(username: string, typed = 'wrong', person = 'lisi'): Promise<BindOutcome> {
  return server.bind({ ticket: await ticketOf(server, person), username, password: typed });
}

/** Five wrong passwords: the first wait begins. */
async function lock(username: string, person = 'lisi'): Promise<BindOutcome> {
  for (let at = 0; at < 4; at += 1) await guess(username, 'wrong', person);
  return guess(username, 'wrong', person);
}

test('attempts count down, then lock; after the wait the right password works', async () => {
  const left: unknown[] = [];
  for (let at = 0; at < 4; at += 1) left.push(await guess('lisi'));
  expect(left).toEqual(
    [4, 3, 2, 1].map((attemptsLeft) => ({
      outcome: 'bind-rejected',
      reason: 'INVALID_CREDENTIALS',
      attemptsLeft,
    })),
  );
  const locked = { outcome: 'bind-rejected', reason: 'LOCKED', retryAfterSeconds: 60 };
  expect(await guess('lisi')).toEqual(locked);
  server.advance(20_000);
  // During a lock not even the right password is checked.
  const waiting = await guess('lisi', password);
  expect(waiting).toMatchObject({ reason: 'LOCKED' });
  expect(waiting).toHaveProperty('retryAfterSeconds', expect.closeTo(40, -1));
  server.advance(40_000);
  expect(await guess('lisi', password)).toMatchObject({ outcome: 'signed-in' });
  expect(await server.prisma.lockout.count()).toBe(0);
  await server.prisma.user.updateMany({
    where: { username: 'lisi' },
    data: { dingUserId: null, boundAt: null },
  });
});

test('each further failure waits twice as long, an hour at most', async () => {
  await lock('lisi');
  const waits: number[] = [];
  let wait = 60;
  for (let at = 0; at < 7; at += 1) {
    server.advance(wait * 1000);
    const outcome = await guess('lisi');
    if (outcome.outcome !== 'bind-rejected' || outcome.reason !== 'LOCKED') throw new Error(outcome.outcome);
    wait = outcome.retryAfterSeconds ?? 0;
    waits.push(wait);
  }
  expect(waits).toEqual([120, 240, 480, 960, 1920, 3600, 3600]);
});

test('failures are forgotten a day after the last', async () => {
  for (let at = 0; at < 4; at += 1) await guess('lisi');
  server.advance(24 * 3_600_000 + 1000);
  expect(await guess('lisi')).toMatchObject({ reason: 'INVALID_CREDENTIALS', attemptsLeft: 4 });
});

test('of many simultaneous guesses at most five are checked', async () => {
  const tickets = await Promise.all(Array.from({ length: 20 }, () => ticketOf(server, 'lisi')));
  const outcomes = await Promise.all(
    tickets.map((ticket) => server.bind({ ticket, username: 'lisi', password: 'wrong' })),
  );
  const reasons = outcomes.map((outcome) => ('reason' in outcome ? outcome.reason : outcome.outcome));
  // Person and account are counted one after the other, so the fifth of each may be two different guesses.
  const looks = reasons.filter((reason) => reason === 'INVALID_CREDENTIALS').length;
  expect(looks).toBeGreaterThanOrEqual(3);
  expect(looks).toBeLessThanOrEqual(4);
  expect(reasons.filter((reason) => reason === 'LOCKED')).toHaveLength(20 - looks);
  const rows = await server.prisma.lockout.findMany();
  expect(rows.map(({ failures }) => failures)).toEqual([5, 5]);
});

test('one person is locked across accounts', async () => {
  for (const username of ['zhangsan', 'admin', 'zhouba', 'chenguang']) await guess(username);
  expect(await guess('lisi')).toMatchObject({ reason: 'LOCKED' });
  expect(await guess('nobody')).toMatchObject({ reason: 'LOCKED' });
  // The account itself has one failure: another person may try it.
  expect(await guess('lisi', 'wrong', 'wangwu')).toMatchObject({ attemptsLeft: 3 });
});

test('one account is locked across persons', async () => {
  for (let at = 0; at < 3; at += 1) await guess('lisi', 'wrong', 'lisi');
  expect(await guess('lisi', 'wrong', 'wangwu')).toMatchObject({ attemptsLeft: 1 });
  expect(await guess('lisi', 'wrong', 'wangwu')).toMatchObject({ reason: 'LOCKED' });
});

test('a sign-in to one’s own account gives no new attempts at another account', async () => {
  for (let at = 0; at < 4; at += 1) await guess('zhangsan');
  expect(await guess('lisi', password)).toMatchObject({ outcome: 'signed-in' });
  await server.prisma.user.updateMany({
    where: { username: 'lisi' },
    data: { dingUserId: null, boundAt: null },
  });
  expect(await guess('zhangsan', 'wrong', 'wangwu')).toMatchObject({ reason: 'LOCKED' });
});

test('a right password gives no new attempts at other accounts', async () => {
  const tried = ['zhangsan', 'zhouba', 'chenguang', 'sunqi'];
  const outcomes: BindOutcome[] = [];
  for (const username of tried) {
    outcomes.push(await guess(username));
    // The password is right, but the account is another person's.
    outcomes.push(await guess('admin', password));
  }
  expect(outcomes.map((outcome) => ('attemptsLeft' in outcome ? outcome.attemptsLeft : null))).toEqual(
    [4, 3, 2, 1].flatMap((left) => [left, null]),
  );
  expect(outcomes[1]).toMatchObject({ reason: 'ACCOUNT_ALREADY_BOUND' });
  // Their own account is bound; only that begins anew.
  expect(await guess('wangwu')).toMatchObject({ reason: 'LOCKED' });
  expect(await server.prisma.lockout.findUnique({ where: { subject: 'account:admin' } })).toBeNull();
});

test('a binding gives the person their attempts back', async () => {
  for (const username of ['zhangsan', 'zhouba']) await guess(username);
  expect(await guess('lisi', password)).toMatchObject({ outcome: 'signed-in' });
  expect(await server.prisma.lockout.findUnique({ where: { subject: 'person:270102' } })).toBeNull();
  await server.prisma.user.updateMany({
    where: { username: 'lisi' },
    data: { dingUserId: null, boundAt: null },
  });
});

test('a lock is in the audit log when it begins and when it first refuses, however many attempts follow', async () => {
  const events = () => server.prisma.auditLog.count({ where: { action: 'bind.refused' } });
  const before = await events();
  await lock('lisi');
  expect(await events()).toBe(before + 5);
  const ticket = await ticketOf(server, 'lisi');
  expect(await server.bind({ ticket, username: 'lisi', password: 'wrong' })).toMatchObject({
    reason: 'LOCKED',
  });
  const attempts = Array.from({ length: 30 }, (_, at) =>
    // The person is locked too, for every user name.
    server.bind({ ticket, username: at % 2 === 0 ? 'lisi' : `nobody-${at}`, password: 'wrong' }),
  );
  for (const outcome of await Promise.all(attempts)) expect(outcome).toMatchObject({ reason: 'LOCKED' });
  expect(await events()).toBe(before + 6);
  server.advance(61_000);
  // The next lock is another one.
  expect(await guess('lisi')).toMatchObject({ reason: 'LOCKED' });
  for (let at = 0; at < 3; at += 1) await guess('lisi');
  expect(await events()).toBe(before + 8);
});

test('an unknown user name is answered like a wrong password, up to the lock', async () => {
  const known: BindOutcome[] = [];
  const unknown: BindOutcome[] = [];
  for (let at = 0; at < 5; at += 1) known.push(await guess('lisi'));
  await server.prisma.lockout.deleteMany();
  for (let at = 0; at < 5; at += 1) unknown.push(await guess('nobody'));
  expect(unknown).toEqual(known);
});

test('every refusal is in the audit log, without the password', async () => {
  await guess('lisi', 'a-very-secret-guess');
  const event = await server.prisma.auditLog.findFirst({ orderBy: { id: 'desc' } });
  expect(event).toMatchObject({
    action: 'bind.refused',
    actorId: null,
    subject: 'account:lisi',
    detail: { reason: 'INVALID_CREDENTIALS', dingUserId: '270102' },
  });
  expect(JSON.stringify(event)).not.toContain('a-very-secret-guess');
});
