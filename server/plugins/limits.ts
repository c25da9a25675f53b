import underPressure from '@fastify/under-pressure';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from './app-error.ts';

/** Routes that answer under any pressure: a process manager must not take a busy process for a dead one. */
const always: ReadonlySet<string | undefined> = new Set(['/healthz', '/metrics']);

/**
 * Turns requests away with 503 while the process falls behind, so that those under way are finished and those
 * that come later meet a process that can answer.
 */
export const pressure = fp(
  async (app: FastifyInstance, { maxEventLoopDelayMs }: { maxEventLoopDelayMs: number }) => {
    if (maxEventLoopDelayMs === 0) return;
    await app.register(underPressure, {
      maxEventLoopDelay: maxEventLoopDelayMs,
      pressureHandler(request) {
        if (!always.has(request.routeOptions.url)) throw new AppError('SERVER_BUSY');
      },
    });
  },
  { name: 'pressure' },
);
