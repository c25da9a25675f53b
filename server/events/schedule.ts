import type { FastifyBaseLogger } from 'fastify';
import type { Reconcile } from './reconcile.ts';

/** How often an instance looks whether a run is due or was broken off, in milliseconds. */
const lookEveryMs = 10 * 60_000;

/**
 * Runs the re-check of everybody every `everyMs`, on whichever instance looks first. None runs at the start: a
 * server that restarts again and again must not spend its API limits on it.
 *
 * @returns ends the schedule, and a running re-check after the people at hand.
 */
export function scheduleReconcile(
  reconcile: Reconcile,
  { everyMs, logger, lookMs = lookEveryMs }: { everyMs: number; logger: FastifyBaseLogger; lookMs?: number },
): () => Promise<void> {
  const stopping = new AbortController();
  let running: Promise<void> | null = null;

  async function look(): Promise<void> {
    try {
      const result = await reconcile({ minAgeMs: everyMs, signal: stopping.signal });
      if (result.outcome === 'finished') logger.info(result, 'all bound people re-checked');
    } catch (err) {
      logger.warn({ err }, 're-check of all people failed');
    }
  }

  const timer = setInterval(() => {
    running ??= look().finally(() => {
      running = null;
    });
  }, lookMs);
  timer.unref();

  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}
