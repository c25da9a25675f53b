import type { FastifyBaseLogger } from 'fastify';
import { Gauge, type Registry } from 'prom-client';

/** One value; `labels` as the gauge declares them. */
export interface Sample {
  labels?: Record<string, string>;
  value: number;
}

/**
 * A gauge whose values the database tells at each scrape. What cannot be read is absent, neither an old value nor 0,
 * and does not fail the page: while the database is away the other metrics are wanted most.
 */
export function databaseGauge({
  read,
  log,
  ...configuration
}: {
  name: string;
  help: string;
  labelNames?: string[];
  registers: Registry[];
  log: FastifyBaseLogger;
  read: () => Promise<readonly Sample[]>;
}): void {
  new Gauge({
    ...configuration,
    async collect() {
      const samples = await read().catch((err: unknown) => {
        log.warn({ err, metric: configuration.name }, 'a metric could not be read');
        return [];
      });
      this.reset();
      // A gauge without labels is reset to a 0, not to nothing.
      if (configuration.labelNames === undefined) this.remove();
      for (const { labels = {}, value } of samples) this.set(labels, value);
    },
  });
}
