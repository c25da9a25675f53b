import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { openDatabase } from '../database/database.ts';
import { applyMigrations } from '../database/migrations.ts';
import { cheapSeed } from './cheap-seed.ts';
import type { Contents } from './embedded-image.ts';
import { migrationsHash } from './migrations-hash.ts';
import { asAdministrator, postgresUrl, run } from './postgres.ts';

const newName = () => `miniapp_test_${run()}_${randomBytes(6).toString('hex')}`;

/** Copied in advance, so that the next test file does not wait for its database. */
let spare: Promise<string> | undefined;

/** @returns the address of a new database, copied from a template. */
export async function copyTemplate(contents: Contents): Promise<string> {
  if (contents === 'empty') return copy(contents);
  const mine = spare ?? copy(contents);
  spare = mine.then(() => copy(contents));
  spare.catch(() => {
    spare = undefined;
  });
  return mine;
}

/** @returns the address of a new database with the tables and nothing in them. */
export const createPostgresDatabase = (): Promise<string> => copyTemplate('empty');

/** @returns the address of a new PostgreSQL database with nothing in it, not even the tables. */
export async function createEmptyDatabase(): Promise<string> {
  const name = newName();
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

async function copy(contents: Contents): Promise<string> {
  // The empty one serves all runs until the migrations change; the seeded one is made anew for each.
  const template =
    contents === 'empty' ? `miniapp_template_${migrationsHash()}` : `miniapp_test_${run()}_seeded`;
  const name = newName();
  await asAdministrator(async (client) => {
    const exists = async () =>
      (await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template])).rowCount === 1;
    if (!(await exists())) {
      // Test files run in several processes: one makes the template.
      await client.query('SELECT pg_advisory_lock(417001)');
      if (!(await exists())) await makeTemplate(client, template, contents);
      await client.query('SELECT pg_advisory_unlock(417001)');
    }
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    await setZone(client, name);
  });
  return withDatabase(name);
}

async function makeTemplate(client: pg.Client, template: string, contents: Contents): Promise<void> {
  const draft = `${template}_draft`;
  await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${draft}`);
  const url = withDatabase(draft);
  const database = await openDatabase({ url, dataDir: '', poolSize: 2, timeoutMs: 30_000 });
  await applyMigrations(database);
  if (contents === 'seeded') await cheapSeed(database.prisma);
  await database.close();
  await client.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}

/** Not UTC, like most servers in China, so that code that expects UTC fails. */
async function setZone(client: pg.Client, database: string): Promise<void> {
  await client.query(`ALTER DATABASE ${database} SET TimeZone TO 'Asia/Shanghai'`);
}

function withDatabase(name: string): string {
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}
