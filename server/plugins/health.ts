import { timingSafeEqual } from 'node:crypto';
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { bearerToken } from '../auth/authenticate.ts';
import { hashSecret } from '../auth/secrets.ts';
import { faultResponses } from '../contract/errors.ts';
import { forAnybody, strict } from '../contract/schema.ts';
import { routes } from './core.ts';
import { AppError } from './errors.ts';

const ok = strict({ status: Type.Literal('ok') });
const tags = ['运行状态'];
const unlimited = { config: { requestsPerMinute: null }, logLevel: 'warn' } as const;

/** What machines ask: load balancers, process managers and Prometheus. None of it is rate limited. */
export const health = routes('health', ['draining', 'metrics'], async (app) => {
  app.get(
    '/healthz',
    {
      ...unlimited,
      schema: { ...forAnybody, tags, summary: '进程在运行', response: { 200: ok } },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      ...unlimited,
      schema: {
        ...forAnybody,
        tags,
        summary: '可以接收请求：数据库能连上，且没有在停止',
        response: { 200: ok, ...faultResponses },
      },
    },
    async () => {
      // A load balancer should look elsewhere from then on.
      if (app.isStopping()) throw new AppError('SERVER_BUSY');
      try {
        await app.database.ping();
      } catch (cause) {
        throw new AppError('DATABASE_UNAVAILABLE', { cause });
      }
      return { status: 'ok' as const };
    },
  );

  app.get('/metrics', { ...unlimited, schema: { hide: true } }, async (request, reply) => {
    if (!mayReadMetrics(request, app.config.metricsToken)) throw new AppError('FORBIDDEN');
    reply.type(app.metrics.registry.contentType);
    return app.metrics.registry.metrics();
  });
});

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** @param token who shows it as a bearer token may read; null: only the machine itself. */
function mayReadMetrics(request: FastifyRequest, token: string | null): boolean {
  // The socket's own address: behind a proxy on this machine everybody would be local.
  if (token === null) return loopback.has(request.socket.remoteAddress ?? '') && !isForwarded(request);
  return timingSafeEqual(hashSecret(bearerToken(request) ?? ''), hashSecret(token));
}

const isForwarded = ({ headers }: FastifyRequest) => 'x-forwarded-for' in headers || 'forwarded' in headers;
