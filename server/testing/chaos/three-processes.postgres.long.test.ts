import { call, signInWith, tokenIn, until } from '../client.ts';
import { prepareProcesses, type ServerProcess } from '../processes.ts';

/** Three processes of the server on one database, as in production. */

const tokenApi = '/v1.0/oauth2/accessToken';
const bound = ['zhangsan', 'admin', 'chenguang'] as const;

const here = prepareProcesses({
  DATABASE_POOL: '8',
  // A thousand at once wait for each other, on a machine that does other things too.
  DATABASE_TIMEOUT_MS: '30000',
  PLATFORM_TIMEOUT_MS: '30000',
});
let first: ServerProcess;
let second: ServerProcess;
let third: ServerProcess;

beforeAll(async () => {
  [first, second, third] = await Promise.all([here.start(), here.start(), here.start()]);
}, 120_000);

const tokenFetches = () => here.emulator.control.calls()[tokenApi] ?? 0;
const statusAt = async ({ url }: ServerProcess, token: string) =>
  (await call(`${url}/api/me`, { token })).status;

test('1,000 sign-ins at once, spread over three cold processes, fetch one app token', async () => {
  const processes = [first, second, third];
  expect(tokenFetches()).toBe(0);
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, at) =>
      signInWith(processes[at % 3]?.url ?? '', here.code(bound[Math.floor(at / 3) % bound.length] ?? '')),
    ),
  );
  const tokens = answers.map(tokenIn);
  expect(answers.filter((_, at) => tokens[at] === null)).toEqual([]);
  expect(new Set(tokens).size).toBe(1000);
  expect(tokenFetches()).toBe(1);
  expect(await here.database.prisma.session.count()).toBe(1000);
  expect(await here.database.prisma.auditLog.count({ where: { action: 'sign-in' } })).toBe(1000);
});

test.each([
  ['signing out', (token: string) => call(`${first.url}/api/auth/logout`, { token, body: {} })],
  [
    'disabling the account',
    () => here.database.prisma.user.update({ where: { username: 'admin' }, data: { status: 'DISABLED' } }),
  ],
] as const)('%s on one process is known to the others within a second', async (_, end) => {
  const token = tokenIn(await signInWith(first.url, here.code('admin'))) ?? '';
  for (let round = 0; round < 3; round += 1) {
    for (const server of [first, second, third]) expect(await statusAt(server, token)).toBe(200);
  }
  await end(token);
  const refused = async (server: ServerProcess) => (await statusAt(server, token)) === 401;
  const took = await Promise.all(
    [second, third].map((server) => until(() => refused(server), 5000, 'the session is refused')),
  );
  expect(Math.max(...took)).toBeLessThan(1000);
});

test('a process that is killed while it fetches the app token is relieved by another', async () => {
  here.emulator.control.expireTokens();
  const before = tokenFetches();
  // Only the first fetch is slow: whoever takes over gets its answer at once.
  here.emulator.control.fault({ path: tokenApi, kind: 'slow', delayMs: 60_000 });
  const lost = signInWith(first.url, here.code('zhangsan')).then(
    () => 'answered',
    () => 'lost',
  );
  await until(() => tokenFetches() === before + 1, 10_000, 'the fetch has begun');
  let waiting = true;
  const others = Promise.all(
    [second, third].map(({ url }) => signInWith(url, here.code('zhangsan'))),
  ).finally(() => {
    waiting = false;
  });
  await until(async () => (await lockWaiters()) >= 2, 10_000, 'the others wait for their turn');
  expect({ waiting, fetches: tokenFetches() }).toEqual({ waiting: true, fetches: before + 1 });
  const killed = performance.now();
  await first.kill();
  const answers = await others;
  expect(performance.now() - killed).toBeLessThan(5000);
  expect(answers.map((answer) => tokenIn(answer) !== null)).toEqual([true, true]);
  expect(await lost).toBe('lost');
  expect(tokenFetches()).toBe(before + 2);
});

/** Connections of the servers that are in a transaction and do not hold the lock of the app token's row. */
async function lockWaiters(): Promise<number> {
  const [row] = await here.database.prisma.$queryRaw<{ count: bigint }[]>`
    SELECT count(*) FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.application_name = 'miniapp-server'
      AND a.query LIKE '%pg_try_advisory_xact_lock%' AND a.xact_start IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted)`;
  return Number(row?.count ?? 0);
}
