import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { Gauge } from 'prom-client';
import { bearerToken } from '../auth/authenticate.ts';
import { hashSecret } from '../auth/secrets.ts';
import type { PrismaClient } from '../database/database.ts';
import { AppError } from '../errors.ts';
import { countMessages } from '../messages/outbox.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsOptions {
  metrics: Metrics;
  prisma: PrismaClient;
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
  async (app: FastifyInstance, { metrics, prisma, token }: MetricsOptions) => {
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
      name: 'locked_subjects',
      help: 'Accounts and persons that must wait after wrong passwords',
      registers,
      async collect() {
        this.set(await prisma.lockout.count({ where: { lockedUntil: { gt: new Date() } } }));
      },
    });
    new Gauge({
      name: 'platform_event_lag_seconds',
      help: 'How long the oldest event has been waiting to be worked off',
      registers,
      async collect() {
        this.set(await app.platformEvents.lagSeconds());
      },
    });
    new Gauge({
      name: 'outbox_messages',
      help: 'Messages in the outbox by kind and status',
      labelNames: ['kind', 'status'],
      registers,
      async collect() {
        this.reset();
        for (const { kind, status, count } of await countMessages(prisma)) this.set({ kind, status }, count);
      },
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
