import { fileURLToPath } from 'node:url';
import { errorsIn } from './build.ts';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

test("the project's mini program has no problems", async () => {
  expect(await errorsIn(folder('../../../mini'))).toEqual([]);
});

test('mistakes in templates, styles and scripts are all found, each at its place', async () => {
  const problems = await errorsIn(folder('../fixtures/mistakes'));
  const places = problems.map(({ code, file, line, column }) => `${code} ${file}:${line}:${column}`);
  expect(places.sort()).toEqual([
    'missing-file pages/main/main.js:1:23',
    'missing-handler pages/main/main.axml:2:16',
    'style pages/main/main.acss:1:1',
    'unknown-directive pages/main/main.axml:1:7',
  ]);
});

test('a folder without a mini program says so', async () => {
  const problems = await errorsIn(folder('../harness'));
  expect(problems.map((problem) => problem.message)).toContain('找不到 app.json');
});
