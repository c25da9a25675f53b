import { setMaxListeners } from 'node:events';
import type { FastifyBaseLogger } from 'fastify';
import { type Queue, type RunningQueue, workOff } from './queue.ts';
import { type Repeated, type RepeatStatus, repeat } from './repeat.ts';

export interface EveryOptions {
  /** Chinese: what it does, for the console; the name by default. */
  title?: string;
  /** The first run begins with the server and not after an interval. Off by default: servers may restart often. */
  atOnce?: boolean;
  /** Up to this part of the interval is added by chance, so that instances do not run together; 0 by default. */
  jitter?: number;
}

/** Repeated work as the console shows it. */
export interface JobStatus extends RepeatStatus {
  name: string;
  title: string;
  intervalMs: number;
}

/** What goes on beside the requests. It begins with the server, and ends with it. */
export interface Jobs {
  /**
   * Repeats work, never twice at once. An error is logged as a warning with the name, once for an outage, and ends
   * nothing.
   *
   * @param intervalMs from the end of one run to the start of the next, in milliseconds.
   * @param work gets a signal that aborts when the server stops, and whether somebody asks for the run by
   *   {@link Jobs.runNow}: work that is not due yet is then done all the same.
   */
  every(
    name: string,
    intervalMs: number,
    work: (signal: AbortSignal, byHand: boolean) => Promise<unknown>,
    options?: EveryOptions,
  ): Pick<Repeated, 'run'>;
  /** Works off the rows of a table, from the start on: when it is told of them, and every `pollMs`. */
  queue<Row>(queue: Queue<Row>): RunningQueue;
  /** All repeated work and queues, in the order in which they were added. */
  list(): JobStatus[];
  /** Runs repeated work by its name, and resolves when it has ended; null for a name that nothing has. */
  runNow(name: string): Promise<void> | null;
  /** Does something once, which the stop waits for. Its errors are the caller's. */
  run<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** {@link Jobs} with the ends of their life; a server's are held by `app.jobs` (server/jobs/index.ts). */
export interface OwnedJobs extends Jobs {
  start(): void;
  /** Tells all jobs at once to take nothing new. Resolves when all have ended; never rejects. */
  stop(): Promise<void>;
  /** Names of the jobs at work. */
  running(): string[];
}

export function createJobs(log: Pick<FastifyBaseLogger, 'warn'>): OwnedJobs {
  const stopping = new AbortController();
  const { signal } = stopping;
  // Every job listens to it; Node warns at the eleventh listener.
  setMaxListeners(0, signal);
  const starts: (() => void)[] = [];
  const running = new Map<Promise<unknown>, string>();
  const repeated = new Map<string, { title: string; intervalMs: number; job: Repeated }>();
  const askedFor = new Set<string>();
  let started = false;

  function run<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ended = work(signal);
    running.set(ended, name);
    const forget = () => running.delete(ended);
    ended.then(forget, forget);
    return ended;
  }

  const every: Jobs['every'] = (name, intervalMs, work, { atOnce = false, jitter, title = name } = {}) => {
    const options = { name, intervalMs, signal, log, ...(jitter !== undefined && { jitter }) };
    const attempt = (signal: AbortSignal) => work(signal, askedFor.delete(name));
    const job = repeat({ ...options, work: () => run(name, attempt) });
    repeated.set(name, { title, intervalMs, job });
    const start = () => job.start(atOnce);
    if (started) start();
    else starts.push(start);
    return job;
  };

  return {
    every,
    queue(queue) {
      let taken = 0;
      const look = async (signal: AbortSignal) => {
        taken += await workOff(queue, signal);
      };
      const job = every(queue.name, queue.pollMs, look, { atOnce: true, title: queue.title ?? queue.name });
      return {
        wake: () => void job.run(),
        async drain() {
          const before = taken;
          await job.run();
          return taken - before;
        },
      };
    },
    run,
    list: () =>
      [...repeated].map(([name, { title, intervalMs, job }]) => ({
        name,
        title,
        intervalMs,
        ...job.status(),
      })),
    runNow(name) {
      const job = repeated.get(name)?.job;
      if (job === undefined) return null;
      askedFor.add(name);
      return job.run();
    },
    start() {
      started = true;
      for (const start of starts.splice(0)) start();
    },
    async stop() {
      stopping.abort();
      while (running.size > 0) await Promise.allSettled(running.keys());
    },
    running: () => [...running.values()],
  };
}
