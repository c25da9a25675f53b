import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { accountRoutes } from './account-routes.ts';
import { authenticate } from './authenticate.ts';
import { consoleAuthRoutes } from './console-routes.ts';
import {
  type CredentialVerifier,
  createTypedAccounts,
  localCredentials,
  type TypedAccounts,
} from './credentials.ts';
import { httpCredentials } from './http-credentials.ts';
import { createLockout, type Lockout } from './lockout.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { authRoutes } from './routes.ts';
import { createSessionCache, type SessionCache } from './session-cache.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createTickets, type Tickets } from './tickets.ts';

/** The parts of the sign-in that other rooms use to act on accounts. */
export interface Accounts {
  sessions: Sessions;
  tickets: Tickets;
  passwords: Passwords;
  lockout: Lockout;
  credentials: CredentialVerifier;
  typedAccount: TypedAccounts;
}

declare module 'fastify' {
  interface FastifyInstance {
    accounts: Accounts;
    /** Hits and misses of this process's session cache since the start. */
    sessionCacheStats: SessionCache['stats'];
  }
}

const sweepEveryMs = 3_600_000;

/** Sign-in, binding, sessions and their routes, and `app.authenticate` for other routes. */
export const auth = fp(
  async (app: FastifyInstance) => {
    const cache = createSessionCache(app.database.subscribe);
    app.decorate('sessionCacheStats', cache.stats);
    app.decorate('accounts', createAccounts(app, cache));
    addGauges(app);
    await app.register(authenticate);
    await app.register(authRoutes);
    await app.register(consoleAuthRoutes);
    await app.register(accountRoutes);

    // Expired rows are refused anyway; the sweep only keeps the tables small.
    const { sessions, tickets, lockout } = app.accounts;
    app.jobs.every(
      'sessions-sweep',
      sweepEveryMs,
      () => Promise.all([sessions.sweep(), tickets.sweep(), lockout.sweep()]),
      { title: '清理过期的会话、绑定凭证和锁定' },
    );
    app.addHook('onClose', () => cache.close());
  },
  { name: 'auth', dependencies: ['@fastify/cookie', 'jobs', 'metrics', 'platform'] },
);

function createAccounts({ prisma, clock, config }: FastifyInstance, cache: SessionCache): Accounts {
  const policy = config.auth;
  const passwords = createPasswords(policy.forbiddenPasswords);
  const credentials =
    policy.credentials === null
      ? localCredentials(prisma, passwords)
      : httpCredentials(prisma, policy.credentials);
  return {
    sessions: createSessions(prisma, cache, policy, clock.now),
    tickets: createTickets(prisma, clock.now),
    passwords,
    lockout: createLockout(prisma, clock.now),
    credentials,
    typedAccount: createTypedAccounts(credentials, config.secretKey),
  };
}

function addGauges({ clock, metrics, prisma, sessionCacheStats }: FastifyInstance): void {
  metrics.gauge({
    name: 'session_cache_hits',
    help: 'Requests whose session was in memory, since the start',
    read: async () => [{ value: sessionCacheStats().hits }],
  });
  metrics.gauge({
    name: 'session_cache_misses',
    help: 'Requests whose session was read from the database, since the start',
    read: async () => [{ value: sessionCacheStats().misses }],
  });
  metrics.gauge({
    name: 'locked_subjects',
    help: 'Accounts and persons that must wait after wrong passwords',
    read: async () => {
      const where = { lockedUntil: { gt: new Date(clock.now()) } };
      return [{ value: await prisma.lockout.count({ where }) }];
    },
  });
}
