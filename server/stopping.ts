import type { FastifyBaseLogger } from 'fastify';

/** Longest that a stop may take, in milliseconds; then the process ends anyway. */
const stopWithinMs = 10_000;

/**
 * Stops gracefully on SIGTERM, SIGINT, or a parent's IPC message `shutdown` (Windows has no signals between
 * processes). A second signal ends the process at once.
 */
export function stopOnSignals(close: () => Promise<void>, logger: FastifyBaseLogger): void {
  let stopping = false;
  const stop = (why: string) => {
    if (stopping) process.exit(1);
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
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('message', (message) => {
    if (message === 'shutdown') stop('shutdown');
  });
}
