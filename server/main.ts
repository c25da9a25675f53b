import { serve } from './app.ts';
import { loadConfig } from './config/config.ts';
import { databaseName } from './config/database.ts';
import { readDeployment } from './config/deployment.ts';
import { loadEnvironment } from './config/environment-file.ts';
import { makeObjectsYoung } from './config/heap.ts';
import { failStart } from './config/start-failure.ts';
import { openDatabase } from './database/database.ts';
import { migrateOwn } from './database/deployment.ts';
import { ownsAuditLog } from './database/grants.ts';
import { explainingDatabase } from './database/unavailable.ts';
import { stopOnSignals } from './jobs/stopping.ts';
import { createLogger } from './plugins/logging.ts';

/** `node dist/server/main.js`: opens the database, applies its migrations, listens, and stops on signals. */
async function main(): Promise<void> {
  makeObjectsYoung();
  const env = loadEnvironment();
  const config = loadConfig(env);
  const logger = createLogger(config);
  const database = await openDatabase(config.database);
  try {
    const waiting = (pid: number | null) =>
      logger.warn({ pid }, 'another PostgreSQL session is migrating the database: the start waits for it');
    const use = { mine: readDeployment(env), database: databaseName(config.database) };
    const applied = await migrateOwn(database, use, waiting);
    if (applied.length > 0) logger.info({ applied }, 'migrations applied');
    if (config.production && (await ownsAuditLog(database))) {
      logger.warn('数据库账号是表的属主，关得掉审计日志的保护；怎样分成两个账号，见 scripts/docs/deploy.md');
    }
    const app = await serve(config, database, logger);
    stopOnSignals(() => app.close().finally(() => database.close()), logger);
  } catch (error) {
    await database.close();
    throw error;
  }
}

explainingDatabase(main).catch(failStart);
