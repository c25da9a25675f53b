import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createProblems } from './admin/overview/problems.ts';
import { buildApp } from './app.ts';
import type { Config } from './config/config.ts';
import type { Database } from './database/database.ts';
import { createSealing } from './database/sealing.ts';
import { databaseTokenStore } from './database/token-store.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createPlatform } from './platform/index.ts';

/**
 * Makes the platform's driver and the app on a database that is open already and stays open; closing the app
 * closes the driver.
 *
 * @param now epoch milliseconds; the system's clock by default.
 */
export async function assemble(
  config: Config,
  database: Database,
  logger: FastifyBaseLogger,
  now: () => number = Date.now,
): Promise<FastifyInstance> {
  const metrics = createMetrics();
  const problems = createProblems(now);
  const platform = createPlatform(config.platform, {
    tokenStore: databaseTokenStore(database, createSealing(config.secretKey)),
    now,
    onCall(call) {
      metrics.platformCall(call);
      problems.note(call);
      logger[call.ok ? 'debug' : 'warn'](call, 'platform call');
    },
    onCircuit(change) {
      metrics.circuit(change);
      logger.warn(change, 'platform circuit');
    },
  });
  const app = await buildApp({ config, database, platform, metrics, problems, logger, now });
  app.addHook('onClose', () => platform.close());
  return app;
}
