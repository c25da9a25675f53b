import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Cable, startCable } from '../cable.ts';
import { until } from '../client.ts';
import { addNotices, expectNothingLost, startLoad } from '../load.ts';
import { prepareProcesses, type ServerProcess } from '../processes.ts';

/** One process under load whose database goes away and comes back. */

const clients = 12;
const outageMs = 1500;

const here = prepareProcesses({ DATABASE_POOL: '6', DATABASE_TIMEOUT_MS: '1000' });
let cable: Cable;
let server: ServerProcess;
let notices: string[];

beforeAll(async () => {
  cable = await startCable(here.database.url ?? '');
  notices = await addNotices(here.database.prisma, 3000);
  server = await here.start({ DATABASE_URL: cable.url });
}, 120_000);
afterAll(async () => {
  await server?.kill();
  await cable?.close();
});

/** Ends every connection again and again, as PostgreSQL does when it is being stopped. */
async function terminateConnections(forMs: number): Promise<void> {
  const administrator = new pg.Client({ connectionString: here.database.url ?? '' });
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
    const load = startLoad({ url: server.url, emulator: here.emulator, notices, clients });
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

    await expectNothingLost(load.acknowledged, server.url, here.database.prisma);
  },
  90_000,
);
