import { type Emulator, startEmulator } from '../../scripts/emulator/index.ts';
import type { AdminOverview, SignInsByHour } from '../contract/overview.ts';
import { call, signInWith, tokenIn, until } from '../testing/client.ts';
import { createSeededDatabase, type TestDatabase } from '../testing/database.ts';
import { killProcesses, type ServerProcess, startProcess } from '../testing/processes.ts';

/** Two servers count into one database; one is stopped, the other killed. */

let database: TestDatabase;
let emulator: Emulator;
const start = () => startProcess({ databaseUrl: database.url ?? '', emulatorUrl: emulator.url });

beforeAll(async () => {
  [database, emulator] = await Promise.all([createSeededDatabase(), startEmulator()]);
}, 120_000);
afterAll(async () => {
  killProcesses();
  await emulator?.close();
  await database?.close();
});

async function signIn(server: ServerProcess, person: string): Promise<string> {
  const token = tokenIn(await signInWith(server.url, emulator.control.issueAuthCode(person, 'dingtalk')));
  if (token === null) throw new Error(`${person} was not signed in`);
  return token;
}
const counted = async () =>
  (
    await database.prisma.activityCount.aggregate({
      where: { kind: 'sign-in', label: 'signed-in' },
      _sum: { count: true },
    })
  )._sum.count ?? 0;

test('counts of a stopped server are whole, and those of a killed one up to its last writing', async () => {
  const [stopped, killed] = await Promise.all([start(), start()]);
  for (let at = 0; at < 6; at += 1) await signIn(at < 3 ? stopped : killed, 'zhangsan');
  // Nobody looks: each writes by itself, every few seconds.
  await until(async () => (await counted()) === 6, 20_000, 'both have written');
  await signIn(stopped, 'zhangsan');
  await stopped.stop();
  expect(await counted()).toBe(7);

  await killed.kill();
  const fresh = await start();
  const token = await signIn(fresh, 'admin');
  const { body } = await call(`${fresh.url}/api/admin/overview/sign-ins`, { token });
  expect((body as unknown as SignInsByHour).series).toMatchObject([{ outcome: 'signed-in', total: 8 }]);
  const overview = (await call(`${fresh.url}/api/admin/overview`, { token })).body;
  // The killed one was seen just now; it counts as running until a minute has passed.
  expect((overview as unknown as AdminOverview).instances).toBe(2);
  await fresh.stop();
}, 90_000);
