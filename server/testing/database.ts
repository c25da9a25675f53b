import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { seed } from '../../prisma/seed.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { applyMigrations } from '../database/migrations.ts';
import { embeddedImage } from './embedded-image.ts';
import { migrationsHash } from './migrations-hash.ts';
import { postgresUrl } from './postgres.ts';

export const testDatabaseKind = () =>
  process.env.TEST_DATABASE === 'postgresql' ? 'postgresql' : 'embedded';

export interface TestDatabase extends Database {
  /** Its PostgreSQL address; null for the embedded one. */
  url: string | null;
}

/** A fresh, migrated, empty database for one test file; `close` drops it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  if (testDatabaseKind() === 'embedded') {
    const database = await openDatabase({
      url: null,
      dataDir: 'memory',
      image: await embeddedImage(),
      poolSize: 1,
      timeoutMs: 10_000,
    });
    return { ...database, url: null };
  }
  const url = await createPostgresDatabase();
  const database = await openDatabase({ url, dataDir: '', poolSize: 10, timeoutMs: 10_000 });
  return {
    ...database,
    url,
    async close() {
      await database.close();
      await dropPostgresDatabase(url);
    },
  };
}

/** The same with the seed's people and notices in it. */
export async function createSeededDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await seed(database.prisma);
  return database;
}

/** @returns the address of a new database, copied from a template that is migrated once per set of migrations. */
export async function createPostgresDatabase(): Promise<string> {
  const template = `miniapp_template_${migrationsHash()}`;
  const name = `miniapp_test_${randomBytes(8).toString('hex')}`;
  await asAdministrator(async (client) => {
    // Test files run in several processes: one makes the template, and nobody copies a half-made one.
    await client.query('SELECT pg_advisory_lock(417001)');
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) await makeTemplate(client, template);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    await setZone(client, name);
    await client.query('SELECT pg_advisory_unlock(417001)');
  });
  return withDatabase(name);
}

/** @returns the address of a new PostgreSQL database with nothing in it, not even the tables. */
export async function createEmptyDatabase(): Promise<string> {
  const name = `miniapp_test_${randomBytes(8).toString('hex')}`;
  await asAdministrator(async (client) => {
    await client.query(`CREATE DATABASE ${name}`);
    await setZone(client, name);
  });
  return withDatabase(name);
}

export async function dropPostgresDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await asAdministrator((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

async function makeTemplate(client: pg.Client, template: string): Promise<void> {
  const draft = `${template}_draft`;
  await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${draft}`);
  const database = await openDatabase({
    url: withDatabase(draft),
    dataDir: '',
    poolSize: 2,
    timeoutMs: 30_000,
  });
  await database.withSchemaAdapter((adapter) => applyMigrations(adapter));
  await database.close();
  await client.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}

/** As on most servers in China: whatever counts on the database being in UTC fails here. */
async function setZone(client: pg.Client, database: string): Promise<void> {
  await client.query(`ALTER DATABASE ${database} SET TimeZone TO 'Asia/Shanghai'`);
}

async function asAdministrator<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(name: string): string {
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}
