import type { PlatformError } from '../platform/platform.ts';

/** Whether a second try may succeed: the fault needs no administrator and is not about the person. */
export function isPassing({ kind, upstreamCode }: PlatformError): boolean {
  return kind === 'busy' || kind === 'timeout' || (kind === 'fault' && upstreamCode === null);
}

/** After passing faults for this many people in a row, the platform counts as down. */
const outageAt = 3;

/**
 * Tells an outage of the platform from faults of single people. Without it, a run during an outage would skip every
 * person, and the next run is a day away.
 */
export function createOutage() {
  let asked = 0;
  let inARow = 0;
  let first: PlatformError | null = null;
  return {
    /** Notes the faults of a group of people. @returns the fault that ends the run; null if the run may go on. */
    note(faults: readonly PlatformError[], people: number): PlatformError | null {
      const misconfigured = faults.find(({ kind }) => kind === 'misconfigured');
      if (misconfigured !== undefined) return misconfigured;
      asked += people;
      const all = faults.length === people && faults.every(isPassing);
      if (!all) [inARow, first] = [0, null];
      else [inARow, first] = [inARow + people, first ?? faults[0] ?? null];
      return inARow >= outageAt ? first : null;
    },
    /** Whether the latest people all met passing faults, but are too few to call it an outage. */
    isPossible: () => inARow > 0,
    /** At the end of a run: the fault if no person could be asked about; null otherwise. */
    ofAll: () => (inARow === asked ? first : null),
  };
}
