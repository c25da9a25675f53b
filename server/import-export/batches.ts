/** Rows at a time: short statements, with turns for other requests in between. */
const batchSize = 1000;

export function* batches<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += batchSize) yield items.slice(at, at + batchSize);
}
