import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { copyProject, type ProjectCopy } from '../../server/testing/project-copy.ts';
import { runScript } from '../../server/testing/run-script.ts';

/** `npm run build mini` and `npm run lint mini` as people type them, on a copy of the project. */

let project: ProjectCopy;
const at = (...names: string[]) => path.join(project.root, ...names);

beforeAll(async () => {
  project = await copyProject();
  await writeFile(
    at('mini', 'config', 'test.ts'),
    "export const config = { serverUrl: 'https://test.hangzhou-dept.cn', corpId: 'dingtest', container: 'auto' };\n",
  );
});
afterAll(() => project.remove());

const run = (script: string, ...args: string[]) =>
  runScript(at('scripts', ...script.split('/')), args, { cwd: project.root });
const build = (...args: string[]) => run('build/main.ts', 'mini', ...args);

const serverOf = async (...folder: string[]) =>
  /"serverUrl": "(.+)"/.exec(await readFile(at(...folder, 'config', 'current.js'), 'utf8'))?.[1];

test('the package for upload lies in a folder of its own; the development package is never in it', async () => {
  const uploaded = await build('test');
  const folder = path.join('dist', 'mini-test');
  expect(uploaded).toEqual({
    code: 0,
    output: expect.stringContaining(`打开 ${folder}，不要打开仓库的根目录`),
  });
  expect(existsSync(at('dist', 'mini'))).toBe(false);

  expect(await build()).toEqual({ code: 0, output: expect.stringContaining('不要上传它') });
  expect(await serverOf('dist', 'mini')).toBe('http://127.0.0.1:3000');
  expect(await serverOf('dist', 'mini-test', 'dist', 'mini')).toBe('https://test.hangzhou-dept.cn');
  // The IDE opens it as it opens the root.
  const projectFile = (...names: string[]) => readFile(at(...names, 'mini.project.json'), 'utf8');
  expect(await projectFile('dist', 'mini-test')).toBe(await projectFile());
}, 120_000);

test('an unknown environment is refused, and the known ones are named', async () => {
  const { code, output } = await build('staging');
  expect(output).toMatch(/没有“staging”这个环境。可以是：development、test、production/);
  expect(output).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
}, 60_000);

test.each([
  [
    'a script that breaks off',
    ['pages', 'me', 'index.ts'],
    'Page({ data: {',
    /^mini\/pages\/me\/index\.ts:\d+:\d+ /m,
  ],
  [
    'a template that is none',
    ['pages', 'me', 'index.axml'],
    '<view><?php ?></view>',
    /^mini\/pages\/me\/index\.axml:1:7/m,
  ],
  [
    'a configuration that is none',
    ['pages', 'me', 'index.json'],
    '{"usingComponents": ',
    /^mini\/pages\/me\/index\.json:1:/m,
  ],
])(
  'the lint tells the place of %s',
  async (_what, names, content, place) => {
    const file = at('mini', ...names);
    const before = await readFile(file);
    await writeFile(file, content);
    const { code, output } = await run('lint.ts', 'mini');
    await writeFile(file, before);
    expect(output).toMatch(place);
    // Whatever is wrong is said in Chinese, by a place in mini/ and not in the tools.
    expect(output).not.toMatch(/Transform failed|Cannot read|^\s+at /m);
    expect(code).toBe(1);
  },
  120_000,
);

test('the build refuses a page template that does not compile', async () => {
  const file = at('mini', 'pages', 'me', 'index.axml');
  const before = await readFile(file);
  await writeFile(file, '<view><?php ?></view>');
  const { code, output } = await build();
  await writeFile(file, before);
  expect(output).toMatch(/pages\/me\/index\.axml/);
  expect(output).not.toMatch(/Cannot read/);
  expect(code).toBe(1);
}, 60_000);
