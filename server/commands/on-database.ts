import { type DatabaseConfig, loadDatabaseConfig } from '../config/database.ts';
import { type Database, openDatabase } from '../database/database.ts';
import type { Surroundings } from './command.ts';

/**
 * Names the configured database (`.env`), without its password, opens it for a command's work, and closes it.
 *
 * @throws ConfigError, EmbeddedDatabaseInUse; whatever `work` throws.
 */
export async function onDatabase<T>(
  { env, print }: Surroundings,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const config = loadDatabaseConfig(env);
  print(`数据库：${databaseName(config)}`);
  const database = await openDatabase(config);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Where a database is, without user and password. */
export function databaseName({ url, dataDir }: Pick<DatabaseConfig, 'url' | 'dataDir'>): string {
  if (url === null) return `内置（${dataDir}）`;
  const { host, pathname, searchParams } = new URL(url);
  return `${host || (searchParams.get('host') ?? '')}${decodeURIComponent(pathname)}`;
}
