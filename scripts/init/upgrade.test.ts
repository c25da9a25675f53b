import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../server/config/config.ts';
import { readEnvironmentFile } from '../../server/config/environment-file.ts';
import { migrationsFolder } from '../../server/config/paths.ts';
import { type Database, openDatabase } from '../../server/database/database.ts';
import { applyMigrations } from '../../server/database/migrations.ts';
import { build } from '../../server/testing/build.ts';
import { testDatabaseKind } from '../../server/testing/database.ts';
import { createEmptyDatabase, dropPostgresDatabase } from '../../server/testing/postgres-databases.ts';
import { emulatorEnvironment } from '../emulator/environment.ts';
import { emptyListing } from '../listing/listing.ts';
import { loadListing } from '../listing/listing-file.ts';

/** An app that `npm run init` made from version 0.1.0: its `.env`, its `listing.yaml` and its database. */
const old = (file: string) => path.join(import.meta.dirname, 'fixtures', '0.1.0', file);
const settings = readEnvironmentFile(old('environment')) as Record<string, string>;

/** The token and the person of the session in `rows.sql`. */
const session = { token: 'uNFls25HSiGxvlIct25tEWzolp18FQLPvgZ75RYiEnI', name: '张三' };

test('the settings of a 0.1.0 app are still read as before', () => {
  expect(loadConfig(settings)).toMatchObject({
    platform: { name: 'zhezhengding' },
    auth: { binding: false, sessionLifetimeMs: 7 * 24 * 3_600_000, matchByMobile: false },
    database: { url: null },
  });
});

test('the listing.yaml of 0.1.0 is read', async () => {
  const listing = await loadListing(old('listing.yaml'));
  expect(listing).toMatchObject({
    app: { name: '工单助手', platform: 'zhezhengding' },
    organisations: { production: '196729' },
    domain: { name: 'app.dept.gov.cn' },
    answers: { 'unified-approval': { answer: null } },
  });
  expect(Object.keys(listing).sort()).toEqual(Object.keys(emptyListing()).sort());
});

test('the database of 0.1.0 is migrated, and people stay signed in', async () => {
  const url = testDatabaseKind() === 'postgresql' ? await createEmptyDatabase() : null;
  const database = await openDatabase({ url, dataDir: 'memory', poolSize: 5, timeoutMs: 10_000 });
  try {
    const rows = readFileSync(old('rows.sql'), 'utf8');
    await runScripts(database, rows);
    await applyMigrations(database);
    expect(await applyMigrations(database)).toEqual([]);

    const platform = Object.keys(emulatorEnvironment('zhezhengding', ''));
    const env = Object.fromEntries(
      Object.entries(settings).filter(([name, value]) => value !== '' && !platform.includes(name)),
    );
    const { app, close } = await build({ platform: 'zhezhengding', env, database: { ...database, url } });
    const answer = await app.inject({
      url: '/api/me',
      headers: { authorization: `Bearer ${session.token}` },
    });
    expect(answer.json()).toMatchObject({ user: { name: session.name } });
    expect(answer.statusCode).toBe(200);
    await close();
  } finally {
    await database.close();
    if (url !== null) await dropPostgresDatabase(url);
  }
});

/** Makes the database of 0.1.0 from its migrations, which must be unchanged, and its rows. */
async function runScripts(database: Database, rows: string): Promise<void> {
  const noted = [...rows.matchAll(/_prisma_migrations .* VALUES \('[^']+', '(\w{64})', '[^']+', '(\w+)'/g)];
  expect(noted).toHaveLength(6);
  await database.withConnection(async (connection) => {
    for (const [, checksum, name = ''] of noted) {
      const script = readFileSync(path.join(migrationsFolder, name, 'migration.sql'), 'utf8');
      expect({ name, checksum: createHash('sha256').update(script).digest('hex') }).toEqual({
        name,
        checksum,
      });
      await connection.run(script);
    }
    await connection.run(rows);
    // Moves the session's beginning to a minute ago.
    await connection.run(`UPDATE sessions SET created_at = now() - interval '1 minute',
      last_seen_at = now() - interval '1 minute', expires_at = now() + interval '7 days'`);
  });
}
