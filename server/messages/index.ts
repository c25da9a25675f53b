import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { PrismaClient } from '../database/database.ts';
import type { Platform } from '../platform/platform.ts';
import { createOutboxWorker, type OutboxWorker } from './worker.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Sends what is in the outbox; wake it after a transaction that wrote to it. */
    outbox: OutboxWorker;
  }
}

/** Sends the outbox for as long as the server runs. */
export const outbox = fp(
  async (
    app: FastifyInstance,
    { prisma, platform, now }: { prisma: PrismaClient; platform: Platform; now: () => number },
  ) => {
    const worker = createOutboxWorker({ prisma, platform, now, log: app.log });
    app.decorate('outbox', worker);
    app.addHook('onReady', async () => worker.start());
    // Before `onClose`, where the platform's connections may already be closed.
    app.addHook('preClose', () => worker.stop());
  },
  { name: 'outbox' },
);
