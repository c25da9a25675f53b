import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { RunningQueue } from '../jobs/queue.ts';
import { countUnsent } from './outbox.ts';
import { recallQueue } from './recalls.ts';
import { outboxQueue } from './sending.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Sends the messages of the outbox; wake it after a transaction that wrote to it. */
    outbox: RunningQueue;
    /** Recalls messages that were taken back; wake it after such a transaction. */
    recalls: RunningQueue;
  }
}

/** Sends and recalls messages while the server runs. */
export const outbox = fp(
  async (app: FastifyInstance) => {
    const { prisma, platform, log } = app;
    const parts = { prisma, platform, now: app.clock.now, log };
    app.decorate('outbox', app.jobs.queue(outboxQueue(parts)));
    app.decorate('recalls', app.jobs.queue(recallQueue(parts)));
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
  },
  { name: 'outbox', dependencies: ['jobs', 'metrics'] },
);
