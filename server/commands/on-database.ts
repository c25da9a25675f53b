import { databaseName, loadDatabaseConfig } from '../config/database.ts';
import { readDeployment } from '../config/deployment.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { type DatabaseUse, refuseOthers } from '../database/deployment.ts';
import type { Surroundings } from './command.ts';

/**
 * Prints the name of the configured database (`.env`) without its password, opens it for a command, and closes it.
 *
 * @throws ConfigError, EmbeddedDatabaseInUse; DatabaseOfOthers before the work begins; whatever `work` throws.
 */
export async function onDatabase<T>(
  { env, print, invented }: Surroundings,
  work: (database: Database, use: DatabaseUse) => Promise<T>,
): Promise<T> {
  const config = loadDatabaseConfig(env);
  const use = { mine: readDeployment(env), database: databaseName(config), ...(invented && { invented }) };
  print(`数据库：${use.database}`);
  const database = await openDatabase(config);
  try {
    await refuseOthers(database, use);
    return await work(database, use);
  } finally {
    await database.close();
  }
}
