import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { AuthConfig } from '../config/auth.ts';
import type { Database } from '../database/database.ts';
import { createSealing } from '../database/sealing.ts';
import type { Platform } from '../platform/platform.ts';
import type { Metrics } from '../plugins/metrics.ts';
import { accountRoutes } from './account-routes.ts';
import { authenticate } from './authenticate.ts';
import { createBinding } from './binding.ts';
import { consoleAuthRoutes } from './console-routes.ts';
import { createConsoleSignIn } from './console-sign-in.ts';
import { createPasswordTickets } from './console-tickets.ts';
import { type CredentialVerifier, localCredentials } from './credentials.ts';
import { httpCredentials } from './http-credentials.ts';
import { limitInvalidCodes } from './invalid-codes.ts';
import { createKnownBrowsers } from './known-browsers.ts';
import { createLockout, type Lockout } from './lockout.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { authRoutes } from './routes.ts';
import { createSessionCache } from './session-cache.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createSignIn } from './sign-in.ts';
import { createTickets } from './tickets.ts';
import { createTypedAccounts } from './typed-account.ts';

export interface AuthOptions {
  database: Database;
  platform: Platform;
  policy: AuthConfig;
  /** Seals what clients carry for the server, and prints names that nobody may read. */
  secretKey: string;
  /** The configured organisation, where clients can know it (DingTalk); null elsewhere. */
  corpId: string | null;
  metrics: Metrics;
  now: () => number;
}

export interface Accounts {
  sessions: Sessions;
  passwords: Passwords;
  lockout: Lockout;
  credentials: CredentialVerifier;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** How often this process found a session in its memory, since the start. */
    sessionCacheStats(): { hits: number; misses: number; size: number };
    /** For the administrators' routes, which act on other people's accounts. */
    accounts: Accounts;
  }
}

const sweepEveryMs = 3_600_000;

/** Sign-in, binding, sessions, their routes, and `app.authenticate` for everybody else's. */
export const auth = fp(
  async (app: FastifyInstance, options: AuthOptions) => {
    const { database, policy, now } = options;
    const { prisma } = database;
    const cache = createSessionCache(database.subscribe);
    app.decorate('sessionCacheStats', cache.stats);
    const sessions = createSessions(prisma, cache, policy, now);
    const tickets = createTickets(prisma, now);
    const passwords = createPasswords(policy.forbiddenPasswords);
    const lockout = createLockout(prisma, now);
    const credentials =
      policy.credentials === null
        ? localCredentials(prisma, passwords)
        : httpCredentials(prisma, policy.credentials);
    app.decorate('accounts', { sessions, passwords, lockout, credentials });
    const signIn = limitInvalidCodes(createSignIn({ ...options, prisma, sessions, tickets }), now);
    const typedAccount = createTypedAccounts(credentials, options.secretKey);
    const binding = createBinding({ prisma, sessions, tickets, credentials, lockout, typedAccount, now });

    await app.register(authenticate, { sessions });
    await app.register(authRoutes, { prisma, sessions, signIn, binding, metrics: options.metrics });
    const sealing = createSealing(options.secretKey);
    const consoleSignIn = createConsoleSignIn({
      prisma,
      sessions,
      credentials,
      passwords,
      lockout,
      tickets: createPasswordTickets(sealing, now),
      typedAccount,
      browsers: createKnownBrowsers(sealing, now),
      limits: policy,
      now,
    });
    await app.register(consoleAuthRoutes, { consoleSignIn, metrics: options.metrics });
    await app.register(accountRoutes, { prisma, sessions, passwords, lockout, credentials, now });

    // Rows that have expired are refused anyway: sweeping only keeps the tables small.
    app.jobs.every('sessions-sweep', sweepEveryMs, () =>
      Promise.all([sessions.sweep(), tickets.sweep(), lockout.sweep()]),
    );
    app.addHook('onClose', () => cache.close());
  },
  { name: 'auth', dependencies: ['@fastify/cookie', 'jobs'] },
);
