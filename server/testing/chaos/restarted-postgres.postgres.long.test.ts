import { setTimeout as delay } from 'node:timers/promises';
import { type Emulator, startEmulator } from '../../../scripts/emulator/index.ts';
import { type Database, openDatabase } from '../../database/database.ts';
import { applyMigrations } from '../../database/migrations.ts';
import { cheapSeed } from '../cheap-seed.ts';
import { until } from '../client.ts';
import { type Cluster, postgresBinaries, startCluster } from '../cluster.ts';
import { addNotices, expectNothingLost, startLoad } from '../load.ts';
import { killProcesses, type ServerProcess, startProcess } from '../processes.ts';

/** One process under load whose PostgreSQL is really stopped, by its own tools, and started again. */

const clients = 12;
const outageMs = 1500;
const binaries = postgresBinaries();

if (binaries === null) {
  test('PostgreSQL is stopped and started under load', () => {
    const why = '没有找到 initdb 和 pg_ctl，不能停止和启动一个自己的 PostgreSQL';
    if (process.env.CI !== undefined) throw new Error(why);
    console.warn(`这个文件里的测试没有运行：${why}。安装 PostgreSQL 服务端后会自动运行。`);
  });
} else {
  let cluster: Cluster;
  let database: Database;
  let emulator: Emulator;
  let server: ServerProcess;
  let notices: string[];

  beforeAll(async () => {
    [cluster, emulator] = await Promise.all([startCluster(binaries), startEmulator()]);
    database = await openDatabase({ url: cluster.url, dataDir: '', poolSize: 2, timeoutMs: 10_000 });
    await applyMigrations(database);
    await cheapSeed(database.prisma);
    notices = await addNotices(database.prisma, 3000);
    server = await startProcess({
      databaseUrl: cluster.url,
      emulatorUrl: emulator.url,
      env: { DATABASE_POOL: '6', DATABASE_TIMEOUT_MS: '1000' },
    });
  }, 120_000);
  afterAll(async () => {
    killProcesses();
    await database?.close();
    await emulator?.close();
    await cluster?.close();
  });

  test.each(['fast', 'immediate'] as const)(
    'PostgreSQL stopped (%s) and started under load: 503 and no more, recovery without a restart, nothing lost',
    async (how) => {
      const load = startLoad({ url: server.url, emulator, notices, clients });
      await until(() => load.acknowledged.reads.length > 20, 20_000, 'the clients are at work');
      load.takeAnswers();
      await cluster.stop(how);
      await delay(outageMs);
      const during = load.takeAnswers();
      await cluster.start();
      const reads = load.acknowledged.reads.length;
      await until(
        () => load.acknowledged.reads.length >= reads + clients,
        30_000,
        'the clients are at work again',
      );
      await load.stop();
      const after = load.takeAnswers();

      for (const key of [...Object.keys(during), ...Object.keys(after)]) {
        expect(['200', '503 DATABASE_UNAVAILABLE']).toContain(key);
      }
      expect(during['503 DATABASE_UNAVAILABLE']).toBeGreaterThan(0);
      expect(server.child.exitCode).toBeNull();
      await expectNothingLost(load.acknowledged, server.url, database.prisma);
    },
    120_000,
  );
}
