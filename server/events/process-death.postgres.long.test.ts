import { setTimeout as delay } from 'node:timers/promises';
import { emulatedApps } from '../../scripts/emulator/index.ts';
import { whileAlone } from '../jobs/run-lock.ts';
import { type Built, build } from '../testing/build.ts';
import { callback, callbackEnvironment, personEvent } from '../testing/event-callback.ts';
import { killProcesses, startProcess } from '../testing/processes.ts';

/** Real processes, really killed. */

const { appKey, corpId } = emulatedApps.dingtalk;
const zhaoliu = '270104';
const userApi = '/topapi/v2/user/get';

let here: Built;

beforeAll(async () => {
  here = await build({ env: callbackEnvironment });
});
afterEach(killProcesses);
afterAll(() => here.close());

test('an event whose process is killed while it asks the platform is handled by the next process', async () => {
  const server = await startProcess({
    databaseUrl: here.database.url ?? '',
    emulatorUrl: here.emulator.url,
    env: callbackEnvironment,
  });
  here.emulator.control.fault({ path: userApi, kind: 'timeout' });
  const sent = callback(personEvent('user_leave_org', [zhaoliu], corpId), appKey);
  const response = await fetch(server.url + sent.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent.payload),
  });
  expect(response.status).toBe(200);
  // The event is acknowledged, and the process is handling it.
  while ((here.emulator.control.calls()[userApi] ?? 0) === 0) await delay(5);
  await server.kill();

  const row = () => here.prisma.platformEvent.findFirstOrThrow();
  expect(await row()).toMatchObject({ attempts: 1, processedAt: null });
  await here.app.platformEvents.settle();
  expect(await row()).toMatchObject({ attempts: 1, processedAt: null });
  here.advance(61_000);
  await here.app.platformEvents.settle();
  expect(await row()).toMatchObject({ attempts: 2, processedAt: expect.any(Date) });
  const user = await here.prisma.user.findUniqueOrThrow({ where: { username: 'zhaoliu' } });
  expect(user.leftAt).toBeInstanceOf(Date);
}, 60_000);

test('a lock is free as soon as its connection is lost, and its former holder can tell', async () => {
  const { database, prisma } = here;
  const held = await whileAlone(database, 'a-test', async (lock) => {
    await lock.check();
    expect(await whileAlone(database, 'a-test', async () => 'both')).toBeNull();
    expect(await whileAlone(database, 'another', async () => 'alone')).toEqual({ result: 'alone' });
    await prisma.$queryRaw`
      SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
      WHERE application_name = 'miniapp-migrations' AND datname = current_database()`;
    await expect(lock.check()).rejects.toThrow();
    return whileAlone(database, 'a-test', async () => 'the next');
  });
  expect(held).toEqual({ result: { result: 'the next' } });
  expect(await whileAlone(database, 'a-test', async () => 'free')).toEqual({ result: 'free' });
});
