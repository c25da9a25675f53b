import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { countUnsent } from './outbox.ts';
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
  async (app: FastifyInstance) => {
    const { prisma, platform, log } = app;
    const parts = { prisma, platform, now: app.clock.now, log };
    const worker = createOutboxWorker(parts);
    const recalls = createRecallWorker(parts);
    app.decorate('outbox', worker);
    app.decorate('recalls', recalls);
    app.metrics.gauge({
      name: 'outbox_messages',
      help: 'Messages in the outbox that are not sent, by kind and status',
      labelNames: ['kind', 'status'],
      read: async () =>
        (await countUnsent(prisma)).map(({ kind, status, count }) => ({
          labels: { kind, status },
          value: count,
        })),
    });
    app.addHook('onReady', async () => {
      worker.start();
      recalls.start();
    });
    void app.jobs.run('outbox', async (signal) => {
      if (!signal.aborted) await once(signal, 'abort');
      await Promise.all([worker.stop(), recalls.stop()]);
    });
  },
  { name: 'outbox', dependencies: ['jobs', 'metrics'] },
);
