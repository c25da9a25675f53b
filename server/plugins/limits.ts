import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { createAllowance } from './allowance.ts';
import { AppError } from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What one address may send to this route alone; null: as much as it likes. */
    requestsPerMinute?: number | null;
  }
}

/**
 * Routes that answer under any pressure: a process manager must not take a busy process for a dead one, and who signs in
 * waits in line by themselves, where the platform's limit bounds what goes on at once.
 */
const always: ReadonlySet<string | undefined> = new Set(['/healthz', '/metrics', '/api/auth/login']);

/** How many requests one address may send, and how many the process takes on. */
export const limits = fp(
  async (app: FastifyInstance) => {
    const { requestsPerMinute, maxEventLoopDelayMs } = app.config;

    function limit(perMinute: number): onRequestHookHandler {
      const sent = createAllowance({ atOnce: perMinute, perMinute }, app.clock.now);
      return ({ ip }, _reply, done) => {
        const retryAfterSeconds = sent.waitFor(ip);
        if (retryAfterSeconds > 0) return done(new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds }));
        sent.spend(ip);
        done();
      };
    }
    // A whole office can stand behind one address, so this only stops a single machine that runs wild; what protects
    // accounts is the lockout.
    const everywhere = limit(requestsPerMinute);
    app.addHook('onRoute', (route) => {
      const own = route.config?.requestsPerMinute;
      if (own === null) return;
      route.onRequest = [own === undefined ? everywhere : limit(own), ...[route.onRequest ?? []].flat()];
    });

    if (maxEventLoopDelayMs === 0) return;
    // Without limits of its own it only measures: its hook would describe the whole route anew for each request.
    await app.register(underPressure);
    // While the process falls behind, requests are turned away with 503: those under way are finished, and those that
    // come later meet a process that can answer.
    app.addHook('onRequest', (request, _reply, done) => {
      const isBehind = app.memoryUsage().eventLoopDelay > maxEventLoopDelayMs;
      done(isBehind && !always.has(request.routeOptions.url) ? new AppError('SERVER_BUSY') : undefined);
    });
  },
  { name: 'limits', dependencies: ['core', 'errors'] },
);
