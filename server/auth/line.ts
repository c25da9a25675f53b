import type { Wait } from '../contract/auth.ts';
import { createSealing } from '../database/sealing.ts';
import type { Held } from '../platform/rate-limit.ts';

/** The line before the platform, as people see it: {@link RateLimit} keeps it, and knows nobody in it. */
export interface Line {
  /**
   * What somebody is told who has to wait.
   *
   * @param newCode whether the platform may have used their code.
   */
  wait(held: Held, newCode: boolean): Wait;
  /** Milliseconds until the place that a client brings; null, for a new one, where it is none of ours or too old. */
  placeMs(place: string | null): number | null;
}

/** Who is this near to their turn comes back, and waits for the rest in an open request, in milliseconds. */
const aheadMs = 1500;
/** At most this long between two visits, in milliseconds: those before may have gone home. */
const visitEveryMs = 30_000;
/** A place is good for this long after its time, in milliseconds: one lets its holder in before all others. */
const placeLifetimeMs = 10 * 60_000;

const context = 'place-in-line';

/** @param now epoch milliseconds, by a clock that all instances share. */
export function createLine(secretKey: string, now: () => number): Line {
  const sealing = createSealing(secretKey);
  return {
    wait({ placeMs, dueMs }, newCode) {
      const left = Math.max(dueMs - aheadMs, 1);
      // All visits of a person are whole steps before their turn, so that visits are spread as the turns are.
      const untilVisit = left % visitEveryMs || visitEveryMs;
      return {
        outcome: 'wait',
        retryAfterSeconds: Math.max(Math.round(untilVisit / 1000), 1),
        expectedSeconds: Math.max(Math.ceil(dueMs / 1000), 1),
        place: sealing.seal(String(Math.round(now() + placeMs)), context),
        newCode,
      };
    },
    placeMs(place) {
      const text = place === null ? null : sealing.open(place, context);
      if (text === null) return null;
      const placeMs = Number(text) - now();
      return placeMs > -placeLifetimeMs ? placeMs : null;
    },
  };
}
