import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { migrationsFolder, projectRoot } from '../../../server/config/paths.ts';
import { type EmbeddedDatabase, openEmbedded } from '../../../server/database/embedded.ts';
import { applyMigrations } from '../../../server/database/migrations.ts';
import { withSchemaEngine } from './schema-engine.ts';

const schemaFile = path.join(projectRoot, 'prisma', 'schema.prisma');

/** A migration's folder: when it was made, in UTC, and its name. */
function migrationName(name: string, at: Date): string {
  return `${at.toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`;
}

/** The SQL that leads from what `database` holds to `schema.prisma`; empty when they agree. */
export async function diffFrom(database: EmbeddedDatabase): Promise<string> {
  const datamodel = { path: schemaFile, content: await readFile(schemaFile, 'utf8') };
  return withSchemaEngine(database.adapter, datamodel, async (engine) => {
    const { stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files: [datamodel], configDir: path.dirname(schemaFile) },
      to: { tag: 'schemaDatamodel', files: [datamodel] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout === null || /^\s*-- This is an empty migration\.\s*$/.test(stdout) ? '' : stdout;
  });
}

/**
 * Writes the migration that leads from the existing ones to `schema.prisma`.
 *
 * @returns the new file's path, or null when there is nothing to migrate.
 * @throws MigrationFailed when an existing migration does not run.
 */
export async function writeMigration(
  name: string,
  folder: string = migrationsFolder,
): Promise<string | null> {
  const scratch = await openEmbedded('memory');
  try {
    await applyMigrations(scratch, { folder });
    const sql = await diffFrom(scratch);
    if (sql === '') return null;
    const target = path.join(folder, migrationName(name, new Date()), 'migration.sql');
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, sql);
    return target;
  } finally {
    await scratch.close();
  }
}
