/**
 * `npm run lint`: style and mistakes (Biome), the mini program, the table of listing rules, the doors between the
 * rooms (dependency-cruiser), types; it tells all findings before it fails. `npm run lint mini` checks the mini
 * program alone. `npm run lint -- --fix` formats and mends what can be mended (`npm run lint fix` in PowerShell, whose
 * npm swallows the `--`).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { failStart, StartFailure } from '../server/config/start-failure.ts';
import { lintMini } from './build/mini/lint.ts';
import { rulesDocument, withRuleTable } from './listing/check/rule-table.ts';
import { rules } from './listing/rules/index.ts';

const tsc = 'node_modules/typescript/bin/tsc';
const vueTsc = 'node_modules/vue-tsc/bin/vue-tsc.js';
/** What takes long. */
const thorough: readonly (readonly string[])[] = [
  ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', 'mini', 'server', 'prisma', 'scripts'],
  [tsc, '-p', 'tsconfig.json'],
  [tsc, '-p', 'tsconfig.mini.json'],
  [tsc, '-p', 'scripts/tsconfig.json'],
  [tsc, '-p', 'scripts/simulator/web/tsconfig.json'],
  // An app may be made without a console.
  ...['server/console/tsconfig.json', 'server/console/app/tsconfig.json']
    .filter((file) => existsSync(file))
    .map((file) => [vueTsc, '-p', file]),
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
  const findings = await lintMini().catch((error: unknown) => [
    error instanceof Error ? error.message : String(error),
  ]);
  for (const finding of findings) console.error(finding);
  if (findings.length === 0) console.log('小程序检查通过。');
  return findings.length === 0;
}

async function ruleTable(fix: boolean): Promise<boolean> {
  const before = await readFile(rulesDocument, 'utf8');
  const after = withRuleTable(before, rules);
  if (after === before) return true;
  if (fix) {
    await writeFile(rulesDocument, after);
    console.log(`已重写 ${rulesDocument} 的规则表。`);
  } else console.error(`${rulesDocument} 的规则表已过时，请运行 npm run lint -- --fix`);
  return fix;
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
  const table = await ruleTable(fix);
  const results = [biome(fix), table, await mini()];
  // Whoever has only the format mended does not wait for the rest.
  return [...results, ...(fix ? [] : thorough.map(passes))].every((passed) => passed);
}

main(process.argv.slice(2)).then((passed) => process.exit(passed ? 0 : 1), failStart);
