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
 * Guards every route under /api/admin that is registered from here on. Each names the roles that it is for in its
 * `config.roles`; one that does not keeps the server from starting, so none can be open by oversight.
 */
export const administrators = fp(
  async (app: FastifyInstance) => {
    app.addHook('onRoute', (route) => {
      const roles = route.config?.roles ?? [];
      if (isAdministrators(route.url) !== roles.length > 0) {
        throw new Error(`${route.url} is an administrators' route without roles or outside /api/admin/`);
      }
      if (roles.length === 0) return;
      // Before the body is read: who may not call a route learns nothing of it, and uploads nothing.
      const own = route.onRequest ?? [];
      route.onRequest = [app.authenticate, requireRole(...roles), ...(Array.isArray(own) ? own : [own])];
    });
  },
  { name: 'administrators', dependencies: ['auth'] },
);

/** Lets only these roles through, after `authenticate`: else 403 FORBIDDEN. */
function requireRole(...roles: readonly RoleName[]) {
  return async (request: FastifyRequest): Promise<void> => {
    if (!roles.includes(signedInUser(request).role)) throw new AppError('FORBIDDEN');
  };
}
