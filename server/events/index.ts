import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createInbox } from './inbox.ts';
import { type EventTiming, eventQueue } from './queue.ts';
import { createRecheck } from './recheck.ts';
import { createReconcile } from './reconcile.ts';
import { eventRoutes } from './routes.ts';

export interface EventsOptions {
  /** Over the defaults. */
  timing?: EventTiming | undefined;
}

export interface PlatformEvents {
  /** Seconds since the oldest unhandled event was due; for metrics. */
  lagSeconds(): Promise<number>;
  /** Handles the due events, and resolves when that is done. */
  settle(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    platformEvents: PlatformEvents;
  }
}

/** How often an instance looks for a re-check that is due or unfinished, in milliseconds. */
const recheckLookMs = 10 * 60_000;
/** Hourly, although rows are kept for weeks: a server that restarts every night must also delete them. */
const sweepEveryMs = 3_600_000;

/** Handles the platforms' events about people, and re-checks everybody for missed events. */
export const events = fp(
  async (app: FastifyInstance, { timing = {} }: EventsOptions) => {
    const { database, prisma, platform } = app;
    const { events: settings } = app.config;
    const { now } = app.clock;
    const { everyMs, perSecond } = settings.reconcile;
    const inbox = createInbox(prisma, platform.name, now);
    const recheck = createRecheck({ prisma, platform, now });
    // Without a callback there are no rows, and nothing to poll for.
    const listens = settings.dingtalk !== null || settings.zhezhengding;
    const queue = listens
      ? app.jobs.queue(eventQueue({ prisma, inbox, recheck, logger: app.log, timing }))
      : null;

    await app.register(eventRoutes, { ...settings, inbox, stored: () => queue?.wake() });
    app.decorate('platformEvents', {
      lagSeconds: inbox.lagSeconds,
      async settle() {
        await queue?.drain();
      },
    });

    app.metrics.gauge({
      name: 'platform_event_lag_seconds',
      help: 'How long the oldest event has been waiting to be worked off',
      read: async () => [{ value: await inbox.lagSeconds() }],
    });

    if (everyMs > 0) {
      const reconcile = createReconcile({ database, recheck, now, perSecond, logger: app.log });
      app.jobs.every(
        'reconcile',
        recheckLookMs,
        async (signal, byHand) => {
          const result = await reconcile({ minAgeMs: byHand ? 0 : everyMs, signal });
          if (result.outcome === 'finished') app.log.info(result, 'all bound people re-checked');
        },
        { title: '向平台核对全部已绑定的人' },
      );
    }
    app.jobs.every('events-sweep', sweepEveryMs, inbox.sweep, { title: '清理处理完的人员变动事件' });
  },
  { name: 'events', dependencies: ['jobs', 'metrics'] },
);
