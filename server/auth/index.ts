import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { AuthConfig } from '../config/config.ts';
import type { PrismaClient } from '../database/database.ts';
import type { Platform } from '../platform/platform.ts';
import { authenticate } from './authenticate.ts';
import { createBinding } from './binding.ts';
import { createLockout } from './lockout.ts';
import { createPasswords } from './passwords.ts';
import { authRoutes } from './routes.ts';
import { createSessions } from './sessions.ts';
import { createSignIn } from './sign-in.ts';
import { createTickets } from './tickets.ts';

export interface AuthOptions {
  prisma: PrismaClient;
  platform: Platform;
  policy: AuthConfig;
  /** The configured organisation, where clients can know it (DingTalk); null elsewhere. */
  corpId: string | null;
  now: () => number;
}

const sweepEveryMs = 3_600_000;

/** Sign-in, binding, sessions, their routes, and `app.authenticate` for everybody else's. */
export const auth = fp(
  async (app: FastifyInstance, options: AuthOptions) => {
    const { prisma, policy, now } = options;
    const sessions = createSessions(prisma, policy, now);
    const tickets = createTickets(prisma, now);
    const passwords = createPasswords(policy.forbiddenPasswords);
    const lockout = createLockout(prisma, now);
    const signIn = createSignIn({ ...options, sessions, tickets });
    const binding = createBinding({ prisma, sessions, tickets, passwords, lockout, now });

    await app.register(authenticate, { sessions });
    await app.register(authRoutes, { prisma, sessions, signIn, binding });

    // Rows that are over refuse themselves; sweeping only keeps the tables small, so a failure can wait.
    const sweep = setInterval(() => {
      Promise.all([sessions.sweep(), tickets.sweep()]).catch((err: unknown) =>
        app.log.warn({ err }, 'sweeping ended sessions failed'),
      );
    }, sweepEveryMs);
    sweep.unref();
    app.addHook('onClose', () => clearInterval(sweep));
  },
  { name: 'auth', dependencies: ['@fastify/cookie'] },
);
