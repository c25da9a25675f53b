import type { Timers } from './timers.ts';

export interface Environment {
  dd: Record<string, unknown>;
  /** The same container under the name that DingTalk gives it too; some packages use it. */
  my: Record<string, unknown>;
  timers: Timers;
  console: Console;
  getApp(): unknown;
  getCurrentPages(): unknown[];
  onApp(definition: Record<string, unknown>): void;
  onUnit(id: string, definition: Record<string, unknown>): void;
  onSjs(file: string, module: unknown): void;
  /** Makes a function of names and a body; by default in the engine and realm that runs this. */
  compile?: ((names: readonly string[], body: string) => (...values: unknown[]) => void) | undefined;
}

type Require = (name: string) => unknown;
type Load = (require: Require, module: { exports: unknown }, exports: unknown) => void;

/**
 * Runs the script of a built app (`compiler/link.ts`), module by module as a container does. It sees what a container
 * has; browser globals are hidden: a device has none.
 */
export function evaluate(script: string, environment: Environment): void {
  const {
    dd,
    my,
    timers,
    console,
    getApp,
    getCurrentPages,
    onApp,
    onUnit,
    onSjs,
    compile = inThisRealm,
  } = environment;
  const loads = new Map<string, { unit: string; load: Load }>();
  const loaded = new Map<string, { exports: unknown }>();
  /** The page or component whose script runs. */
  let current: string | undefined;

  const run = (file: string): unknown => {
    const known = loaded.get(file);
    if (known) return known.exports;
    const found = loads.get(file);
    if (!found) throw new Error(`包里没有模块 ${file}`);
    const module = { exports: {} };
    loaded.set(file, module);
    const around = current;
    if (found.unit) current = found.unit;
    try {
      found.load((name) => run(target(file, name, loads)), module, module.exports);
    } finally {
      current = around;
    }
    return module.exports;
  };
  const define = (definition: Record<string, unknown>): void => {
    if (current === undefined) throw new Error('Page()、Component() 要在页面或组件的脚本载入时调用');
    onUnit(current, definition);
  };
  const mini = {
    define: (file: string, unit: string, load: Load) => void loads.set(file, { unit, load }),
    run,
    sjs: (file: string, out: string) => onSjs(file, run(out)),
    getDate: (...values: [number]) => new Date(...values),
    getRegExp: (pattern = '', flags = '') => new RegExp(pattern, flags),
  };
  const globals = {
    $mini: mini,
    dd,
    my,
    console,
    App: onApp,
    Page: define,
    Component: define,
    getApp,
    getCurrentPages,
    ...timers.globals,
  };
  const names = [...Object.keys(globals), ...HIDDEN];
  compile(names, script)(...Object.values(globals));
}

const inThisRealm = (names: readonly string[], body: string): ((...values: unknown[]) => void) =>
  new Function(...names, body) as (...values: unknown[]) => void;

/** Resolves the path of a module from another module. */
function target(from: string, name: string, loads: { has(file: string): boolean }): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  const file = parts.join('/');
  return loads.has(file) ? file : `${file}.js`;
}

/** Names that a browser has and a container does not. */
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
