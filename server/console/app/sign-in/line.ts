import { asPlace, isDue, type PlaceInLine, storedPlace } from '../../../../mini/services/place.ts';
import type { LoginOutcome } from '../../../contract/auth.ts';

/** In the browser's store too: who closes the page and comes back keeps it. */
const key = 'place-in-line';

/** The place that was given before; null for none. */
export function keptPlace(): PlaceInLine | null {
  try {
    return storedPlace(JSON.parse(localStorage.getItem(key) ?? 'null'));
  } catch (error) {
    console.warn('the place in line cannot be read', error);
    return null;
  }
}

/** Keeps the place that an outcome gives, and forgets it after every other outcome. */
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

/** Resolves when it is time to ask again; by the clock, since timers sleep with the page. */
export function untilVisit(place: PlaceInLine): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (isDue(place)) resolve();
      else setTimeout(look, Math.min(place.visitAt - Date.now(), 1000));
    };
    look();
  });
}
