/**
 * The server as a child process of `npm run dev`, which ends it and starts it anew when a source changes. With
 * the emulator it serves both platforms, one port each, on one database: the embedded one allows one process.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { seed, seededUsernames } from '../../prisma/seed.ts';
import { serve } from '../../server/app.ts';
import { type Config, loadConfig } from '../../server/config/config.ts';
import { databaseName } from '../../server/config/database.ts';
import { readDeployment } from '../../server/config/deployment.ts';
import { explainStartFailure } from '../../server/config/start-failure.ts';
import { openDatabase } from '../../server/database/database.ts';
import { migrateOwn, refuseOthers } from '../../server/database/deployment.ts';
import { explainingDatabase } from '../../server/database/unavailable.ts';
import { stopOnSignals } from '../../server/jobs/stopping.ts';
import { createLogger } from '../../server/plugins/logging.ts';
import { emulatorEnvironment } from '../emulator/environment.ts';
import type { ServerMessage } from './messages.ts';
import { terminalLog } from './server-log.ts';

function tell(message: ServerMessage): void {
  process.send?.(message);
}

/** With the emulator one configuration for each platform, otherwise the one of `.env`. */
function configurations(emulatorUrl: string | undefined): Config[] {
  const env = { LOG_LEVEL: 'warn', ...process.env };
  if (emulatorUrl === undefined) return [loadConfig(env)];
  const first = loadConfig({ ...env, ...emulatorEnvironment('dingtalk', emulatorUrl) });
  const second = loadConfig({
    ...env,
    ...emulatorEnvironment('zhezhengding', emulatorUrl),
    PORT: String(first.port + 1),
  });
  return [first, second];
}

/** Lets the console take its pages from Vite, where the app has a console. */
function usePages(config: Config, viteUrl: string | undefined): void {
  // By assignment: the configuration of an app without a console has no such setting.
  if (viteUrl === undefined || !('console' in config)) return;
  if (config.console instanceof Object) Object.assign(config.console, { viteUrl });
}

/** Waits until the server that this one replaces has ended and freed its ports and the database. */
async function myTurn(): Promise<void> {
  const [message]: unknown[] = await once(process, 'message');
  if (message === 'shutdown') process.exit(0);
}

/**
 * @param emulatorUrl absent with real credentials.
 * @param viteUrl absent without a console.
 * @param migrate whether to apply the migrations that the database lacks: at the first start.
 */
async function main(
  emulatorUrl: string | undefined,
  viteUrl: string | undefined,
  migrate: boolean,
): Promise<void> {
  if (!migrate) await myTurn();
  const configs = configurations(emulatorUrl);
  for (const config of configs) usePages(config, viteUrl);
  const [first] = configs;
  if (first === undefined) return;
  const logger = createLogger(
    first,
    terminalLog((text) => console.error(text)),
  );
  const database = await openDatabase(first.database);
  const use = {
    mine: readDeployment(process.env),
    database: databaseName(first.database),
    invented: seededUsernames,
  };
  if (migrate) await migrateOwn(database, use);
  else await refuseOthers(database, use);
  // Only the emulator's people are seeded: real people must not meet accounts with a known password.
  if (emulatorUrl !== undefined) await seed(database.prisma);
  const servers: Awaited<ReturnType<typeof serve>>[] = [];
  // One after the other: the first answers while the second is made.
  for (const config of configs) servers.push(await serve(config, database, logger));
  stopOnSignals(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await database.close();
  }, logger);
  process.off('disconnect', endAtOnce);
  tell({
    kind: 'ready',
    database:
      database.kind === 'embedded' ? `内置（${first.database.dataDir}）` : 'PostgreSQL（DATABASE_URL）',
  });
}

// Compiles the databases' WebAssembly once, and not a second time in the background: a start takes half the time and 40
// MB less.
setFlagsFromString('--liftoff-only');

/** Ends a server that is still starting when `npm run dev` ends. */
const endAtOnce = () => process.exit(1);
process.on('disconnect', endAtOnce);

const { values } = parseArgs({
  options: {
    emulator: { type: 'string' },
    vite: { type: 'string' },
    migrate: { type: 'boolean', default: false },
  },
});
explainingDatabase(() => main(values.emulator, values.vite, values.migrate)).catch((error: unknown) => {
  const explained = explainStartFailure(error);
  tell({ kind: 'failed', message: explained ?? String(error instanceof Error ? error.stack : error) });
  process.exit(1);
});
