import type { FastifyBaseLogger } from 'fastify';

export interface RepeatOptions {
  /** Names it in the log. */
  name: string;
  /** From the end of one run to the start of the next, in milliseconds. */
  intervalMs: number;
  /**
   * Up to this part of the interval is added at random, so that instances do not run at the same time; 0 by default.
   */
  jitter?: number;
  /** @param signal aborts when the server stops. */
  work: (signal: AbortSignal) => Promise<unknown>;
  /** Its abort ends the repetition: a current run continues, and no other begins. */
  signal: AbortSignal;
  log: Pick<FastifyBaseLogger, 'warn'>;
}

/** The state of the work; times are epoch milliseconds, null for none yet. */
export interface RepeatStatus {
  running: boolean;
  lastStartedAt: number | null;
  lastEndedAt: number | null;
  /** Null while it runs, and before the start. */
  nextAt: number | null;
  failure: { at: number; error: unknown; lasts: boolean } | null;
}

/** Work that runs again and again, never twice at once. */
export interface Repeated {
  status(): RepeatStatus;
  /** Begins to repeat. @param atOnce whether the first run begins now, or after an interval. */
  start(atOnce: boolean): void;
  /**
   * Runs the work now. A current run is followed by another one, because it may have missed the new work. Works before
   * `start` too, and does nothing after `signal` has aborted.
   *
   * @returns a promise that resolves when these runs have ended; it never rejects, errors are logged.
   */
  run(): Promise<void>;
  /** Resolves when no run is under way. */
  ended(): Promise<void>;
}

/** Repeats work until `signal` aborts. Of several errors in a row only the first is logged. */
export function repeat({ name, intervalMs, jitter = 0, work, signal, log }: RepeatOptions): Repeated {
  let running: Promise<void> | null = null;
  let again = false;
  let failing = false;
  let started = false;
  let timer: NodeJS.Timeout | undefined;
  let lastStartedAt: number | null = null;
  let lastEndedAt: number | null = null;
  let nextAt: number | null = null;
  let failure: { at: number; error: unknown } | null = null;

  async function attempt(): Promise<void> {
    lastStartedAt = Date.now();
    try {
      await work(signal);
      failing = false;
    } catch (err) {
      failure = { at: Date.now(), error: err };
      if (!failing) log.warn({ err, job: name }, 'a background job failed, trying on');
      failing = true;
    } finally {
      lastEndedAt = Date.now();
    }
  }

  async function runs(): Promise<void> {
    clearTimeout(timer);
    nextAt = null;
    do {
      again = false;
      await attempt();
    } while (again && !signal.aborted);
    running = null;
    sleep();
  }

  function run(): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    again = true;
    // A microtask later, so that work that calls `run` at once finds `running` set.
    running ??= Promise.resolve().then(runs);
    return running;
  }

  function sleep(): void {
    if (!started || signal.aborted) return;
    const waitMs = intervalMs * (1 + jitter * Math.random());
    nextAt = Date.now() + waitMs;
    timer = setTimeout(run, waitMs);
    // A waiting timer must not keep the process alive.
    timer.unref();
  }

  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });

  return {
    start(atOnce) {
      if (started) return;
      started = true;
      if (atOnce) void run();
      else if (running === null) sleep();
    },
    run,
    ended: () => running ?? Promise.resolve(),
    status: () => ({
      running: running !== null,
      lastStartedAt,
      lastEndedAt,
      nextAt,
      failure: failure && { ...failure, lasts: failing },
    }),
  };
}
