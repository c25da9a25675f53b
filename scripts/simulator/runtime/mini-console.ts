import { isError } from './realm.ts';

export const LEVELS = ['log', 'info', 'debug', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * The `console` of a mini program: it writes to the developer tools and calls `said`.
 * @param said takes the values, and the stack of the call
 */
export function miniConsole(
  said: (level: Level, values: readonly unknown[], stack: string) => void,
): Console {
  const own = LEVELS.map((level) => [
    level,
    (...values: unknown[]): void => {
      console[level](...values);
      said(level, values, new Error().stack ?? '');
    },
  ]);
  return Object.assign(Object.create(console) as Console, Object.fromEntries(own));
}

/** Values as one text, as a console writes them: texts as they are, errors by their message, the rest as JSON. */
export function consoleText(values: readonly unknown[]): string {
  return values.map(textOf).join(' ');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isError(value)) return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
