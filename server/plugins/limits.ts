import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from './errors.ts';

/** Routes that answer under any pressure: a process manager must not take a busy process for a dead one. */
const always: ReadonlySet<string | undefined> = new Set(['/healthz', '/metrics']);

/** How many requests one address may send, and how many the process takes on. */
export const limits = fp(
  async (app: FastifyInstance) => {
    const { requestsPerMinute, maxEventLoopDelayMs } = app.config;
    await app.register(rateLimit, {
      // A whole office can stand behind one address, so this only stops a single machine that runs wild; what
      // protects accounts is the lockout.
      max: requestsPerMinute,
      timeWindow: '1 minute',
      errorResponseBuilder: (_request, context) =>
        new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds: Math.max(1, Math.ceil(context.ttl / 1000)) }),
    });
    if (maxEventLoopDelayMs === 0) return;
    // While the process falls behind, requests are turned away with 503: those under way are finished, and those that
    // come later meet a process that can answer.
    await app.register(underPressure, {
      maxEventLoopDelay: maxEventLoopDelayMs,
      pressureHandler(request) {
        if (!always.has(request.routeOptions.url)) throw new AppError('SERVER_BUSY');
      },
    });
  },
  { name: 'limits', dependencies: ['core', 'errors'] },
);
