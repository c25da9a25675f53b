import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { type AppTiming, buildApp } from './app.ts';
import type { Config } from './config/config.ts';
import type { Database } from './database/database.ts';
import { createSealing } from './database/sealing.ts';
import { createActivity } from './overview/activity.ts';
import { callLabel, heldBackCall } from './overview/overview.ts';
import { createProblems } from './overview/problems.ts';
import { createReporter, writeEveryMs } from './overview/reporter.ts';
import { signInKinds } from './overview/sign-ins.ts';
import { createPlatform, databaseTokenStore } from './platform/index.ts';
import { createMetrics, type Metrics } from './plugins/metrics.ts';

/**
 * Makes the platform's driver and the app on a database that is open already and stays open; closing the app
 * closes the driver.
 *
 * @param now epoch milliseconds; the system's clock by default.
 * @param timing over the app's own.
 */
export async function assemble(
  config: Config,
  database: Database,
  logger: FastifyBaseLogger,
  now: () => number = Date.now,
  timing: AppTiming = {},
): Promise<FastifyInstance> {
  const counters = createMetrics();
  const activity = createActivity(now);
  // What the metrics lose at a restart, and no instance has of the others, is kept for the overview.
  const metrics: Metrics = {
    ...counters,
    signIn(outcome, by) {
      counters.signIn(outcome, by);
      activity.count(signInKinds[by], outcome);
    },
    binding(outcome) {
      counters.binding(outcome);
      activity.count('binding', outcome);
    },
  };
  const problems = createProblems(now);
  const platform = createPlatform(config.platform, {
    tokenStore: databaseTokenStore(database, createSealing(config.secretKey)),
    now,
    onCall(call) {
      metrics.platformCall(call);
      problems.note(call);
      const ended = call.ok ? 'ok' : (call.kind ?? 'fault');
      activity.count('call', callLabel(call.api, call.refusedBy === undefined ? ended : heldBackCall));
      logger[call.ok ? 'debug' : 'warn'](call, 'platform call');
    },
    onCircuit(change) {
      metrics.circuit(change);
      logger.warn(change, 'platform circuit');
    },
  });
  const reporter = createReporter({
    prisma: database.prisma,
    activity,
    state: () => ({
      problems: problems.list(),
      heldBack: platform.circuits().map(({ api, state }) => ({ api, state })),
    }),
    now,
    log: logger,
  });
  const app = await buildApp({ config, database, platform, metrics, reporter, logger, now, timing });
  app.jobs.every('overview', writeEveryMs, reporter.flush, { atOnce: true });
  app.jobs.every('overview-sweep', 3_600_000, reporter.sweep);
  // After the last request, and the last added first.
  app.addHook('onClose', () => reporter.stop());
  app.addHook('onClose', async () => {
    await app.jobs.ended();
    // End the platform calls that are left: the clients have gone.
    await platform.hangUp();
  });
  return app;
}
