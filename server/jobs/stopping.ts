import type { FastifyBaseLogger } from 'fastify';

/** Longest that a stop may take, in milliseconds; then the process ends anyway. */
export const stopWithinMs = 10_000;

/**
 * Stops gracefully on SIGTERM or SIGINT, and where a parent process started this one (`npm run dev`) on its IPC
 * message `shutdown` (Windows has no signals between processes) or on its end. A second signal ends the process
 * at once.
 */
export function stopOnSignals(close: () => Promise<void>, logger: FastifyBaseLogger): void {
  let stopping = false;
  const stop = (why: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, 'stopping');
    setTimeout(() => {
      logger.error('stopping took too long, ending now');
      process.exit(1);
    }, stopWithinMs).unref();
    close().then(
      () => process.exit(0),
      (err: unknown) => {
        logger.error({ err }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stop(signal);
    });
  }
  process.on('message', (message) => {
    if (message === 'shutdown') stop('shutdown');
  });
  process.on('disconnect', () => stop('the parent process has ended'));
}
