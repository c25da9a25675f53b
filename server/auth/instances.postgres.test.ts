import { setImmediate } from 'node:timers/promises';
import { openDatabase } from '../database/database.ts';
import { type Built, build } from '../testing/build.ts';
import { bearer, get, post } from '../testing/http.ts';

/** Two instances of the server on one database, each with its own connections and its own memory. */
let first: Built;
let second: Built;

beforeAll(async () => {
  first = await build();
  const { url } = first.database;
  if (url === null) throw new Error('this file runs on PostgreSQL');
  const database = { ...(await openDatabase({ url, dataDir: '', poolSize: 5, timeoutMs: 5000 })), url };
  second = await build({ database, emulator: first.emulator });
  await settled();
});
afterAll(async () => {
  await second?.close();
  await second?.database.close();
  await first?.close();
});

async function status(server: Built, token: string): Promise<number> {
  // `inject` needs no socket: without this the loops below would keep the database's messages from being read.
  await setImmediate();
  return (await get(server, '/api/me', token)).statusCode;
}

/** Signs in on the first instance and lets both keep the session in memory. */
async function warm(person: string): Promise<string> {
  const token = await first.tokenOf(person);
  for (const server of [first, second]) {
    expect(await status(server, token)).toBe(200);
    expect(await status(server, token)).toBe(200);
  }
  return token;
}

/** Waits until both instances get announcements; without these nothing is kept in memory. */
async function settled(): Promise<void> {
  for (;;) {
    const before = [hits(first), hits(second)];
    const token = await first.tokenOf('zhangsan');
    for (const server of [first, second]) for (let at = 0; at < 2; at += 1) await status(server, token);
    if (hits(first) > (before[0] ?? 0) && hits(second) > (before[1] ?? 0)) return;
  }
}

const hits = (server: Built) => server.app.sessionCacheStats().hits;

/** @returns how long it took, in milliseconds, until both instances refuse the token. */
async function refusedEverywhere(token: string): Promise<number> {
  const from = performance.now();
  while ((await status(first, token)) !== 401 || (await status(second, token)) !== 401) {
    if (performance.now() - from > 5000) throw new Error('still let in after 5 s');
  }
  return performance.now() - from;
}

test('a warm request reads nothing from the database', async () => {
  const token = await warm('zhangsan');
  const before = hits(second);
  for (let at = 0; at < 20; at += 1) await status(second, token);
  expect(hits(second) - before).toBe(20);
});

const where = (username: string) => ({ where: { username } });

test.each<[string, string, (token: string) => Promise<unknown>]>([
  ['signing out', 'zhangsan', (token) => post(first, '/api/auth/logout', {}, bearer(token))],
  [
    'disabling',
    'zhangsan',
    () => first.prisma.user.update({ ...where('zhangsan'), data: { status: 'DISABLED' } }),
  ],
  [
    'unbinding',
    'chenguang',
    () => first.prisma.user.update({ ...where('chenguang'), data: { dingUserId: null } }),
  ],
  [
    'another password',
    'admin',
    () => first.prisma.user.update({ ...where('admin'), data: { passwordHash: 'x' } }),
  ],
  ['leaving', 'admin', () => first.prisma.user.update({ ...where('admin'), data: { leftAt: new Date() } })],
  [
    'deleting the row by hand',
    'admin',
    () =>
      first.prisma
        .$executeRaw`DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE username = 'admin')`,
  ],
  ['emptying the table by hand', 'admin', () => first.prisma.$executeRaw`TRUNCATE sessions`],
])('%s ends the session on every instance within a second', async (_how, person, end) => {
  const token = await warm(person);
  await end(token);
  expect(await refusedEverywhere(token)).toBeLessThan(1000);
  await first.prisma.user.updateMany({ data: { status: 'ACTIVE' } });
});

test('a new role is seen on every instance within a second', async () => {
  const token = await warm('admin');
  await first.prisma.user.update({ ...where('admin'), data: { role: 'AUDITOR' } });
  const from = performance.now();
  for (const server of [first, second]) {
    for (;;) {
      await setImmediate();
      const { user } = (await get(server, '/api/me', token)).json<{ user: { role: string } }>();
      if (user.role === 'AUDITOR') break;
      expect(performance.now() - from).toBeLessThan(1000);
    }
  }
});

test('an instance without announcements of changes reads every session from the database', async () => {
  const token = await warm('lisi').catch(() => null);
  expect(token).toBeNull(); // lisi is not bound: the harness itself can fail
  const bound = await warm('zhangsan');
  // The listeners' connections are cut, and cannot come back before the sign-out has been missed.
  await first.prisma.$executeRawUnsafe(`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'miniapp-listener' AND datname = current_database()`);
  await first.prisma.user.update({ ...where('zhangsan'), data: { status: 'DISABLED' } });
  expect(await refusedEverywhere(bound)).toBeLessThan(1000);
  await first.prisma.user.update({ ...where('zhangsan'), data: { status: 'ACTIVE' } });
  // A session that ended meanwhile stays ended when the instances listen again.
  await settled();
  expect(await refusedEverywhere(bound)).toBeLessThan(1000);
});

test('after the listener is back, sessions are kept in memory again', async () => {
  await settled();
  const token = await warm('zhangsan');
  const before = hits(first);
  await status(first, token);
  expect(hits(first) - before).toBe(1);
});
