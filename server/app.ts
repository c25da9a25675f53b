import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import {
  registerAjvFormats,
  type TypeBoxTypeProvider,
  TypeBoxValidatorCompiler,
} from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { auditRetention } from './audit/retention.ts';
import { admin } from './auth/administrators.ts';
import { auth } from './auth/index.ts';
import { certificateWatch } from './certificate/watch.ts';
import type { Config } from './config/config.ts';
import { bodyLimit } from './config/limits.ts';
import { consoleRoutes } from './console/index.ts';
import type { Database } from './database/database.ts';
import { events } from './events/index.ts';
import type { WorkerTiming } from './events/worker.ts';
import { jobs } from './jobs/index.ts';
import { outbox } from './messages/index.ts';
import { noticeRoutes } from './notices/routes.ts';
import type { Reporter } from './overview/reporter.ts';
import type { Platform } from './platform/platform.ts';
import { AppError } from './plugins/app-error.ts';
import { apiDocs } from './plugins/docs.ts';
import { draining } from './plugins/draining.ts';
import { answersOutsideHooks, commonHeaders, errorHandler } from './plugins/errors.ts';
import { healthRoutes } from './plugins/health.ts';
import { pressure } from './plugins/limits.ts';
import type { Metrics } from './plugins/metrics.ts';
import { metricsRoutes } from './plugins/metrics-routes.ts';
import { miniVersion } from './plugins/mini-version.ts';
import { dataHeaders } from './plugins/security-headers.ts';
import { superExecutiveFaults } from './super-executives/faults.ts';

export interface AppParts {
  config: Config;
  database: Database;
  platform: Platform;
  metrics: Metrics;
  reporter: Reporter;
  logger: FastifyBaseLogger;
  /** Epoch milliseconds; the system's clock by default. */
  now?: () => number;
  timing?: AppTiming;
}

/** What goes by the real time and not by `now`; over the defaults. */
export interface AppTiming {
  events?: Partial<WorkerTiming>;
  /** How long a stop lets calls to the platform go on, in milliseconds. */
  patienceMs?: number;
  /** How long a request may take until all of it is here, in milliseconds. */
  arrivalMs?: number;
}

/** Puts the server together without listening. Closing the app does not close the parts given to it. */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { config, database, platform, metrics, reporter, now = Date.now, timing = {} } = parts;
  const { patienceMs, arrivalMs = 20_000 } = timing;
  const { prisma } = database;
  registerAjvFormats();
  const security = dataHeaders({ hsts: config.production });
  const app = Fastify({
    loggerInstance: parts.logger,
    genReqId: () => randomUUID(),
    bodyLimit,
    trustProxy: config.trustProxy,
    // A whole request must arrive, and a connection show life, within these; platform calls have their own.
    requestTimeout: arrivalMs,
    http: {
      // Node's own is longer, and it gives the longer one to the body; and it looks only twice a minute.
      headersTimeout: arrivalMs,
      connectionsCheckingInterval: arrivalMs / 4,
      // See errorHandler.
      requireHostHeader: false,
    },
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    // Idle keep-alive connections must not hold up a stop.
    forceCloseConnections: 'idle',
    // What still comes on an open connection while the server stops is served, and its connection closed.
    return503OnClosing: false,
    ...answersOutsideHooks(security),
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler);

  // With callbacks, not promises: these run for every request.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(security).headers(commonHeaders(request.id));
    done();
  });
  // A connection whose request is in flight when the stop begins would stay open for as long as it is kept alive.
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  // Before the door is held open: jobs begin nothing new meanwhile.
  await app.register(jobs, {
    hangUp: () => platform.hangUp(),
    ...(patienceMs !== undefined && { patienceMs }),
  });
  if (config.trustProxy !== false) await app.register(draining);
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) reply.header('connection', 'close');
    // As bytes: Node would join a text to the headers, and encode all of it at the price of its Chinese part.
    done(null, typeof payload === 'string' ? Buffer.from(payload) : payload);
  });
  // JSON alone: a form or plain text is what another site's page can post without being asked.
  app.removeContentTypeParser('text/plain');
  await app.register(errorHandler);
  await app.register(miniVersion, { minimum: config.miniMinimumVersion });
  await app.register(cookie);
  await app.register(rateLimit, {
    // A whole office can stand behind one address, so this only stops a single machine that runs wild; what
    // protects accounts is the lockout.
    max: config.requestsPerMinute,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, context) =>
      new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds: Math.max(1, Math.ceil(context.ttl / 1000)) }),
  });
  await app.register(pressure, { maxEventLoopDelayMs: config.maxEventLoopDelayMs });
  if (!config.production) await app.register(apiDocs);
  await app.register(superExecutiveFaults, { prisma });
  await app.register(auth, {
    database,
    platform,
    policy: config.auth,
    secretKey: config.secretKey,
    corpId: config.platform.name === 'dingtalk' ? config.platform.corpId : null,
    metrics,
    now,
  });
  await app.register(events, { database, platform, settings: config.events, now, timing: timing.events });
  await app.register(outbox, { prisma, platform, now });
  await app.register(certificateWatch, { prisma, target: config.certificate, now });
  await app.register(metricsRoutes, { metrics, database, token: config.metricsToken });
  await app.register(admin, {
    database,
    platform,
    reporter,
    secretKey: config.secretKey,
    auditRetentionDays: config.auditRetentionDays,
    now,
  });
  await app.register(auditRetention, { database, retentionDays: config.auditRetentionDays });
  await app.register(noticeRoutes, { prisma, now });
  await app.register(consoleRoutes, { config });
  await app.register(healthRoutes, { database, isStopping: () => stopping });
  return app;
}
