import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { migrationsFolder, schemaFile } from '../config/paths.ts';
import { StartFailure } from '../config/start-failure.ts';
import { withMigrationRecord } from './migration-record.ts';
import { type MigrationList, withSchemaEngine } from './schema-engine.ts';

const nothingExternal = { externalTables: [], externalEnums: [] };

/** The history of a database and the folder tell different stories: nobody can say what its tables are like. */
export class EditedMigrations extends StartFailure {
  override readonly name = 'EditedMigrations';
  constructor(names: readonly string[]) {
    super(
      `迁移 ${names.join('、')} 在应用到数据库之后又被修改过。已应用的迁移不能再改：请还原它，` +
        '把改动写进新的迁移（npm run db:diff -- 名称）。内置数据库没有要保留的数据时，也可以删除 .data 后重新启动。',
    );
  }
}

/**
 * Applies the migrations that the database does not have yet, as `prisma migrate deploy` does: it takes
 * PostgreSQL's advisory lock, so that of several instances that start at once one applies and the others
 * find nothing to do, and it writes `_prisma_migrations`. A migration that fails, or is broken off, is undone and runs
 * again the next time.
 *
 * @param waiting called once when another migrator has been waited for; with its PostgreSQL process, null when unknown.
 * @returns the names of the migrations applied by this call, oldest first.
 * @throws EditedMigrations before anything is applied; MigrationFailed when a migration fails; the driver's error when
 * the database cannot be reached.
 */
export async function applyMigrations(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  {
    folder = migrationsFolder,
    waiting = () => undefined,
  }: { folder?: string; waiting?: (pid: number | null) => void } = {},
): Promise<string[]> {
  const migrationsList = await readMigrations(folder);
  const datamodel = { path: schemaFile, content: await readFile(schemaFile, 'utf8') };
  return withMigrationRecord(adapter, scriptsOf(migrationsList), waiting, (record) =>
    withSchemaEngine(record.adapter, datamodel, async (engine) => {
      // Applying alone would not look at the migrations that are applied already.
      const { editedMigrationNames } = await engine.diagnoseMigrationHistory({
        migrationsList,
        optInToShadowDatabase: false,
        filters: nothingExternal,
      });
      if (editedMigrationNames.length > 0) throw new EditedMigrations(editedMigrationNames);
      try {
        const applied = await engine.applyMigrations({ migrationsList, filters: nothingExternal });
        return applied.appliedMigrationNames;
      } catch (error) {
        throw await record.explain(error);
      }
    }),
  );
}

function scriptsOf({ migrationDirectories }: MigrationList): Map<string, string> {
  return new Map(
    migrationDirectories.flatMap(({ path: name, migrationFile: { content } }) =>
      content.tag === 'ok' ? [[name, content.value]] : [],
    ),
  );
}

/**
 * The SQL that leads from the migrations in `folder` to `schema.prisma`; empty when they agree.
 *
 * @param scratch an empty database that the migrations are played into.
 */
export async function diffFromMigrations(
  scratch: SqlMigrationAwareDriverAdapterFactory,
  folder: string = migrationsFolder,
): Promise<string> {
  const migrations = await readMigrations(folder);
  const datamodel = { path: schemaFile, content: await readFile(schemaFile, 'utf8') };
  return withSchemaEngine(scratch, datamodel, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'migrations', ...migrations },
      to: { tag: 'schemaDatamodel', files: [datamodel] },
      script: true,
      exitCode: null,
      filters: nothingExternal,
    });
    return stdout === null || /^\s*-- This is an empty migration\.\s*$/.test(stdout) ? '' : stdout;
  });
}

async function readMigrations(folder: string): Promise<MigrationList> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const lockfile = path.join(folder, 'migration_lock.toml');
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: await readFile(lockfile, 'utf8').catch(() => null) },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.sort().map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          // Line ends are part of the checksum that `_prisma_migrations` keeps: a Windows checkout must not
          // look like an edited migration.
          content: {
            tag: 'ok' as const,
            value: (await readFile(path.join(folder, name, 'migration.sql'), 'utf8')).replace(/\r\n/g, '\n'),
          },
        },
      })),
    ),
  };
}
