import { loadConfig } from './config/config.ts';
import { loadEnvironment } from './config/environment-file.ts';
import { failStart } from './config/start-failure.ts';
import { explainingDatabase } from './database/unavailable.ts';
import { stopOnSignals } from './jobs/stopping.ts';
import { createLogger } from './plugins/logging.ts';
import { startServer } from './server.ts';

/** The production entry: `node dist/server/main.js`. */
async function main(): Promise<void> {
  const config = loadConfig(loadEnvironment());
  const logger = createLogger(config);
  const server = await startServer(config, logger);
  stopOnSignals(() => server.close(), logger);
}

explainingDatabase(main).catch(failStart);
