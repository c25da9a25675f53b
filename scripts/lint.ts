/**
 * `npm run lint`: style and mistakes (Biome), the mini program, the table of listing rules, the form of schema.prisma,
 * the doors between the rooms (dependency-cruiser), types; it tells all findings before it fails. `npm run lint mini`
 * checks the mini program alone. `npm run lint -- --fix` formats and mends what can be mended (`npm run lint fix` in
 * PowerShell, whose npm swallows the `--`).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import prisma from '@prisma/internals';
import { failStart, StartFailure } from '../server/config/start-failure.ts';
import { lintMini } from './build/mini/lint.ts';
import { rulesDocument, withRuleTable } from './listing/check/rule-table.ts';
import { rules } from './listing/rules/index.ts';

const tsc = 'node_modules/typescript/bin/tsc';
const vueTsc = 'node_modules/vue-tsc/bin/vue-tsc.js';
const schemaFile = 'prisma/schema.prisma';
/** Lets a second run look only at what has changed and what depends on it. */
const cache = 'node_modules/.cache/lint';
const types = (compiler: string, project: string) => [
  compiler,
  '-p',
  project,
  '--incremental',
  '--tsBuildInfoFile',
  `${cache}/${project.replaceAll('/', '-')}`,
];
const thorough: readonly (readonly string[])[] = [
  [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    ...['--cache', `${cache}/doors`, '--cache-strategy', 'content'],
    ...['mini', 'server', 'prisma', 'scripts'],
  ],
  types(tsc, 'tsconfig.json'),
  types(tsc, 'tsconfig.mini.json'),
  types(tsc, 'scripts/tsconfig.json'),
  types(tsc, 'scripts/simulator/web/tsconfig.json'),
  // An app may be made without a console.
  ...['server/console/tsconfig.json', 'server/console/app/tsconfig.json']
    .filter((file) => existsSync(file))
    .map((file) => types(vueTsc, file)),
];

const passes = (command: readonly string[]) =>
  spawnSync(process.execPath, command, { stdio: 'inherit' }).status === 0;

const biome = (fix: boolean) =>
  passes([
    'node_modules/@biomejs/biome/bin/biome',
    'check',
    '--error-on-warnings',
    ...(fix ? ['--write'] : []),
  ]);

async function mini(): Promise<boolean> {
  const { errors, warnings } = await lintMini().catch((error: unknown) => ({
    errors: [error instanceof Error ? error.message : String(error)],
    warnings: [],
  }));
  for (const finding of [...warnings, ...errors]) console.error(finding);
  if (errors.length === 0) console.log('小程序检查通过。');
  return errors.length === 0;
}

/** Files that other programs format. */
const laidOut: readonly (readonly [file: string, layOut: (text: string) => string | Promise<string>])[] = [
  [rulesDocument, (text) => withRuleTable(text, rules)],
  [
    schemaFile,
    async (text) => (await prisma.formatSchema({ schemas: [[schemaFile, text]] }))[0]?.[1] ?? text,
  ],
];

async function layout(fix: boolean): Promise<boolean> {
  const results: boolean[] = [];
  for (const [file, layOut] of laidOut) {
    const before = await readFile(file, 'utf8');
    const after = await layOut(before);
    results.push(fix || after === before);
    if (after === before) continue;
    if (fix) await writeFile(file, after);
    console.error(fix ? `已重写 ${file}。` : `${file} 的格式或表格已过时，请运行 npm run lint -- --fix`);
  }
  return results.every(Boolean);
}

async function main(words: readonly string[]): Promise<boolean> {
  const [word, ...more] = words;
  const fix = word === '--fix' || word === 'fix';
  if (more.length > 0 || !(word === undefined || word === 'mini' || fix)) {
    throw new StartFailure(
      '用法：npm run lint [mini]，或 npm run lint -- --fix（PowerShell 里写 npm run lint fix）',
    );
  }
  if (word === 'mini') return mini();
  const laid = await layout(fix);
  const results = [biome(fix), laid, await mini()];
  // Formatting alone skips the slow checks.
  return [...results, ...(fix ? [] : thorough.map(passes))].every((passed) => passed);
}

main(process.argv.slice(2)).then((passed) => process.exit(passed ? 0 : 1), failStart);
