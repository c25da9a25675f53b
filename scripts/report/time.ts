/** The minute in China, e.g. `2026-11-24 09:05`. @param instant ISO 8601 */
export const minuteInChina = (instant: string): string =>
  new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

/** The day in China, e.g. `2026-11-24`. @param now epoch milliseconds */
export const dayInChina = (now: number): string => minuteInChina(new Date(now).toISOString()).slice(0, 10);
