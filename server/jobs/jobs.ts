import { setMaxListeners } from 'node:events';
import type { FastifyBaseLogger } from 'fastify';
import { type Queue, type RunningQueue, workOff } from './queue.ts';
import { type Repeated, type RepeatStatus, repeat } from './repeat.ts';

export interface EveryOptions {
  /** Its purpose in Chinese, for the console; the name by default. */
  title?: string;
  /** The first run begins with the server and not after an interval. Off by default: servers may restart often. */
  atOnce?: boolean;
  /**
   * Up to this part of the interval is added at random, so that instances do not run at the same time; 0 by default.
   */
  jitter?: number;
}

/** Repeated work as the console shows it. */
export interface JobStatus extends RepeatStatus {
  name: string;
  title: string;
  intervalMs: number;
}

/** Work in the background, from the server's start to its stop. */
export interface Jobs {
  /**
   * Repeats work, never twice at once. An error is logged as a warning with the name, only the first of several in a
   * row, and does not end the repetition.
   *
   * @param intervalMs from the end of one run to the start of the next, in milliseconds.
   * @param work gets a signal that aborts when the server stops, and whether {@link Jobs.runNow} started the run: then
   * work is done even if it is not due.
   */
  every(
    name: string,
    intervalMs: number,
    work: (signal: AbortSignal, byHand: boolean) => Promise<unknown>,
    options?: EveryOptions,
  ): Pick<Repeated, 'run'>;
  /** Handles the rows of a table from the start on, after each `wake` and every `pollMs`. */
  queue<Row>(queue: Queue<Row>): RunningQueue;
  /** All repeated work and queues, in the order in which they were added. */
  list(): JobStatus[];
  /** Runs repeated work by its name, and resolves when it has ended; null for an unknown name. */
  runNow(name: string): Promise<void> | null;
  /** Runs `work` once; the stop waits for it. Its errors go to the caller. */
  run<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** {@link Jobs} with start and stop; a server's are started by server/jobs/index.ts. */
export interface OwnedJobs extends Jobs {
  start(): void;
  /** Aborts all jobs at once. Resolves when all have ended; never rejects. */
  stop(): Promise<void>;
  /** Names of the running jobs. */
  running(): string[];
}

export function createJobs(log: Pick<FastifyBaseLogger, 'warn'>): OwnedJobs {
  const stopping = new AbortController();
  const { signal } = stopping;
  // Every job listens to this signal; Node warns at the eleventh listener.
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
