import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { stopWithinMs } from './stopping.ts';

/** What goes on beside the requests: workers, schedules, watches. It ends with the server. */
export interface Background {
  /**
   * @param name for the log.
   * @param stop takes nothing new from the moment it is called; resolves once what is under way has ended.
   */
  add(name: string, stop: () => Promise<void>): void;
  /** Resolves once all of it has ended, or cannot be waited for any longer. Never throws. */
  ended(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    background: Background;
  }
}

export interface BackgroundOptions {
  /** Ends all calls to the platform. */
  hangUp: () => Promise<void>;
  /** How long a stop lets calls to the platform go on, in milliseconds. */
  patienceMs?: number;
}

/** What is left of a stop once it has hung up: for answers, and for writing down what became of the calls. */
const afterwardsMs = 1000;

/**
 * Ends the background of a server that stops. All of it is told at once and before anything else, so that nothing
 * new begins while the door is still open (server/plugins/draining.ts), and none of it is waited for before the door is
 * closed: each waits by the side of the others and of the requests in flight. A platform that hangs is hung up on
 * in time, so that whoever asked it still writes down, or answers, what is known.
 */
export const background = fp(
  async (
    app: FastifyInstance,
    { hangUp, patienceMs = stopWithinMs - 2 * afterwardsMs }: BackgroundOptions,
  ) => {
    const stops = new Map<string, () => Promise<void>>();
    const unfinished = new Set<string>();
    let ending: Promise<unknown> = Promise.resolve();
    let givenUpAt = 0;
    let impatience: NodeJS.Timeout | undefined;

    async function end(name: string, stop: () => Promise<void>): Promise<void> {
      unfinished.add(name);
      try {
        await stop();
      } catch (err) {
        app.log.warn({ err, name }, 'a part of the background failed at the stop');
      }
      unfinished.delete(name);
    }

    app.decorate('background', {
      add(name, stop) {
        stops.set(name, stop);
      },
      async ended() {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, givenUpAt - performance.now());
        });
        await Promise.race([ending, late]);
        clearTimeout(timer);
        clearTimeout(impatience);
        if (unfinished.size > 0) app.log.warn({ unfinished: [...unfinished] }, 'not waited for at the stop');
      },
    });

    app.addHook('preClose', async () => {
      givenUpAt = performance.now() + patienceMs + afterwardsMs;
      impatience = setTimeout(() => {
        app.log.warn({ unfinished: [...unfinished] }, 'stopping: the calls to the platform are ended');
        void hangUp();
      }, patienceMs);
      ending = Promise.all([...stops].map(([name, stop]) => end(name, stop)));
    });
  },
  { name: 'background' },
);
