import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { PrismaClient } from '../database/database.ts';
import type { Platform } from '../platform/platform.ts';
import { createRecallWorker, type RecallWorker } from './recalls.ts';
import { createOutboxWorker, type OutboxWorker } from './worker.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Sends what is in the outbox; wake it after a transaction that wrote to it. */
    outbox: OutboxWorker;
    /** Recalls what somebody wants taken back; wake it after a transaction that did. */
    recalls: RecallWorker;
  }
}

/** Sends the outbox, and recalls what is wanted back, for as long as the server runs. */
export const outbox = fp(
  async (
    app: FastifyInstance,
    { prisma, platform, now }: { prisma: PrismaClient; platform: Platform; now: () => number },
  ) => {
    const worker = createOutboxWorker({ prisma, platform, now, log: app.log });
    const recalls = createRecallWorker({ prisma, platform, now, log: app.log });
    app.decorate('outbox', worker);
    app.decorate('recalls', recalls);
    app.addHook('onReady', async () => {
      worker.start();
      recalls.start();
    });
    void app.jobs.run('outbox', async (signal) => {
      if (!signal.aborted) await once(signal, 'abort');
      await Promise.all([worker.stop(), recalls.stop()]);
    });
  },
  { name: 'outbox', dependencies: ['jobs'] },
);
