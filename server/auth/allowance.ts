export interface Allowance {
  /** Seconds until `key` may go on; 0 when it may now. */
  waitFor(key: string): number;
  /** Counts one for `key`. */
  spend(key: string): void;
}

export interface AllowanceOptions {
  /** So many at once. */
  atOnce: number;
  /** So many are forgotten every minute. */
  perMinute: number;
  /** So many keys are remembered; those who have spent last. */
  keys?: number;
}

/**
 * Bounds what hardly ever happens to honest people, for each key, in this process alone. It is counted when it has
 * happened, so that nobody waits for having tried; who goes on all the same gets into debt, which takes as long to be
 * forgotten as what was allowed at once.
 *
 * @param now epoch milliseconds.
 */
export function createAllowance(
  { atOnce, perMinute, keys = 10_000 }: AllowanceOptions,
  now: () => number,
): Allowance {
  const spending = new Map<string, { spent: number; at: number }>();

  function spentBy(key: string): number {
    const known = spending.get(key);
    if (known === undefined) return 0;
    const forgotten = (Math.max(0, now() - known.at) / 60_000) * perMinute;
    return Math.max(0, known.spent - forgotten);
  }

  return {
    waitFor(key) {
      const excess = spentBy(key) + 1 - atOnce;
      return excess <= 0 ? 0 : Math.ceil((excess / perMinute) * 60);
    },
    spend(key) {
      const spent = Math.min(spentBy(key) + 1, 2 * atOnce);
      // The last to spend is the last to be forgotten.
      spending.delete(key);
      spending.set(key, { spent, at: now() });
      const [oldest] = spending.keys();
      if (spending.size > keys && oldest !== undefined) spending.delete(oldest);
    },
  };
}
