import { appFiles, emptyRoot, openPage } from '../harness/testing.ts';
import { buildApp } from './build.ts';
import { CompileError, type Problem, ProblemList } from './problem.ts';
import { parseScript } from './script/parse.ts';
import { checkScript } from './script/rules.ts';

function found(source: string): string[] {
  const list = new ProblemList('a.sjs', source);
  const script = parseScript('a.sjs', source, list);
  if (script) checkScript(script.program, 'sjs', list);
  return list.items.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

test('names that the file gives itself, and keys, are its own', () => {
  expect(
    found(
      'const module = { dd: 1 }; function f(require) { return require(module.dd, { my: 2 }.my); } export default f;',
    ),
  ).toEqual([]);
  expect(found("import { my } from './b.sjs'; export default (a) => my + a.document;")).toEqual([]);
});

test('names of caught errors and of classes are its own; keys and defaults of patterns are not', () => {
  expect(found('function f() { try { f(); } catch (module) { return module; } } export default f;')).toEqual(
    [],
  );
  expect(found('class Page {} export default Page;')).toEqual([]);
  expect(found('const { a: b = dd } = {}; export default b;')).toEqual(['1:16 SJS 里没有 dd']);
});

test('what a module imports is checked too, in its own file', async () => {
  const files = {
    'pages/main/main.axml': '<import-sjs name="a" from="./a.sjs" />{{a}}',
    'pages/main/main.js': 'Page({});',
    'pages/main/a.sjs': "import b from './b.sjs'; export default b;",
    'pages/main/b.sjs': '\nexport default new Date();',
  };
  const problems = await problemsOf(files);
  expect(problems).toMatchObject([{ code: 'sjs', file: 'pages/main/b.sjs', line: 2, column: 16 }]);
});

test('a script that does not compile is a problem at its place, counted in characters', async () => {
  const page = { 'pages/main/main.axml': '<view />' };
  expect(await problemsOf({ ...page, 'pages/main/main.js': 'Page({\n 名字: "中文" 错 });' })).toMatchObject([
    { code: 'syntax', file: 'pages/main/main.js', line: 2, column: 11 },
  ]);
});

async function problemsOf(files: Readonly<Record<string, string>>): Promise<readonly Problem[]> {
  const error: unknown = await buildApp(emptyRoot, { replace: appFiles(files) }).catch(
    (reason: unknown) => reason,
  );
  if (!(error instanceof CompileError)) throw new Error('no CompileError', { cause: error });
  return error.problems;
}

test('SJS 数据类型: getDate and getRegExp stand for new Date and patterns', async () => {
  const sjs = `
    const two = (n) => (n < 10 ? '0' + n : '' + n);
    export default {
      day: (time) => { const date = getDate(time); return date.getFullYear() + '-' + two(date.getMonth() + 1); },
      plain: (text) => text.replace(getRegExp('[ab]', 'g'), ''),
      now: () => getDate() > 0,
    };`;
  const template = `<import-sjs name="m" from="./m.sjs" />{{m.day('2026-03-05T00:00:00')}} {{m.plain('xaby')}} {{m.now()}}`;
  const app = await openPage(template, '', { 'pages/main/m.sjs': sjs });
  expect(app.text()).toBe('2026-03 xy true');
});

test('getDate is known to SJS alone, and a module may have its own', async () => {
  const template = '<import-sjs name="m" from="./m.sjs" />{{m()}} {{kind}}';
  const app = await openPage(template, 'data: { kind: typeof getDate }', {
    'pages/main/m.sjs': "function getDate() { return '自己的'; } export default () => getDate();",
  });
  expect(app.text()).toBe('自己的 undefined');
});

test.each([
  ['by a pattern', 'const { getDate } = { getDate: () => 1 };', '1'],
  ['as a class', 'class getDate { static call() { return 1; } }', 'class'],
  ['and exports it', 'export const getDate = () => 1;', '1'],
  ['by import', "import { getDate } from './n.sjs';", '1'],
  ['only inside of a function', 'const f = (getDate) => getDate; f(1);', 'Date'],
  ['only as a key', 'const { getDate: other } = { getDate: 1 };', 'Date'],
])('a module that has its own getDate %s keeps it', async (_how, code, expected) => {
  const value = expected === 'Date' ? "getDate(0).getTime() === 0 ? 'Date' : ''" : 'getDate()';
  const shown = expected === 'class' ? "getDate.call() === 1 ? 'class' : ''" : value;
  const app = await openPage('<import-sjs name="m" from="./m.sjs" />{{m.show()}}', '', {
    'pages/main/m.sjs': `${code}\nexport default { show: () => ${shown} };`,
    'pages/main/n.sjs': 'export const getDate = () => 1;',
  });
  expect(app.text()).toBe(expected);
});

test('a function that the module lacks fails by the name that the template wrote', async () => {
  const open = openPage('<import-sjs name="m" from="./m.sjs" /><view>{{m.gone(1)}}</view>', '', {
    'pages/main/m.sjs': 'export default {};',
  });
  await expect(open).rejects.toThrow('SJS 里没有函数 m.gone');
});
