import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFiles, checkMini, formatProblem } from './check.ts';
import { type PackageFiles, readFolder } from './package-files.ts';

const fixture = path.join(path.dirname(fileURLToPath(import.meta.url)), 'check', 'fixtures', 'good');
let good: PackageFiles;

beforeAll(async () => {
  good = await readFolder(fixture);
});

/** The good package with some files changed (text) or taken out (null): what the check says of it. */
function check(changes: Record<string, string | null>): string[] {
  const files: PackageFiles = new Map(good);
  for (const [file, text] of Object.entries(changes)) {
    if (text === null) files.delete(file);
    else files.set(file, Buffer.from(text));
  }
  return checkFiles(files).map(({ rule, file, line }) => `${rule} ${file}:${line ?? '-'}`);
}

/** One script that holds the code on its second line. */
const script = (code: string) => ({
  'parts/start.js': `exports.start = async (list, text) => {\n${code}\n};\n`,
});

test('the good package passes, from its folder too', async () => {
  expect(check({})).toEqual([]);
  expect(await checkMini(fixture)).toEqual([]);
});

test('a folder that is not there is an error, not a pass', async () => {
  await expect(checkMini(path.join(fixture, 'nowhere'))).rejects.toThrow('nowhere');
});

test('a finding reads in Chinese with place and hint', () => {
  const files = new Map(good).set('parts/start.js', Buffer.from('exports.start = () => window.open;'));
  const [problem] = checkFiles(files);
  expect(problem && formatProblem(problem)).toBe(
    'parts/start.js:1  [device-name] 真机上没有 window。\n    小程序没有 DOM：用 setData 和页面跳转。',
  );
});

describe('syntax that devices lack', () => {
  test.each([
    ['list?.length;'],
    ['list ?? text;'],
    ['const copy = { ...list };'],
    ['try { list(); } catch {}'],
    ['for await (const item of list) {}'],
    ['class A { #b = 1; }'],
    ['await import("./x");'],
    ['list ||= text;'],
    ['const big = 1n;'],
  ])('%s', (code) => {
    expect(check(script(code))).toEqual(['syntax parts/start.js:2']);
  });

  test('modules belong to the source, not to the output', () => {
    expect(check({ 'parts/start.js': 'export const start = 1;' })).toEqual(['syntax parts/start.js:1']);
  });
});

describe('names that devices lack', () => {
  test.each([
    ['Promise.resolve().finally(list);'],
    ['Promise.prototype.finally;'],
    ['Promise.allSettled(list);'],
    ['Promise["allSettled"](list);'],
    ['Object.fromEntries(list);'],
    ['Object.hasOwn(list, text);'],
    ['text.replaceAll("a", "b");'],
    ['text.matchAll(/a/g);'],
    ['list.flatMap(text);'],
    ['globalThis.x = 1;'],
    ['window.x = 1;'],
    ['document.title = text;'],
    ['fetch(text);'],
    ['location.href = text;'],
    ['const request = new XMLHttpRequest();'],
    ['localStorage.getItem(text);'],
    ['my.alert({});'],
    ['const value = { window };'],
    ['wx.request({ url: text });'],
    ['global.x = 1;'],
    ['const bytes = Buffer.from(text);'],
    ['regeneratorRuntime.mark(list);'],
    ['setImmediate(list);'],
    ['new TextEncoder();'],
    ['typo(list);'],
    ['dd.request({ url: text });'],
    ['list.findLast(text);'],
    ['list.toSorted();'],
    ['Promise.withResolvers();'],
    ['{ const fetch = 1; }\nfunction other() { const document = 1; }\nwindow;'],
  ])('%s', (code) => {
    expect(check(script(code))).toEqual([expect.stringMatching(/^device-name parts\/start\.js:[234]$/)]);
  });

  test.each([['eval(text);'], ['new Function(text);'], ['Function(text)();'], ['setTimeout("list()", 1);']])(
    'code from text: %s',
    (code) => {
      expect(check(script(code))).toEqual(['dynamic-code parts/start.js:2']);
    },
  );
  test.each([['setTimeout(`list`, 1);'], ['setInterval("list(" + text + ")", 1);']])(
    'text timer: %s',
    (code) => {
      expect(check(script(code))).toEqual(['dynamic-code parts/start.js:2']);
    },
  );
});

describe('files', () => {
  test.each(['js', 'json', 'axml', 'acss'])('a page without its .%s', (extension) => {
    expect(check({ [`pages/second/index.${extension}`]: null })).toContain('page-files app.json:-');
  });

  test('a component without its style sheet', () => {
    expect(check({ 'components/row/index.acss': null })).toEqual(['page-files components/row/index.json:-']);
  });

  test('app.acss missing', () => {
    expect(check({ 'app.acss': null })).toEqual(['page-files app.json:-']);
  });

  test('broken JSON', () => {
    expect(check({ 'pages/second/index.json': '{,}' })).toEqual(['json pages/second/index.json:-']);
  });

  test.each([
    ['a module', script('require("./nowhere");'), 'missing-file parts/start.js:2'],
    ['an npm library', script('require("lodash");'), 'missing-file parts/start.js:2'],
    [
      'an image',
      { 'pages/second/index.axml': '<image src="/none.png" />' },
      'missing-file pages/second/index.axml:1',
    ],
    ['an include', { 'parts/note.axml': null }, 'missing-file pages/first/index.axml:9'],
    ['an SJS script', { 'parts/format.sjs': null }, 'missing-file pages/first/index.axml:1'],
    ['a tab icon', { 'parts/icon.png': null }, 'missing-file app.json:3'],
    [
      'an image in other case',
      { 'pages/second/index.axml': '<image src="/parts/Icon.png" />' },
      'missing-file pages/second/index.axml:1',
    ],
    [
      'an image that a component is given',
      { 'pages/first/index.axml': '<row picture="/parts/gone.png" />' },
      'missing-file pages/first/index.axml:1',
    ],
    [
      'an image in an expression',
      { 'pages/second/index.axml': `<image src="{{rows ? '/parts/icon.png' : '/parts/gone.png'}}" />` },
      'missing-file pages/second/index.axml:1',
    ],
    ['an image in a script', script('exports.picture = "/parts/gone.png";'), 'missing-file parts/start.js:2'],
    [
      'a style sheet',
      { 'pages/second/index.acss': '@import "../gone.acss";' },
      'missing-file pages/second/index.acss:1',
    ],
  ])('%s that is not there', (_what, changes, expected) => {
    expect(check(changes)).toContain(expected);
  });
});

test('what looks like a missing name or picture and is none', () => {
  const files = {
    'parts/format.sjs':
      "import { pad as fill } from './pad.sjs';\nexport default { day: (t) => fill(getDate(t)) };",
    'parts/pad.sjs': "export const pad = (day) => getRegExp('1', 'g').test(day);",
    'parts/library.js':
      "const root = typeof global !== 'undefined' ? global : this;\nexports.define = typeof define === 'function' && define.amd;\n" +
      "exports.picture = root + '/parts/remote.png';\nexports.page = (Page) => Page({});",
    'pages/second/index.axml': `<view data-url="/api/files/a.png"><image src="{{server + '/static/logo.png'}}" /></view>`,
  };
  expect(check(files)).toEqual([]);
  expect(
    check({ 'parts/library.js': "exports.now = getDate(typeof wx !== 'undefined' && wx.now());" }),
  ).toEqual(['device-name parts/library.js:1', 'device-name parts/library.js:1']);
});

test('two files that are one on Windows', () => {
  expect(check({ 'parts/Icon.png': '' })).toEqual(['missing-file parts/icon.png:-']);
});

describe('app.json', () => {
  const pages = (...names: string[]) => ({ 'app.json': JSON.stringify({ pages: names }) });
  const [first, second] = ['pages/first/index', 'pages/second/index'] as const;

  test('a page twice', () => {
    expect(check(pages(first, second, first))).toEqual(['page-path app.json:1']);
  });

  test('a page that is not in it', () => {
    expect(check(pages(first))).toContain('page-path pages/second/index.js:-');
  });

  test.each(['{}', '{"pages":[]}'])('no pages: %s', (json) => {
    expect(check({ 'app.json': json })).toContain('page-path app.json:-');
  });
});

describe('paths', () => {
  test.each(['/pages/third/index', 'pages/third/index', '/pages/third/index?id=1'])(
    'to the unknown page %s',
    (url) => {
      expect(check(script(`dd.navigateTo({ url: "${url}" });`))).toEqual(['page-path parts/start.js:2']);
      expect(check(script(`dd.navigateTo({ url: \`${url}\` });`))).toEqual(['page-path parts/start.js:2']);
    },
  );

  test('a tab that is no page', () => {
    expect(
      check({
        'app.json':
          '{"pages":["pages/first/index","pages/second/index"],"tabBar":{"items":[{"pagePath":"pages/x/index"}]}}',
      }),
    ).toEqual(['page-path app.json:1']);
  });

  test.each(['/components/gone/index', '../../parts/start', 'dingui-mini/es/button/src/index'])(
    'a component at %s',
    (reference) => {
      const json = `{\n  "usingComponents": {\n    "row": "${reference}", "row-too": "/components/row/index" }\n}`;
      expect(check({ 'pages/first/index.json': json })).toEqual(['component-path pages/first/index.json:3']);
    },
  );
});

describe('templates', () => {
  test.each([
    ['onTap', '<view>\n<view onTap="gone" />\n</view>', 'handler pages/second/index.axml:2'],
    ['catchTap', '<view catchTap="gone" />', 'handler pages/second/index.axml:1'],
    ['a handler that is no function', '<view onTap="data" />', 'handler pages/second/index.axml:1'],
    ['an event as WeChat writes it', '<view bindtap="gone" />', 'handler pages/second/index.axml:1'],
    ['an event in lower case', '<view ontap="gone" />', 'handler pages/second/index.axml:1'],
    ['a directive of WeChat', '<view wx:if="{{a}}" />', 'axml pages/second/index.axml:1'],
    ['an included file', '<include src="../../parts/bad.axml" />', 'handler parts/bad.axml:1'],
    ['an unknown tag', '<vieww />', 'axml pages/second/index.axml:1'],
    ['an unclosed tag', '<view><text>a</view>', 'axml pages/second/index.axml:1'],
  ])('%s', (_what, axml, expected) => {
    const changes = {
      'pages/second/index.axml': axml,
      'pages/second/index.js': 'Page({ data: {}, open() {} });',
      'parts/bad.axml': '<view onTap="gone" />',
    };
    expect(check(changes)).toContain(expected);
  });

  test('handlers of a component are its methods, not its other functions', () => {
    expect(check({ 'components/row/index.axml': '<view onTap="onChoose" />' })).toEqual([
      'handler components/row/index.axml:1',
    ]);
  });

  test('a script that hides its handlers from the check', () => {
    expect(check({ 'pages/second/index.js': 'const page = { open() {} };\nPage(page);' })).toEqual([
      'handler pages/second/index.js:-',
    ]);
  });
});

test.each([
  ['.a[data-x] { color: red; }'],
  ['.am-button { color: red; }'],
  ['.x, .a-list { color: red; }'],
  ['.x { width: 1.5rem; }'],
  ['.x { width: 1rpx;'],
])('style %s', (acss) => {
  expect(check({ 'pages/second/index.acss': acss })).toEqual(['acss pages/second/index.acss:1']);
});

test('size: 2 MB pass, one byte more does not', () => {
  const room = 2 * 1024 * 1024 - [...good.values()].reduce((sum, content) => sum + content.length, 0);
  expect(check({ 'parts/large.png': 'x'.repeat(room) })).toEqual([]);
  expect(check({ 'parts/large.png': 'x'.repeat(room + 1) })).toEqual(['package-size app.json:-']);
});

describe('subpackages', () => {
  const MB = 1024 * 1024;
  const subpackages = (sizes: Record<string, number>) => ({
    'app.json': JSON.stringify({
      pages: ['pages/first/index'],
      subPackages: [{ root: 'pages/second', pages: ['index'] }],
    }),
    ...Object.fromEntries(Object.entries(sizes).map(([file, size]) => [file, 'x'.repeat(size)])),
  });

  test('their pages are pages, and each may have 2 MB', () => {
    expect(check(subpackages({ 'pages/second/a.png': 1.5 * MB, 'parts/b.png': 1.5 * MB }))).toEqual([]);
    expect(check(subpackages({ 'pages/second/a.png': 2 * MB }))).toEqual(['package-size app.json:-']);
  });

  test('all together may have 10 MB', () => {
    const roots = ['1', '2', '3', '4', '5', '6'];
    const app = JSON.stringify({
      pages: ['pages/first/index', 'pages/second/index'],
      subPackages: roots.map((root) => ({ root: `part${root}`, pages: [] })),
    });
    const pictures = (size: number) =>
      Object.fromEntries(roots.map((root) => [`part${root}/a.png`, 'x'.repeat(size)]));
    expect(check({ 'app.json': app, ...pictures(1.6 * MB) })).toEqual([]);
    expect(check({ 'app.json': app, ...pictures(1.8 * MB) })).toEqual(['package-size app.json:-']);
  });
});
