import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { migrationsFolder, projectRoot } from '../../../server/config/paths.ts';
import { type EmbeddedDatabase, openEmbedded } from '../../../server/database/embedded.ts';
import { embeddedImage } from '../../../server/testing/embedded-image.ts';
import { diffFrom, writeMigration } from './diff.ts';
import { command } from './diff-command.ts';
import { withSchemaEngine } from './schema-engine.ts';

/** Migrated by the server's own code. */
let database: EmbeddedDatabase;
beforeAll(async () => {
  database = await openEmbedded('memory', await embeddedImage('empty'));
});
afterAll(() => database.close());

test('schema.prisma says what the migrations make', async () => {
  expect(await diffFrom(database)).toBe('');
});

test('db:diff writes the migration that leads to schema.prisma', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'diff-'));
  try {
    await cp(migrationsFolder, folder, { recursive: true });
    await mkdir(path.join(folder, '20990101000000_more'));
    await writeFile(
      path.join(folder, '20990101000000_more', 'migration.sql'),
      'CREATE TABLE more (id INT PRIMARY KEY);',
    );
    const file = await writeMigration('less', folder);
    expect(path.relative(folder, file ?? '')).toMatch(/^\d{14}_less.migration\.sql$/);
    expect(await readFile(file ?? '', 'utf8')).toMatch(/^(-- DropTable\n)?DROP TABLE "more";\n$/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.each(['Add-Title', '../up', '加一列', '-x'])(
  'db:diff %p: asks for a name, with an example',
  async (name) => {
    const written = vi.fn();
    const asked = command.run([name], { env: {}, print: written, complain: written, ask: null });
    await expect(asked).rejects.toThrow('npm run cli db:diff add_user_title');
    expect(written).not.toHaveBeenCalled();
  },
);

test('the Prisma CLI’s engine finds nothing to do on a database that the server has migrated', async () => {
  const schema = path.join(projectRoot, 'prisma', 'schema.prisma');
  const names = (await readdir(migrationsFolder)).filter((name) => name !== 'migration_lock.toml').sort();
  const migrationsList = {
    baseDir: migrationsFolder,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(path.join(migrationsFolder, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(path.join(migrationsFolder, name, 'migration.sql'), 'utf8'),
          },
        },
      })),
    ),
  };
  const filters = { externalTables: [], externalEnums: [] };
  const datamodel = { path: schema, content: await readFile(schema, 'utf8') };
  await withSchemaEngine(database.adapter, datamodel, async (engine) => {
    expect(
      await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters }),
    ).toMatchObject({ history: null, failedMigrationNames: [], editedMigrationNames: [] });
    expect(await engine.applyMigrations({ migrationsList, filters })).toMatchObject({
      appliedMigrationNames: [],
    });
  });
});
