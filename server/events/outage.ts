import type { PlatformError } from '../platform/platform.ts';

/** Whether asking again may succeed: no administrator is needed, and the answer was not about the person. */
export function isPassing({ kind, upstreamCode }: PlatformError): boolean {
  return kind === 'busy' || kind === 'timeout' || (kind === 'fault' && upstreamCode === null);
}

/** So many people in a row with a fault that is not theirs: the platform is down. */
const outageAt = 3;

/**
 * Tells an outage from people with faults of their own. While the platform is down for everybody, a run would otherwise
 * pass over everybody, and the next one is a day away.
 */
export interface Outage {
  /** @returns the fault that ends the run; null: the next people may be asked about. */
  note(faults: readonly PlatformError[], people: number): PlatformError | null;
  /** The latest people all met passing faults, and are too few to tell: in an outage nobody was asked about them. */
  isPossible(): boolean;
  /** At the end of a run: the fault when nobody at all could be asked about; else null. */
  ofAll(): PlatformError | null;
}

export function createOutage(): Outage {
  let asked = 0;
  let inARow = 0;
  let first: PlatformError | null = null;
  return {
    note(faults, people) {
      const misconfigured = faults.find(({ kind }) => kind === 'misconfigured');
      if (misconfigured !== undefined) return misconfigured;
      asked += people;
      const all = faults.length === people && faults.every(isPassing);
      if (!all) [inARow, first] = [0, null];
      else [inARow, first] = [inARow + people, first ?? faults[0] ?? null];
      return inARow >= outageAt ? first : null;
    },
    isPossible: () => inARow > 0,
    ofAll: () => (inARow === asked ? first : null),
  };
}
