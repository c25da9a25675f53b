import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createSealing } from '../database/sealing.ts';
import { createPlatform, databaseTokenStore } from '../platform/index.ts';
import type { Platform } from '../platform/platform.ts';

declare module 'fastify' {
  interface FastifyInstance {
    platform: Platform;
  }
}

/** The platform that the configuration names. All instances share its app token in the database. */
export const platform = fp(
  async (app: FastifyInstance) => {
    const { config, database, clock, metrics, log } = app;
    const tokenStore = databaseTokenStore(database, createSealing(config.secretKey));
    app.decorate(
      'platform',
      createPlatform(config.platform, {
        tokenStore,
        now: clock.now,
        onCall(call) {
          metrics.platformCall(call);
          // Whoever waits in line is refused again and again: no news.
          log[call.ok || call.refusedBy === 'limit' ? 'debug' : 'warn'](call, 'platform call');
        },
        onCircuit(change) {
          metrics.circuit(change);
          log.warn(change, 'platform circuit');
        },
      }),
    );
  },
  { name: 'platform', dependencies: ['core', 'metrics'] },
);
