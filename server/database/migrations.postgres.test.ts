import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { postgresUrl } from '../testing/database.ts';
import { openDatabase } from './database.ts';
import { applyMigrations } from './migrations.ts';

const name = `miniapp_fresh_${randomBytes(8).toString('hex')}`;

async function asAdministrator(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

beforeAll(() => asAdministrator(`CREATE DATABASE ${name}`));
afterAll(() => asAdministrator(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

test('of three instances that start at once on an empty database, one migrates it', async () => {
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  const options = { url: url.href, dataDir: '', poolSize: 2, timeoutMs: 10_000 };
  const databases = await Promise.all([1, 2, 3].map(() => openDatabase(options)));
  try {
    const applied = await Promise.all(
      databases.map((one) => one.withSchemaAdapter((to) => applyMigrations(to))),
    );
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
