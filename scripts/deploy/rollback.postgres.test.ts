import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { migrationsFolder } from '../../server/config/paths.ts';
import { applyMigrations } from '../../server/database/migrations.ts';
import { createTestDatabase, type TestDatabase } from '../../server/testing/database.ts';

/** A rollback needs the older release to start on a newer database. */

let database: TestDatabase;
let older: string;
beforeAll(async () => {
  database = await createTestDatabase();
  older = await mkdtemp(path.join(os.tmpdir(), 'older-release-'));
  await cp(migrationsFolder, older, { recursive: true });
  const names = (await readdir(older)).filter((name) => /^\d/.test(name)).sort();
  await rm(path.join(older, names.at(-1) ?? ''), { recursive: true });
});
afterAll(async () => {
  await database?.close();
  await rm(older, { recursive: true, force: true });
});

test('a release that does not know the last migration applies nothing, changes nothing and complains of nothing', async () => {
  const recorded = () => database.prisma.$queryRaw<unknown[]>`SELECT * FROM _prisma_migrations ORDER BY id`;
  const before = await recorded();
  expect(await applyMigrations(database, { folder: older })).toEqual([]);
  expect(await recorded()).toEqual(before);
  // The newer release still finds all of its data.
  expect(await applyMigrations(database)).toEqual([]);
});
