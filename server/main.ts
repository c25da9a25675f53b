import { serve } from './app.ts';
import { loadConfig } from './config/config.ts';
import { loadEnvironment } from './config/environment-file.ts';
import { failStart } from './config/start-failure.ts';
import { openDatabase } from './database/database.ts';
import { applyMigrations } from './database/migrations.ts';
import { explainingDatabase } from './database/unavailable.ts';
import { stopOnSignals } from './jobs/stopping.ts';
import { createLogger } from './plugins/logging.ts';

/** `node dist/server/main.js`: opens the database, applies its migrations, listens, and stops on signals. */
async function main(): Promise<void> {
  const config = loadConfig(loadEnvironment());
  const logger = createLogger(config);
  const database = await openDatabase(config.database);
  try {
    const waiting = (pid: number | null) =>
      logger.warn({ pid }, 'another PostgreSQL session is migrating the database: the start waits for it');
    const applied = await applyMigrations(database, { waiting });
    if (applied.length > 0) logger.info({ applied }, 'migrations applied');
    const app = await serve(config, database, logger);
    stopOnSignals(() => app.close().finally(() => database.close()), logger);
  } catch (error) {
    await database.close();
    throw error;
  }
}

explainingDatabase(main).catch(failStart);
