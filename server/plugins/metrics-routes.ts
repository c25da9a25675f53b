import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Gauge } from 'prom-client';
import { bearerToken } from '../auth/authenticate.ts';
import { hashSecret } from '../auth/secrets.ts';
import type { Database } from '../database/database.ts';
import { countUnsent } from '../messages/outbox.ts';
import { AppError } from './app-error.ts';
import { databaseGauge } from './database-gauge.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsOptions {
  metrics: Metrics;
  database: Database;
  /** Who shows it as a bearer token may read; null: only the machine itself. */
  token: string | null;
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

function mayRead(request: FastifyRequest, token: string | null): boolean {
  // The socket's own address: behind a proxy on this machine everybody would be local.
  if (token === null) return loopback.has(request.socket.remoteAddress ?? '') && !isForwarded(request);
  return timingSafeEqual(hashSecret(bearerToken(request) ?? ''), hashSecret(token));
}

const isForwarded = ({ headers }: FastifyRequest) => 'x-forwarded-for' in headers || 'forwarded' in headers;

/** `GET /metrics` in the format of Prometheus. */
export const metricsRoutes = fp(
  async (app: FastifyInstance, { metrics, database, token }: MetricsOptions) => {
    const { prisma } = database;
    const { log } = app;
    const registers = [metrics.registry];
    new Gauge({
      name: 'session_cache_hits',
      help: 'Requests whose session was in memory, since the start',
      registers,
      collect() {
        this.set(app.sessionCacheStats().hits);
      },
    });
    new Gauge({
      name: 'session_cache_misses',
      help: 'Requests whose session was read from the database, since the start',
      registers,
      collect() {
        this.set(app.sessionCacheStats().misses);
      },
    });
    new Gauge({
      name: 'database_up',
      help: '1 when the database answered this scrape, 0 when it did not: then what it would tell is absent',
      registers,
      async collect() {
        this.set(
          await database.ping().then(
            () => 1,
            () => 0,
          ),
        );
      },
    });
    databaseGauge({
      name: 'locked_subjects',
      help: 'Accounts and persons that must wait after wrong passwords',
      registers,
      log,
      read: async () => [
        { value: await prisma.lockout.count({ where: { lockedUntil: { gt: new Date() } } }) },
      ],
    });
    databaseGauge({
      name: 'platform_event_lag_seconds',
      help: 'How long the oldest event has been waiting to be worked off',
      registers,
      log,
      read: async () => [{ value: await app.platformEvents.lagSeconds() }],
    });
    databaseGauge({
      name: 'outbox_messages',
      help: 'Messages in the outbox that are not sent, by kind and status',
      labelNames: ['kind', 'status'],
      registers,
      log,
      read: async () =>
        (await countUnsent(prisma)).map(({ kind, status, count }) => ({
          labels: { kind, status },
          value: count,
        })),
    });
    new Gauge({
      name: 'certificate_days_left',
      help: "Days left of the certificate of the app's own address, as last seen; absent while it is not known",
      labelNames: ['host'],
      registers,
      collect() {
        this.reset();
        const { host = '', daysLeft = null } = app.certificateStatus() ?? {};
        if (daysLeft !== null) this.set({ host }, daysLeft);
      },
    });

    app.get(
      '/metrics',
      { config: { rateLimit: false }, logLevel: 'warn', schema: { hide: true } },
      async (request, reply) => {
        if (!mayRead(request, token)) throw new AppError('FORBIDDEN');
        reply.type(metrics.registry.contentType);
        return metrics.registry.metrics();
      },
    );
  },
  { name: 'metrics', dependencies: ['auth', 'certificate'] },
);
