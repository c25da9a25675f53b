import type { FastifyInstance } from 'fastify';
import { auditRoutes } from '../audit/routes.ts';
import type { Database } from '../database/database.ts';
import { exportRoutes } from '../import-export/export-routes.ts';
import { importRoutes } from '../import-export/import-routes.ts';
import { adminNoticeRoutes } from '../notices/admin-routes.ts';
import type { Reporter } from '../overview/reporter.ts';
import { overviewRoutes } from '../overview/routes.ts';
import { peopleRoutes } from '../people/routes.ts';
import type { Platform } from '../platform/platform.ts';
import { requireRole } from './authenticate.ts';
import './roles.ts';
import { superExecutiveRoutes } from '../super-executives/routes.ts';

export interface AdminOptions {
  database: Database;
  platform: Platform;
  reporter: Reporter;
  /** Encrypts generated passwords until they are fetched. */
  secretKey: string;
  auditRetentionDays: number;
  now: () => number;
}

/**
 * The administrators' routes, all under /api/admin. Each names the roles that it is for in its
 * `config.roles`; one that does not keeps the server from starting, so none can be open by oversight.
 */
export async function admin(app: FastifyInstance, options: AdminOptions): Promise<void> {
  const { database, platform, reporter, now } = options;
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
  await app.register(overviewRoutes, { prisma, platform, reporter, now });
  await app.register(peopleRoutes, { prisma, now });
  await app.register(superExecutiveRoutes, { prisma, now });
  await app.register(adminNoticeRoutes, { prisma, now });
  await app.register(importRoutes, { database, secretKey: options.secretKey, now });
  await app.register(exportRoutes, { prisma });
  await app.register(auditRoutes, { prisma, retentionDays: options.auditRetentionDays });
}
