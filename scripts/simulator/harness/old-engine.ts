import { createContext, runInContext } from 'node:vm';

/** Removes what V8 6.9 lacks, so that its use fails here as on a phone. */
const AGEING = `
  delete Promise.allSettled;
  delete Promise.any;
  delete Promise.prototype.finally;
  delete Object.fromEntries;
  delete Object.hasOwn;
  delete String.prototype.replaceAll;
  delete String.prototype.matchAll;
  delete String.prototype.at;
  delete Array.prototype.at;
  delete Array.prototype.flat;
  delete Array.prototype.flatMap;
  delete globalThis.WebAssembly;
`;

/**
 * The engine of an old phone for one run of a mini program: a realm of its own, without what V8 6.9 lacks, and without
 * `eval` and `new Function`.
 * @param clockAhead milliseconds that the phone's `Date.now` is ahead of the real time
 */
export const oldEngine =
  (clockAhead: () => number) =>
  (names: readonly string[], body: string): ((...values: unknown[]) => void) => {
    const context = createContext({ console }, { codeGeneration: { strings: false, wasm: false } });
    runInContext(AGEING, context);
    const date = runInContext('Date', context) as DateConstructor;
    date.now = () => Date.now() + clockAhead();
    // Two lines before the body, as `new Function` has them: the source map counts on it.
    const code = `(function (${names.join(', ')}\n) {\n${body}\n})`;
    return runInContext(code, context, { filename: 'mini-program.js' }) as (...values: unknown[]) => void;
  };
