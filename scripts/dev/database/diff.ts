import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { migrationsFolder } from '../../../server/config/paths.ts';
import { openDatabase } from '../../../server/database/database.ts';
import { diffFromMigrations } from '../../../server/database/migrations.ts';

/** A migration's folder: when it was made, in UTC, and its name. */
export function migrationName(name: string, at: Date): string {
  return `${at.toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`;
}

/**
 * Writes the migration that leads from the existing ones to `schema.prisma`.
 *
 * @returns the new file's path, or null when there is nothing to migrate.
 */
export async function writeMigration(name: string, folder = migrationsFolder): Promise<string | null> {
  const scratch = await openDatabase({ url: null, dataDir: 'memory', poolSize: 1, timeoutMs: 60_000 });
  try {
    const sql = await scratch.withSchemaAdapter((adapter) => diffFromMigrations(adapter, folder));
    if (sql === '') return null;
    const target = path.join(folder, migrationName(name, new Date()), 'migration.sql');
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, sql);
    return target;
  } finally {
    await scratch.close();
  }
}
