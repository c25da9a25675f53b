import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { createJobs, type Jobs } from './jobs.ts';
import { stopWithinMs } from './stopping.ts';

declare module 'fastify' {
  interface FastifyInstance {
    jobs: Jobs & {
      /** Resolves once all jobs have ended, or cannot be waited for any longer. Never rejects. */
      ended(): Promise<void>;
    };
  }
}

export interface JobsOptions {
  /** How long a stop lets calls to the platform go on, in milliseconds. */
  patienceMs?: number | undefined;
}

/** What is left of a stop once it has hung up: for answers, and for writing down what became of the calls. */
const afterwardsMs = 1000;

/**
 * Runs the jobs of a server, and ends them when it stops. All of them are told at once and before anything else, so
 * that nothing new begins while the door is still open (server/plugins/draining.ts). None is waited for before the
 * door is closed: jobs end side by side with the requests in flight. Calls to a platform that hangs are ended in
 * time, so that their callers still answer, or write down what is known.
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
