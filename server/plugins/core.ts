import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config/config.ts';
import type { Clock } from '../database/clock.ts';
import type { Database, PrismaClient } from '../database/database.ts';

export interface Core {
  config: Config;
  /** Open already; who opened it closes it, after the app. */
  database: Database;
  clock: Clock;
}

declare module 'fastify' {
  interface FastifyInstance extends Core {
    prisma: PrismaClient;
  }
}

/** What every other plugin may use: configuration, database, time. */
export const core = fp(
  async (app: FastifyInstance, { config, database, clock }: Core) => {
    app.decorate('config', config);
    app.decorate('database', database);
    app.decorate('prisma', database.prisma);
    app.decorate('clock', clock);
  },
  { name: 'core' },
);

/**
 * Routes in a scope of their own, whose hooks are theirs alone. Their schemas give the types of their requests.
 *
 * @param dependencies names of the plugins that must be there before.
 */
export const routes = (name: string, dependencies: string[], plugin: FastifyPluginAsyncTypebox) =>
  fp(plugin, { name, dependencies, encapsulate: true });
