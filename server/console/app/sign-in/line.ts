import { asPlace, isDue, type PlaceInLine, storedPlace } from '../../../../mini/services/place.ts';
import type { LoginOutcome } from '../../../contract/auth.ts';

/** The place is also in the browser's storage, so that it survives closing the page. */
const key = 'place-in-line';

/** The present place; null for none. */
export function keptPlace(): PlaceInLine | null {
  try {
    return storedPlace(JSON.parse(localStorage.getItem(key) ?? 'null'));
  } catch (error) {
    console.warn('the place in line cannot be read', error);
    return null;
  }
}

/** Stores the place of an outcome, and deletes it after an outcome without one. */
export function keepPlace(outcome: LoginOutcome): PlaceInLine | null {
  const place = outcome.outcome === 'wait' ? asPlace(outcome) : null;
  try {
    if (place === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(place));
  } catch (error) {
    console.warn('the place in line cannot be written', error);
  }
  return place;
}

/** Resolves at the time of the next request, by the clock, because timers stop with the page. */
export function untilVisit(place: PlaceInLine): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (isDue(place)) resolve();
      else setTimeout(look, Math.min(place.visitAt - Date.now(), 1000));
    };
    look();
  });
}
