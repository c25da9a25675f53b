/** Waiting in line before the sign-in, as the mini program and H5 do it. */
import type { Wait } from '../../server/contract/auth.ts';

/** An auth code lives five minutes; so long after it was given, a new one is handed in instead (milliseconds). */
export const CODE_LIFE = 4.5 * 60_000;

export interface PlaceInLine {
  place: string;
  /** When to ask the server again (epoch milliseconds). */
  visitAt: number;
  /** About when the person is in (epoch milliseconds). */
  expectedAt: number;
}

/** No visit is further away (milliseconds): a place that says so is of before the phone's clock was put back. */
const LONGEST = 60_000;

/** Whether it is time to ask the server again. */
export function isDue({ visitAt }: PlaceInLine): boolean {
  const left = visitAt - Date.now();
  return !(left > 0 && left <= LONGEST);
}

/** A place out of the phone's or the browser's store, or null when it does not look like one. */
export function storedPlace(value: unknown): PlaceInLine | null {
  if (typeof value !== 'object' || value === null) return null;
  const { place, visitAt, expectedAt } = value as Partial<PlaceInLine>;
  if (typeof place !== 'string') return null;
  return { place, visitAt: Number(visitAt), expectedAt: Number(expectedAt) };
}

/** The place that an answer gives, or null when it does not look like one. */
export function asPlace({ place, retryAfterSeconds, expectedSeconds }: Partial<Wait>): PlaceInLine | null {
  const [visit, expected] = [Number(retryAfterSeconds), Number(expectedSeconds)];
  if (typeof place !== 'string' || !(visit > 0) || !(expected > 0)) return null;
  return { place, visitAt: Date.now() + visit * 1000, expectedAt: Date.now() + expected * 1000 };
}
