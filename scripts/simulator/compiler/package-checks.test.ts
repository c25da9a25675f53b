import { appFiles, emptyRoot } from '../harness/testing.ts';
import { compileApp } from './app.ts';

const PAGE = { 'pages/main/main.axml': '<view />', 'pages/main/main.js': 'Page({ go() {} });' };

function found(files: Readonly<Record<string, string>>): string[] {
  const { problems } = compileApp(emptyRoot, appFiles({ ...PAGE, ...files }), () => true);
  return problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
}

test('two files whose names differ only in capitals are refused', () => {
  expect(found({ 'assets/icon.png': '', 'assets/Icon.png': '' })).toEqual([
    expect.stringMatching(/^assets\/icon\.png:1:1 .*只差大小写/),
  ]);
});

test('a page that is not in app.json, and a script that nobody asks for', () => {
  const files = {
    'pages/other/other.axml': '<view />',
    'pages/other/other.json': '{}',
    'pages/other/other.js': 'Page({});',
    'tools/old.ts': 'export const old = () => window;',
  };
  expect(found(files)).toEqual([
    'pages/other/other.js:1:1 这个页面没有写进 app.json，打不开',
    'tools/old.ts:1:26 真机上没有 window',
  ]);
});

test('a component that no page uses is checked', () => {
  expect(found({ 'part.axml': '<view onTap="gone" />', 'part.js': 'Component({});' })).toEqual([
    'part.axml:1:14 onTap="gone" 指向的方法在 part.js 里没有',
  ]);
});

test('a component without its .json, or without saying what it is', () => {
  const using = { 'pages/main/main.json': '{"usingComponents":{"a-part":"/part"}}' };
  const part = { ...using, 'part.axml': '<view />', 'part.js': 'Component({});' };
  expect(found({ ...part, 'part.json': '{}' })).toEqual(['part.json:1:1 没有写 "component": true']);
});

test('pages of subpackages are pages', () => {
  const files = {
    'app.json': '{"pages":["pages/main/main"],"subPackages":[{"root":"pages/sub","pages":["a/a"]}]}',
    'pages/sub/a/a.axml': '<view bindtap="go" />',
    'pages/sub/a/a.js': 'Page({ go() {} });',
    'pages/main/main.js': "Page({ go() { dd.navigateTo({ url: '/pages/sub/a/a' }); } });",
  };
  expect(found(files)).toEqual(['pages/sub/a/a.axml:1:7 不认识的写法 bindtap']);
});

test('names and pictures that only look missing are accepted', () => {
  const files = {
    'assets/there.png': '',
    'tools/pad.sjs': "export const pad = (day) => getRegExp('1', 'g').test(day);",
    'tools/format.sjs':
      "import { pad as fill } from './pad.sjs';\nexport default { day: (t) => fill(getDate(t)) };",
    'tools/library.js':
      "const root = typeof global !== 'undefined' ? 1 : this;\nexports.define = typeof define === 'function' && define.amd;\n" +
      "exports.picture = root + '/assets/remote.png';\nexports.page = (Page) => Page({});\nexports.is = (f) => f instanceof Function;",
    'pages/main/main.axml': `<view data-url="/api/files/a.png"><image src="{{server + '/static/logo.png'}}" /></view>`,
  };
  expect(found(files)).toEqual([]);
});
