import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { appFiles, emptyRoot } from '../harness/testing.ts';
import { compileApp } from './app.ts';
import type { Problem } from './problem.ts';
import { compileStyle } from './style.ts';
import { compileTemplate } from './template.ts';

/**
 * Whatever stands in a file while somebody types, the compiler answers with problems at places that exist: it never
 * fails itself, and never hangs. The sources of `mini/` are broken in a few thousand ways, the same ones each time.
 */
const root = fileURLToPath(new URL('../../../mini', import.meta.url));
const sources = (readdirSync(root, { recursive: true }) as string[])
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /\.(?:axml|acss|json)$/.test(file))
  .sort()
  .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

/** Numbers that look like chance and are the same each time (mulberry32). */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const JUNK = (
  '{{ }} < > " \' / </ <!-- --> { } = \\ ` ${ \0 \u2028 😀 “ ， <view <block <slot <? <! a:if a:else a:for="{{ ' +
  '<template@name=" <import@src=" @import@" /* */ // : ; [ ] ( ) , ... ?. \r \ud800 @ # ! & url( \uFEFF ' +
  '"usingComponents":1 null [ "pages"'
)
  .split(' ')
  .map((piece) => piece.replace('@', ' '));

function broken(text: string, pick: (below: number) => number): string {
  let result = text;
  for (let times = 1 + pick(4); times > 0; times -= 1) {
    const at = pick(result.length + 1);
    const junk = JUNK[pick(JUNK.length)] ?? '';
    const from = pick(result.length + 1);
    result = [
      (): string => result.slice(0, at) + result.slice(at + pick(12)),
      (): string => result.slice(0, at) + junk + result.slice(at),
      (): string => result.slice(0, at) + junk + result.slice(at + 1),
      (): string => result.slice(0, at) + result.slice(from, from + 40) + result.slice(at),
      (): string => result.slice(0, at),
    ][pick(5)]?.() as string;
  }
  return result;
}

function compile(file: string, source: string, isPackage: boolean): { problems: Problem[]; code: string } {
  const read = (): undefined => undefined;
  if (file.endsWith('.axml')) {
    const components = { 'fault-card': 'a', skeleton: 'b' };
    return compileTemplate({ file, source, components, isComponent: true, isPackage, read });
  }
  if (file.endsWith('.acss')) {
    const scope = { kind: 'page', id: 'x' } as const;
    return { ...compileStyle({ file, source, scope, isPackage, read, image: read }), code: '0' };
  }
  const name = file === 'app.json' ? file : 'pages/main/main.json';
  const page = { 'pages/main/main.axml': '<view />', 'pages/main/main.js': 'Page({});' };
  const { problems } = compileApp(emptyRoot, appFiles({ ...page, [name]: source }));
  return { problems: problems.filter((problem) => problem.file === name), code: '0' };
}

/** What is wrong with the answer to one broken source; `undefined` when nothing is. */
function wrong(file: string, source: string, isPackage: boolean): { complaint?: string; refused: boolean } {
  const started = performance.now();
  const { problems, code } = compile(file, source, isPackage);
  if (performance.now() - started > 5000) return { complaint: 'too slow', refused: false };
  const lines = source.replace(/^\uFEFF/, '').split('\n');
  const bad = problems.find(
    ({ line, column, message, hint }) =>
      column > (lines[line - 1]?.length ?? -1) + 1 || !/[\u4e00-\u9fff]/.test(message && hint),
  );
  if (bad) return { complaint: JSON.stringify(bad), refused: true };
  // What is accepted is code that can be loaded.
  if (problems.length === 0) new Function(`return ${code}`);
  return { refused: problems.length > 0 };
}

test.each([1, 2, 3])('broken sources end in problems at places that exist (%i)', (seed) => {
  const pick = chance(seed);
  let refusals = 0;
  for (let run = 0; run < 700; run += 1) {
    const { file, text } = sources[pick(sources.length)] as (typeof sources)[number];
    const source = broken(text, pick);
    try {
      const { complaint, refused } = wrong(file, source, pick(4) === 0);
      if (refused) refusals += 1;
      if (complaint) throw new Error(complaint);
    } catch (error) {
      throw new Error(`${file} ${JSON.stringify(source)}\n${String(error)}`, { cause: error });
    }
  }
  expect(refusals).toBeGreaterThan(350);
});

test.each([
  ['tags without an end', '<view>'.repeat(20_000)],
  ['tags in tags', '<view>'.repeat(3000) + '</view>'.repeat(3000)],
  ['expressions without an end', '{{'.repeat(20_000)],
  ['brackets in brackets', `<view>{{${'('.repeat(9000)}a${')'.repeat(9000)}}}</view>`],
  ['marks', '<'.repeat(20_000)],
  ['quotes', '<view a="'.repeat(5000)],
])('far too many %s are a problem, and soon', (_name, source) => {
  expect(wrong('a.axml', source, false)).toEqual({ refused: true });
});
