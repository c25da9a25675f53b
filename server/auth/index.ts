import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createSealing } from '../database/sealing.ts';
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
  async (app: FastifyInstance) => {
    const { prisma, database, platform, metrics, config } = app;
    const { auth: policy, secretKey } = config;
    const { now } = app.clock;
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
    // What clients of DingTalk can know.
    const corpId = config.platform.name === 'dingtalk' ? config.platform.corpId : null;
    const signIn = limitInvalidCodes(
      createSignIn({ prisma, platform, policy, corpId, sessions, tickets, now }),
      now,
    );
    const typedAccount = createTypedAccounts(credentials, secretKey);
    const binding = createBinding({ prisma, sessions, tickets, credentials, lockout, typedAccount, now });

    metrics.gauge({
      name: 'session_cache_hits',
      help: 'Requests whose session was in memory, since the start',
      read: async () => [{ value: cache.stats().hits }],
    });
    metrics.gauge({
      name: 'session_cache_misses',
      help: 'Requests whose session was read from the database, since the start',
      read: async () => [{ value: cache.stats().misses }],
    });
    metrics.gauge({
      name: 'locked_subjects',
      help: 'Accounts and persons that must wait after wrong passwords',
      read: async () => [
        { value: await prisma.lockout.count({ where: { lockedUntil: { gt: new Date() } } }) },
      ],
    });

    await app.register(authenticate, { sessions });
    await app.register(authRoutes, { prisma, sessions, signIn, binding, metrics });
    const sealing = createSealing(secretKey);
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
    await app.register(consoleAuthRoutes, { consoleSignIn, metrics });
    await app.register(accountRoutes, { prisma, sessions, passwords, lockout, credentials, now });

    // Rows that have expired are refused anyway: sweeping only keeps the tables small.
    app.jobs.every('sessions-sweep', sweepEveryMs, () =>
      Promise.all([sessions.sweep(), tickets.sweep(), lockout.sweep()]),
    );
    app.addHook('onClose', () => cache.close());
  },
  { name: 'auth', dependencies: ['@fastify/cookie', 'jobs', 'metrics', 'platform'] },
);
