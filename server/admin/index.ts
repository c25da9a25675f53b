import type { FastifyInstance } from 'fastify';
import { requireRole } from '../auth/authenticate.ts';
import type { Database } from '../database/database.ts';
import type { Platform } from '../platform/platform.ts';
import type { Problems } from './overview/problems.ts';
import { overviewRoutes } from './overview/routes.ts';
import './roles.ts';

export interface AdminOptions {
  database: Database;
  platform: Platform;
  problems: Problems;
  now: () => number;
}

/**
 * The administrators' routes, all under /api/admin. Each names the roles that it is for in its
 * `config.roles`; one that does not keeps the server from starting, so none can be open by oversight.
 */
export async function admin(app: FastifyInstance, options: AdminOptions): Promise<void> {
  const { database, platform, problems, now } = options;
  const { prisma } = database;
  app.addHook('onRoute', (route) => {
    const roles = route.config?.roles;
    if (roles === undefined || roles.length === 0 || !route.url.startsWith('/api/admin/')) {
      throw new Error(`${route.url} is an administrators' route without roles or outside /api/admin/`);
    }
    // Before the body is read: who may not call a route learns nothing of it, and uploads nothing.
    const own = route.onRequest ?? [];
    route.onRequest = [app.authenticate, requireRole(...roles), ...(Array.isArray(own) ? own : [own])];
  });
  await app.register(overviewRoutes, { prisma, platform, problems, now });
}
