import { development } from '../config/constants.ts';
import { type Built, build } from '../testing/build.ts';
import { ticketOf } from '../testing/http.ts';
import { allowedFailures, unlock } from './lockout.ts';

const { password } = development;
const wangwu = '270103';
const lisi = '270102';
let server: Built;

beforeEach(async () => {
  server = await build();
});
afterEach(() => server.close());

async function guess(person: string, username: string): Promise<string> {
  const ticket = await ticketOf(server, person);
  for (let at = 0; at < allowedFailures; at += 1) await server.bind({ ticket, username, password: 'wrong' });
  return ticket;
}

const cleared = async () =>
  (
    await server.prisma.auditLog.findMany({
      where: { action: 'lockout.cleared' },
      orderBy: { subject: 'asc' },
    })
  ).map(({ subject }) => subject);

test('an account is unlocked for its owner, and the person who guessed at it stays locked', async () => {
  const guessed = await guess('wangwu', 'lisi');
  const ticket = await ticketOf(server, 'lisi');
  const attempt = { ticket, username: 'lisi', password };
  expect(await server.bind(attempt)).toMatchObject({ reason: 'LOCKED' });

  expect(await unlock(server.prisma, 'lisi', Date.now())).toEqual({
    username: 'lisi',
    cleared: ['account:lisi'],
    lockedPeople: [wangwu],
  });
  expect(await cleared()).toEqual(['account:lisi']);
  expect(await server.bind({ ...attempt, ticket: guessed })).toMatchObject({ reason: 'LOCKED' });
  expect(await server.bind(attempt)).toMatchObject({ outcome: 'signed-in' });
});

test('a person who mistyped before binding is named, and unlocked by the platform’s id', async () => {
  const ticket = await guess('lisi', 'lisi');
  expect(await unlock(server.prisma, 'lisi', Date.now())).toMatchObject({ lockedPeople: [lisi] });
  expect(await server.bind({ ticket, username: 'lisi', password })).toMatchObject({ reason: 'LOCKED' });
  expect(await unlock(server.prisma, lisi, Date.now())).toEqual({
    username: null,
    cleared: [`person:${lisi}`],
    lockedPeople: [],
  });
  expect(await server.bind({ ticket, username: 'lisi', password })).toMatchObject({ outcome: 'signed-in' });
});

test('a bound account is unlocked together with its person, by either name', async () => {
  for (const who of ['zhangsan', '270101']) {
    await server.prisma.lockout.createMany({
      data: ['account:zhangsan', 'person:270101'].map((subject) => ({
        subject,
        failures: 9,
        lastFailure: new Date(),
        lockedUntil: new Date(Date.now() + 60_000),
      })),
    });
    expect(await unlock(server.prisma, who, Date.now())).toEqual({
      username: 'zhangsan',
      cleared: ['account:zhangsan', 'person:270101'],
      lockedPeople: [],
    });
  }
  expect(await server.prisma.lockout.count()).toBe(0);
  expect(await cleared()).toHaveLength(4);
});

test('a lock does not stop a bound person from signing in', async () => {
  await guess('wangwu', 'zhangsan');
  expect(await server.prisma.lockout.findUnique({ where: { subject: 'account:zhangsan' } })).toMatchObject({
    lockedUntil: expect.any(Date),
  });
  expect(await server.login('zhangsan')).toMatchObject({ outcome: 'signed-in' });
});

test('an unknown name and an account without failures change nothing', async () => {
  expect(await unlock(server.prisma, 'no-such-account', Date.now())).toBeNull();
  expect(await unlock(server.prisma, 'lisi', Date.now())).toMatchObject({ cleared: [] });
  expect(await cleared()).toEqual([]);
});
