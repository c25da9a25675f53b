/** The place in line before the sign-in, for mini program and H5. */
import type { Wait } from '../../server/contract/auth.ts';

/** An auth code is valid for five minutes; after this time a new one is used (milliseconds). */
export const CODE_LIFE = 4.5 * 60_000;

export interface PlaceInLine {
  place: string;
  /** When to ask the server again (epoch milliseconds). */
  visitAt: number;
  /** The expected time of the sign-in (epoch milliseconds). */
  expectedAt: number;
}

/** The longest time between two requests (milliseconds): a longer one means that the phone's clock was set back. */
const LONGEST = 60_000;

/** Whether it is time to ask the server again. */
export function isDue({ visitAt }: PlaceInLine): boolean {
  const left = visitAt - Date.now();
  return !(left > 0 && left <= LONGEST);
}

/** A stored place; null if it is none. */
export function storedPlace(value: unknown): PlaceInLine | null {
  if (typeof value !== 'object' || value === null) return null;
  const { place, visitAt, expectedAt } = value as Partial<PlaceInLine>;
  if (typeof place !== 'string') return null;
  return { place, visitAt: Number(visitAt), expectedAt: Number(expectedAt) };
}

/** The place of an answer; null if it has none. */
export function asPlace({ place, retryAfterSeconds, expectedSeconds }: Partial<Wait>): PlaceInLine | null {
  const [visit, expected] = [Number(retryAfterSeconds), Number(expectedSeconds)];
  if (typeof place !== 'string' || !(visit > 0) || !(expected > 0)) return null;
  return { place, visitAt: Date.now() + visit * 1000, expectedAt: Date.now() + expected * 1000 };
}
