import { existsSync } from 'node:fs';
import { loadConfig } from './config/config.ts';
import { ConfigError } from './config/environment.ts';
import { createLogger } from './logging.ts';
import { startServer } from './server.ts';
import { explainStartFailure } from './start-failure.ts';
import { stopOnSignals } from './stopping.ts';

/** The production entry: `npm start`. */
async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig(process.env);
  const logger = createLogger(config);
  const server = await startServer(config, logger);
  stopOnSignals(() => server.close(), logger);
}

main().catch((error: unknown) => {
  const explained = error instanceof ConfigError ? error.message : explainStartFailure(error);
  console.error(explained ?? error);
  process.exit(1);
});
