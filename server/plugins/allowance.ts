export interface Allowance {
  /** Seconds until `key` may go on; 0 when it may now. */
  waitFor(key: string): number;
  /** Counts one for `key`. */
  spend(key: string): void;
}

export interface AllowanceOptions {
  /** This many are free at once. */
  atOnce: number;
  /** This many are forgotten each minute. */
  perMinute: number;
  /** This many keys are remembered; the one that spent longest ago is dropped first. */
  keys?: number;
}

/**
 * Limits, for each key and in this process alone, what hardly ever happens to honest people. Only what has happened
 * counts, not the attempt. A key that goes on all the same runs up a debt of at most `atOnce`, which is forgotten at
 * the same pace.
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
      // Moves the key to the end: the first key of the map spent longest ago. Far from full, that says nothing.
      if (spending.size * 2 > keys) spending.delete(key);
      spending.set(key, { spent, at: now() });
      if (spending.size <= keys) return;
      const [oldest] = spending.keys();
      if (oldest !== undefined) spending.delete(oldest);
    },
  };
}
