import { loadDatabaseConfig } from '../config/database.ts';
import { loadEnvironment } from '../config/environment-file.ts';
import { failStart } from '../config/start-failure.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { explainingDatabase } from '../database/unavailable.ts';

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
  explainingDatabase(run).then(() => process.exit(0), failStart);
}
