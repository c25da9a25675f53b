import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Emulator, startEmulator } from '../../../scripts/emulator/index.ts';
import { type Cable, startCable } from '../cable.ts';
import { until } from '../client.ts';
import { createSeededDatabase, type TestDatabase } from '../database.ts';
import { addNotices, expectNothingLost, startLoad } from '../load.ts';
import { killProcesses, type ServerProcess, startProcess } from '../processes.ts';

/** One process under load whose database goes away and comes back. */

const clients = 12;
const outageMs = 1500;

let database: TestDatabase;
let emulator: Emulator;
let cable: Cable;
let server: ServerProcess;
let notices: string[];

beforeAll(async () => {
  [database, emulator] = await Promise.all([createSeededDatabase(), startEmulator()]);
  cable = await startCable(database.url ?? '');
  notices = await addNotices(database.prisma, 3000);
  server = await startProcess({
    databaseUrl: cable.url,
    emulatorUrl: emulator.url,
    env: { DATABASE_POOL: '6', DATABASE_TIMEOUT_MS: '1000' },
  });
}, 120_000);
afterAll(async () => {
  killProcesses();
  await cable?.close();
  await emulator?.close();
  await database?.close();
});

/** Ends every connection again and again, as PostgreSQL does when it is being stopped. */
async function terminateConnections(forMs: number): Promise<void> {
  const administrator = new pg.Client({ connectionString: database.url ?? '' });
  await administrator.connect();
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    await administrator.query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name LIKE 'miniapp-%' AND datname = current_database()`);
    await delay(10);
  }
  await administrator.end();
}

test.each<[string, () => Promise<void>]>([
  [
    'stopped and started again',
    async () => {
      cable.pull();
      await delay(outageMs);
      cable.mend();
    },
  ],
  [
    'silent for a while',
    async () => {
      cable.swallow();
      await delay(2 * outageMs);
      cable.mend();
    },
  ],
  ['ending its connections again and again', () => terminateConnections(outageMs)],
])(
  'a database %s under load: 503 and no more, recovery without a restart, nothing acknowledged is lost',
  async (_, outage) => {
    const load = startLoad({ url: server.url, emulator, notices, clients });
    await until(() => load.acknowledged.reads.length > 20, 20_000, 'the clients are at work');
    load.takeAnswers();
    await outage();
    const during = load.takeAnswers();
    const reads = load.acknowledged.reads.length;
    const tookMs = await until(
      () => load.acknowledged.reads.length >= reads + clients,
      15_000,
      'the clients are at work again',
    );
    await load.stop();
    const after = load.takeAnswers();

    for (const key of [...Object.keys(during), ...Object.keys(after)]) {
      expect(['200', '503 DATABASE_UNAVAILABLE']).toContain(key);
    }
    expect(during['503 DATABASE_UNAVAILABLE']).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(5000);
    expect(server.child.exitCode).toBeNull();

    await expectNothingLost(load.acknowledged, server.url, database.prisma);
  },
  90_000,
);
