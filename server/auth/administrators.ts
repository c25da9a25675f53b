import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { RoleName } from '../contract/auth.ts';
import { AppError } from '../plugins/errors.ts';
import { signedInUser } from './authenticate.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call an administrators' route; see {@link administrators}. */
    roles?: readonly RoleName[];
  }
}

const isAdministrators = (url: string): boolean => url === '/api/admin' || url.startsWith('/api/admin/');

/**
 * Guards every route under /api/admin that is registered after this plugin. Each route names its roles in
 * `config.roles`. Without roles the server does not start, so that no route is open by mistake.
 */
export const administrators = fp(
  async (app: FastifyInstance) => {
    app.addHook('onRoute', (route) => {
      const roles = route.config?.roles ?? [];
      if (isAdministrators(route.url) !== roles.length > 0) {
        throw new Error(`${route.url} is an administrators' route without roles or outside /api/admin/`);
      }
      if (roles.length === 0) return;
      // Runs before the body is read: a caller without the role uploads nothing.
      const own = route.onRequest ?? [];
      route.onRequest = [app.authenticate, requireRole(...roles), ...(Array.isArray(own) ? own : [own])];
    });
  },
  { name: 'administrators', dependencies: ['auth'] },
);

/** Refuses other roles with 403 FORBIDDEN; runs after `authenticate`. */
function requireRole(...roles: readonly RoleName[]) {
  return async (request: FastifyRequest): Promise<void> => {
    if (!roles.includes(signedInUser(request).role)) throw new AppError('FORBIDDEN');
  };
}
