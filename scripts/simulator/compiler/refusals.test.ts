import { readFileSync } from 'node:fs';
import { refusedBy, type SourceKind } from './testing/refused.ts';

/**
 * Every mistake that lint, the build and the simulator refuse, in one table: in which file it stands, at which line and
 * column it is reported, in which words. Line breaks and backslashes of a source are escaped.
 */
const table = readFileSync(new URL('testing/refusals.tsv', import.meta.url), 'utf8');

const escaped: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' };

const rows = table
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [file = '', place = '', message = '', source = ''] = line.split('\t');
    const text = source.replace(/\\(.)/g, (_all, letter: string) => escaped[letter] ?? letter);
    return { file: file as SourceKind, place, message, source: text };
  });

test('the table is a long one', () => {
  expect(rows.length).toBeGreaterThanOrEqual(370);
});

test.each(rows)('$file refuses $source', async ({ file, place, message, source }) => {
  const refused = await refusedBy(file, source);
  expect(refused.map((problem) => `${problem.place} ${problem.message}`)).toEqual([`${place} ${message}`]);
  expect(refused[0]?.hint).toMatch(/[\u4e00-\u9fff]/);
});
