import { existsSync, readFileSync } from 'node:fs';

/** docs/security.md names a test for what it claims: each of them must be there. */

const document = readFileSync('docs/security.md', 'utf8');

interface Named {
  file: string;
  title: string;
}

const named = (text: string): Named[] =>
  [...text.matchAll(/`([\w./-]+\.test\.ts)` › “([^”]+)”/g)].map(([, file = '', title = '']) => ({
    file,
    title,
  }));

/** The ASVS table rows: number, level, requirement, verdict, how, tests. */
const rows = [...document.matchAll(/^\| (\d\.\d\.\d) \|(.+)\|$/gm)].map(([, number = '', rest = '']) => {
  const [level = '', requirement = '', verdict = '', how = '', tests = ''] = rest
    .split('|')
    .map((cell) => cell.trim());
  return { number, level, requirement, verdict, how, tests };
});

/** How many requirements each section of OWASP ASVS 5.0.0 has. */
const sections = { '6.3': 8, '6.5': 8, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3 };

test('every requirement of the sections stands there once, in order', () => {
  const expected = Object.entries(sections).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, at) => `${section}.${at + 1}`),
  );
  expect(rows.map(({ number }) => number)).toEqual(expected);
});

test.each(rows)('$number says whether it is met, and how', ({ level, requirement, verdict, how, tests }) => {
  expect(['1', '2', '3']).toContain(level);
  expect(['满足', '部分', '未做', '不适用', '由平台承担']).toContain(verdict);
  for (const cell of [requirement, how]) expect(cell).not.toBe('');
  // What is claimed is proved.
  const proved = named(tests).length > 0;
  if (verdict === '满足' || verdict === '部分') expect(proved).toBe(true);
  else expect(proved || tests === '—').toBe(true);
});

const tests = [...new Map(named(document).map((one) => [`${one.file} ${one.title}`, one])).values()];

test('tests are found at all, and none is written in another form', () => {
  expect(tests.length).toBeGreaterThan(40);
  expect([...document.matchAll(/[\w./-]+\.test\.ts` ›/g)]).toHaveLength(named(document).length);
});

test.each(tests)('$file has the test “$title”', ({ file, title }) => {
  expect(existsSync(file)).toBe(true);
  // A title is a whole literal: of `test`, `describe`, `test.each`, or of a row of its table.
  expect(readFileSync(file, 'utf8')).toContain(`'${title}'`);
});
