import { loadDatabaseConfig } from '../../server/config/config.ts';
import { loadEnvironment } from '../../server/config/environment-file.ts';
import { type Database, openDatabase } from '../../server/database/database.ts';
import { failStart } from '../../server/start-failure.ts';

/** Runs a database tool on the configured database (`.env`) and ends the process with its result. */
export function runOnDatabase(tool: (database: Database) => Promise<void>): void {
  const run = async () => {
    const database = await openDatabase(loadDatabaseConfig(loadEnvironment()));
    try {
      await tool(database);
    } finally {
      await database.close();
    }
  };
  run().then(() => process.exit(0), failStart);
}
