import type { Wait } from '../contract/auth.ts';
import { createSealing } from '../database/sealing.ts';
import type { Held } from '../platform/rate-limit.ts';

/** A client comes back this long before its turn, and waits for the rest in an open request, in milliseconds. */
const aheadMs = 1500;
/** The longest time between two visits, in milliseconds: people before may have left the line. */
const visitEveryMs = 30_000;
/** A place is valid for this long after its time, in milliseconds; its holder then goes first. */
const placeLifetimeMs = 10 * 60_000;

const context = 'place-in-line';

export type Line = ReturnType<typeof createLine>;

/**
 * The line of people who wait for a call to the platform. {@link RateLimit} gives the places; each client keeps its
 * own.
 *
 * @param now epoch milliseconds, by a clock that all instances share.
 */
export function createLine(secretKey: string, now: () => number) {
  const sealing = createSealing(secretKey);
  return {
    /** The answer for a person who must wait. @param newCode whether the platform may have used the code. */
    wait({ placeMs, dueMs }: Held, newCode: boolean): Wait {
      const left = Math.max(dueMs - aheadMs, 1);
      // A person's visits are whole steps before their turn, so that all visits are spread like the turns.
      const untilVisit = left % visitEveryMs || visitEveryMs;
      return {
        outcome: 'wait',
        retryAfterSeconds: Math.max(Math.round(untilVisit / 1000), 1),
        expectedSeconds: Math.max(Math.ceil(dueMs / 1000), 1),
        place: sealing.seal(String(Math.round(now() + placeMs)), context),
        newCode,
      };
    },
    /** Milliseconds until the place of a client; null for an invented or expired place, which counts as none. */
    placeMs(place: string | null): number | null {
      const text = place === null ? null : sealing.open(place, context);
      if (text === null) return null;
      const placeMs = Number(text) - now();
      return placeMs > -placeLifetimeMs ? placeMs : null;
    },
  };
}
