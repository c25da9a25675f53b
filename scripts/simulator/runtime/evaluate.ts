import type { Timers } from './timers.ts';

export interface Environment {
  dd: Record<string, unknown>;
  timers: Timers;
  getApp(): unknown;
  getCurrentPages(): unknown[];
  onApp(definition: Record<string, unknown>): void;
  onUnit(id: string, definition: Record<string, unknown>): void;
  onSjs(file: string, module: unknown): void;
}

/**
 * Runs the script of a built app. It sees `dd`, `getApp`, `getCurrentPages`, and `$mini`, which the bundler
 * puts around each file (`compiler/bundle.ts`): `$mini.unit(id)` gives the `Page` and `Component` of that file.
 * `my` is the name that DingTalk's container gives to the same object, and some packages use it. Browser
 * globals are hidden: a device has none.
 */
export function evaluate(script: string, environment: Environment): void {
  const { dd, timers, getApp, getCurrentPages, onApp, onUnit, onSjs } = environment;
  const mini = {
    unit: (id: string) => {
      const define = (definition: Record<string, unknown>): void => onUnit(id, definition);
      return { App: onApp, Page: define, Component: define };
    },
    sjs: onSjs,
  };
  const globals = { $mini: mini, dd, my: dd, getApp, getCurrentPages, ...timers.globals };
  const names = [...Object.keys(globals), ...HIDDEN];
  const run = new Function(...names, script) as (...values: unknown[]) => void;
  run(...Object.values(globals));
}

/** What a browser has and a mini program's container has not. */
const HIDDEN = [
  'window',
  'document',
  'location',
  'navigator',
  'localStorage',
  'sessionStorage',
  'fetch',
  'XMLHttpRequest',
];
