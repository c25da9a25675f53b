import cookie from '@fastify/cookie';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { auditRoutes } from './audit/routes.ts';
import { administrators } from './auth/administrators.ts';
import { auth } from './auth/index.ts';
import { certificateAlerts } from './certificate/alerts.ts';
import { certificateWatch } from './certificate/watch.ts';
import type { Config } from './config/config.ts';
import { consoleRoutes } from './console/index.ts';
import { type Clock, openDatabaseClock } from './database/clock.ts';
import type { Database } from './database/database.ts';
import { events } from './events/index.ts';
import type { EventTiming } from './events/queue.ts';
import { exportRoutes } from './import-export/export-routes.ts';
import { importRoutes } from './import-export/import-routes.ts';
import { jobs } from './jobs/index.ts';
import { jobsRoutes } from './jobs/routes.ts';
import { outbox } from './messages/index.ts';
import { adminNoticeRoutes } from './notices/admin-routes.ts';
import { noticeRoutes } from './notices/routes.ts';
import { overviewRoutes } from './overview/routes.ts';
import { peopleRoutes } from './people/routes.ts';
import { core } from './plugins/core.ts';
import { docs } from './plugins/docs.ts';
import { draining } from './plugins/draining.ts';
import { errors } from './plugins/errors.ts';
import { headers } from './plugins/headers.ts';
import { health } from './plugins/health.ts';
import { createHttp } from './plugins/http.ts';
import { limits } from './plugins/limits.ts';
import { metrics } from './plugins/metrics.ts';
import { platform } from './plugins/platform.ts';
import { version } from './plugins/version.ts';
import { settingsRoutes } from './settings/routes.ts';
import { superExecutiveFaults } from './super-executives/faults.ts';
import { superExecutiveRoutes } from './super-executives/routes.ts';

export interface AppParts {
  config: Config;
  /** An open database; closing the app does not close it. */
  database: Database;
  logger: FastifyBaseLogger;
  /** The database's by default. */
  clock?: Clock | undefined;
  timing?: AppTiming | undefined;
}

/** Real-time limits, over the defaults. */
export interface AppTiming {
  events?: EventTiming; // part: events
  /** How long a stop waits for calls to the platform, in milliseconds. */
  patienceMs?: number;
  /** Time limit for receiving a request, in milliseconds. */
  arrivalMs?: number;
}

/**
 * Builds the server without listening. Each plugin names the plugins that it needs. To remove a slice, delete its lines
 * here and its folder.
 */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { config, database, logger, timing = {} } = parts;
  const app = createHttp(config, logger, timing.arrivalMs);

  // Shared parts, and the order of a stop: jobs are aborted before the server closes for requests.
  const clock = parts.clock ?? (await openDatabaseClock(database.prisma, logger));
  await app.register(core, { config, database, clock });
  await app.register(metrics);
  await app.register(platform);
  await app.register(jobs, { patienceMs: timing.patienceMs });
  if (clock.adjust !== undefined) app.jobs.every('clock', 60_000, clock.adjust, { title: '与数据库对时' });
  await app.register(draining);

  // For every request.
  await app.register(headers);
  await app.register(errors);
  await app.register(version);
  await app.register(cookie);
  await app.register(limits);
  await app.register(docs);
  await app.register(health);
  await app.register(superExecutiveFaults);

  // Sign-in and roles.
  await app.register(auth);
  await app.register(administrators);

  // The slices.
  await app.register(outbox); // part: messages
  await app.register(events, { timing: timing.events }); // part: events
  await app.register(certificateWatch);
  await app.register(certificateAlerts); // part: messages
  await app.register(peopleRoutes);
  await app.register(superExecutiveRoutes);
  await app.register(importRoutes);
  await app.register(exportRoutes);
  await app.register(noticeRoutes); // part: notices
  await app.register(adminNoticeRoutes); // part: notices
  await app.register(auditRoutes);
  await app.register(overviewRoutes);
  await app.register(jobsRoutes);
  await app.register(settingsRoutes);
  await app.register(consoleRoutes); // part: console
  return app;
}

/**
 * Builds the server and listens. The database stays open when it is closed.
 *
 * @returns the server; closing it waits for running requests, and ends the background jobs.
 * @throws errors of `listen`, e.g. EADDRINUSE.
 */
export async function serve(
  config: Config,
  database: Database,
  logger: FastifyBaseLogger,
): Promise<FastifyInstance> {
  for (const warning of config.warnings) logger.warn(warning);
  const app = await buildApp({ config, database, logger });
  try {
    await app.listen({ host: config.host, port: config.port });
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
