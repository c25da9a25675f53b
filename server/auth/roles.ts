import type { RoleName } from '../contract/auth.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call an administrators' route; see `admin()`. */
    roles?: readonly RoleName[];
  }
}
