import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { appFiles, emptyRoot } from '../../harness/testing.ts';
import { compileApp } from '../app.ts';
import { compileModules } from '../modules.ts';
import type { Problem } from '../problem.ts';

/** Real sources, to be broken in many ways, the same ones each time. */
const roots = ['../../../../mini', '../../fixtures/counter'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);
const sources = roots.flatMap((root) =>
  (readdirSync(root, { recursive: true }) as string[])
    .map((file) => file.split(path.sep).join('/'))
    .filter(
      (file) => /\.(?:axml|acss|json|sjs|ts|js)$/.test(file) && !/\.(?:test|d)\.ts$|^testing\//.test(file),
    )
    .sort()
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') })),
);

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
  '"usingComponents":1 null [ "pages" import@"./x" await function class => `${'
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

const OTHERS: Readonly<Record<string, string>> = {
  'pages/main/main.axml': '<view />',
  'pages/main/main.js': 'Page({});',
  'a.axml': '<slot />',
  'a.js': 'Component({});',
};
const USING = JSON.stringify({ usingComponents: { 'fault-card': '/a', skeleton: '/a' } });
const PACKAGE: Readonly<Record<string, string>> = {
  'node_modules/odd/a.axml': '<slot />',
  'node_modules/odd/a.js': 'Component({});',
  'node_modules/odd/a.json': '{"component":true}',
};

/** An app with one broken file: its templates, and what is said of it. */
async function compile(
  file: string,
  source: string,
  inPackage: boolean,
): Promise<{ problems: Problem[]; code: string[]; name: string }> {
  const extension = file.split('.').at(-1) ?? '';
  const unit = inPackage ? 'node_modules/odd/a' : 'pages/main/main';
  const name = file === 'app.json' && !inPackage ? file : `${unit}.${extension}`;
  const using = inPackage ? '{"usingComponents":{"odd":"odd/a"}}' : USING;
  const files: Record<string, string> = {
    ...OTHERS,
    ...PACKAGE,
    'pages/main/main.json': using,
    [name]: source,
  };
  if (extension === 'sjs')
    files[`${unit}.axml`] = `<import-sjs name="m" from="./${name.split('/').at(-1)}" />`;
  if (extension === 'ts') files[`${unit}.js`] = '';
  const app = compileApp(emptyRoot, appFiles(files));
  const { problems } = await compileModules(app);
  const code = Object.values(app.units).map(({ template }) => template);
  return { problems: [...app.problems, ...problems], code, name };
}

/** Milliseconds of the processor that one source may take. */
const PATIENCE = 1000;

/** What is wrong with the answer to one broken source; `complaint` is absent when nothing is. */
export async function answerTo(
  file: string,
  source: string,
  inPackage = false,
): Promise<{ complaint?: string; refused: boolean }> {
  const started = process.cpuUsage();
  const { problems, code, name } = await compile(file, source, inPackage);
  const { user, system } = process.cpuUsage(started);
  if ((user + system) / 1000 > PATIENCE) return { complaint: 'too slow', refused: false };
  const lines = source.replace(/^\uFEFF/, '').split('\n');
  const bad = problems.find(
    ({ file: place, line, column, message, hint }) =>
      (place === name && column > (lines[line - 1]?.length ?? -1) + 1) ||
      place.startsWith('node_modules/') ||
      !/[\u4e00-\u9fff]/.test(message && hint),
  );
  if (bad) return { complaint: JSON.stringify(bad), refused: true };
  // What is accepted is code that can be loaded.
  if (problems.length === 0) for (const template of code) if (template) new Function(`return ${template}`);
  return { refused: problems.length > 0 };
}

/**
 * Breaks sources in as many ways as told, and compiles each.
 * @returns how many were refused
 * @throws Error with the source that the compiler has no good answer to
 */
export async function compileBroken(seed: number, times: number): Promise<number> {
  const pick = chance(seed);
  let refusals = 0;
  for (let run = 0; run < times; run += 1) {
    const { file, text } = sources[pick(sources.length)] as (typeof sources)[number];
    const source = broken(text, pick);
    try {
      const { complaint, refused } = await answerTo(file, source, pick(4) === 0);
      if (refused) refusals += 1;
      if (complaint) throw new Error(complaint);
    } catch (error) {
      throw new Error(`${file} ${JSON.stringify(source)}\n${String(error)}`, { cause: error });
    }
  }
  return refusals;
}
