import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createJobs, type Jobs } from './jobs.ts';
import { stopWithinMs } from './stopping.ts';

declare module 'fastify' {
  interface FastifyInstance {
    jobs: Jobs & {
      /** Resolves when all jobs have ended, or the time for it is over. Never rejects. */
      ended(): Promise<void>;
    };
  }
}

export interface JobsOptions {
  /** How long a stop waits for calls to the platform, in milliseconds. */
  patienceMs?: number | undefined;
}

/** The time of a stop after the calls to the platform were ended, for answers and results. In milliseconds. */
const afterwardsMs = 1000;

/**
 * Runs the jobs of a server, and ends them when it stops. The stop aborts all jobs first, so that no new work begins
 * while requests are still accepted (server/plugins/draining.ts). It waits for the jobs only after that, together with
 * the requests in flight. Calls to a hanging platform are ended in time, so that their callers can still answer or
 * write the result.
 */
export const jobs = fp(
  async (app: FastifyInstance, { patienceMs = stopWithinMs - 2 * afterwardsMs }: JobsOptions) => {
    const { start, stop, running, ...own } = createJobs(app.log);
    let deadline = 0;
    let impatience: NodeJS.Timeout | undefined;
    let ended: Promise<void> | undefined;

    function begin(): void {
      deadline = performance.now() + patienceMs + afterwardsMs;
      impatience = setTimeout(() => {
        app.log.warn({ unfinished: running() }, 'stopping: the calls to the platform are ended');
        void app.platform.hangUp();
      }, patienceMs);
      void stop();
    }

    async function waitForEnd(): Promise<void> {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, deadline - performance.now());
      });
      await Promise.race([stop(), late]);
      clearTimeout(timer);
      clearTimeout(impatience);
      if (running().length > 0) app.log.warn({ unfinished: running() }, 'not waited for at the stop');
    }

    app.decorate('jobs', {
      ...own,
      ended() {
        ended ??= waitForEnd();
        return ended;
      },
    });
    app.addHook('onReady', async () => start());
    app.addHook('preClose', async () => begin());
    app.addHook('onClose', async () => {
      await app.jobs.ended();
      // End the platform calls that are left: the clients have gone.
      await app.platform.hangUp();
    });
  },
  { name: 'jobs', dependencies: ['platform'] },
);
