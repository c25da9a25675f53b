import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { migrationsFolder, projectRoot } from '../config/paths.ts';
import { until } from '../testing/client.ts';
import { postgresUrl } from '../testing/postgres.ts';
import { openDatabase } from './database.ts';
import { applyMigrations } from './migrations.ts';

const name = `miniapp_fresh_${randomBytes(8).toString('hex')}`;

async function asAdministrator<Row extends object>(sql: string, database = postgresUrl): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  const { rows } = await client.query<Row>(sql).finally(() => client.end());
  return rows;
}

const url = new URL(postgresUrl);
url.pathname = `/${name}`;
const options = { url: url.href, dataDir: '', poolSize: 2, timeoutMs: 10_000 };

beforeAll(() => asAdministrator(`CREATE DATABASE ${name}`));
afterAll(() => asAdministrator(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

test('of three instances that start at once on an empty database, one migrates it', async () => {
  const databases = await Promise.all([1, 2, 3].map(() => openDatabase(options)));
  try {
    const applied = await Promise.all(databases.map((one) => applyMigrations(one)));
    const worked = applied.filter((names) => names.length > 0);
    expect(worked).toHaveLength(1);
    for (const { prisma } of databases) {
      const rows = await prisma.$queryRaw<{ migration_name: string }[]>`
        SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY migration_name`;
      expect(rows.map((row) => row.migration_name)).toEqual(worked[0]);
      expect(await prisma.user.count()).toBe(0);
    }
  } finally {
    await Promise.all(databases.map((one) => one.close()));
  }
});

test('for an account without the right to create tables, the error says what to ask the administrator for', async () => {
  const role = `${name}_role`;
  await asAdministrator(`CREATE DATABASE ${role}`);
  await asAdministrator(`CREATE ROLE ${role} LOGIN`);
  const address = new URL(url);
  address.pathname = `/${role}`;
  // Before PostgreSQL 15 everybody may.
  await asAdministrator('REVOKE CREATE ON SCHEMA public FROM PUBLIC', address.href);
  address.username = role;
  const database = await openDatabase({ ...options, url: address.href });
  try {
    await expect(applyMigrations(database)).rejects.toMatchObject({
      name: 'MigrationFailed',
      message: expect.stringMatching(
        /permission denied for schema public（错误码 42501）.*GRANT CREATE ON SCHEMA/s,
      ),
    });
  } finally {
    await database.close();
    await asAdministrator(`DROP DATABASE ${role} WITH (FORCE)`);
    await asAdministrator(`DROP ROLE ${role}`);
  }
});

describe('a migration that is interrupted', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'migrations-'));
    await cp(migrationsFolder, folder, { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A migration that stops in the middle until nobody holds the advisory lock 417002. */
  async function addWaiting(migration: string, table: string): Promise<void> {
    await mkdir(path.join(folder, migration));
    await writeFile(
      path.join(folder, migration, 'migration.sql'),
      `CREATE TABLE ${table}_a (id INT); SELECT pg_advisory_xact_lock_shared(417002); CREATE TABLE ${table}_b (id INT);`,
    );
  }
  const running = () =>
    asAdministrator<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = '${name}' AND query LIKE '%417002%' AND wait_event = 'advisory'`,
    );
  const isRunning = async () => (await running()).length === 1;
  const tablesOf = async (table: string) => {
    const database = await openDatabase(options);
    try {
      return await database.prisma.$queryRaw`
        SELECT relname AS name FROM pg_class WHERE relname LIKE ${`${table}%`} AND relkind = 'r' ORDER BY 1`;
    } finally {
      await database.close();
    }
  };
  const both = (table: string) => [{ name: `${table}_a` }, { name: `${table}_b` }];
  async function migrate(waiting?: (pid: number | null) => void): Promise<string[]> {
    const database = await openDatabase(options);
    return applyMigrations(database, { folder, ...(waiting && { waiting }) }).finally(() => database.close());
  }
  /** The lock that the migration waits for. */
  async function hold(): Promise<pg.Client> {
    const holder = new pg.Client({ connectionString: url.href });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(417002)');
    return holder;
  }

  test('by a lost connection runs completely the next time', async () => {
    const migration = '29990201000000_cut';
    await addWaiting(migration, 'cut');
    const holder = await hold();
    const cut = migrate();
    cut.catch(() => {});
    await until(isRunning, 20_000, 'the migration waits in its middle');
    for (const { pid } of await running()) await asAdministrator(`SELECT pg_terminate_backend(${pid})`);
    await expect(cut).rejects.toThrow(/terminat/);
    await holder.end();
    expect(await tablesOf('cut')).toEqual([]);
    expect(await migrate()).toEqual([migration]);
    expect(await tablesOf('cut')).toEqual(both('cut'));
  });

  test('by kill -9 leaves nothing, and the next start runs it completely', async () => {
    await addWaiting('29990202000000_killed', 'killed');
    const holder = await hold();
    const module = (file: string) =>
      JSON.stringify(pathToFileURL(path.join(projectRoot, 'server/database', file)).href);
    const code = `import { openDatabase } from ${module('database.ts')};
      import { applyMigrations } from ${module('migrations.ts')};
      const database = await openDatabase(${JSON.stringify(options)});
      await applyMigrations(database, ${JSON.stringify({ folder })});`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      cwd: projectRoot,
      stdio: 'inherit',
    });
    await until(isRunning, 30_000, 'the migration waits in its middle');
    child.kill('SIGKILL');
    await once(child, 'exit');
    // The next one waits for the statement that the killed one left running.
    const next = migrate();
    await holder.end();
    expect(await next).toEqual(['29990202000000_killed']);
    expect(await tablesOf('killed')).toEqual(both('killed'));
  });

  test('an instance that waits for another names its process, and then has nothing to do', async () => {
    const migration = '29990203000000_first';
    await addWaiting(migration, 'first');
    const holder = await hold();
    const first = migrate();
    await until(isRunning, 20_000, 'the first instance waits in the middle of its migration');
    const [migrator] = await running();
    const told: (number | null)[] = [];
    const second = migrate((pid) => void told.push(pid));
    await until(async () => told.length > 0, 20_000, 'the second instance says that it waits');
    expect(told).toEqual([migrator?.pid]);
    await holder.end();
    expect(await Promise.all([first, second])).toEqual([[migration], []]);
  });

  test('the time-out of statements does not apply to migrations', async () => {
    await asAdministrator(`ALTER DATABASE ${name} SET statement_timeout = '300ms'`);
    const migration = '29990204000000_slow';
    await mkdir(path.join(folder, migration));
    await writeFile(path.join(folder, migration, 'migration.sql'), 'SELECT pg_sleep(0.6)');
    expect(await migrate()).toEqual([migration]);
    await asAdministrator(`ALTER DATABASE ${name} RESET statement_timeout`);
  });

  test('a statement that PostgreSQL ended is not reported as an unreachable database', async () => {
    const migration = '29990205000000_cancelled';
    await addWaiting(migration, 'cancelled');
    const holder = await hold();
    const cancelled = migrate();
    cancelled.catch(() => {});
    await until(isRunning, 20_000, 'the migration waits in its middle');
    for (const { pid } of await running()) await asAdministrator(`SELECT pg_cancel_backend(${pid})`);
    await expect(cancelled).rejects.toMatchObject({
      name: 'MigrationFailed',
      message: expect.stringMatching(/cancelled 没有成功.*canceling statement.*57014/s),
    });
    await holder.end();
    expect(await migrate()).toEqual([migration]);
  });
});
