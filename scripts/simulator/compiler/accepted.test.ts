import { appFiles, emptyRoot, openFiles, openPage } from '../harness/testing.ts';
import { compileApp } from './app.ts';
import { refusedBy, type SourceKind } from './testing/refused.ts';

/** Sources that devices accept, and that a check by guesses would refuse. */
test.each<[SourceKind, string]>([
  [
    'axml',
    '<slider /><progress percent="3" /><rich-text nodes="{{a}}" /><navigator url="/pages/main/main" />',
  ],
  ['axml', '<picker-view><picker-view-column><view>1</view></picker-view-column></picker-view>'],
  [
    'axml',
    '<movable-area><movable-view onChange="go" /></movable-area><cover-view><cover-image /></cover-view>',
  ],
  ['axml', '<map onMarkerTap="go" /><video onPlay="go" /><canvas /><lottie onDataReady="go" />'],
  ['axml', '<view a:for="{{list}}" data-id={{item.id}} onTap="go" />'],
  ['axml', '<button disabled={{on}}>按</button>'],
  ['axml', '<view a:if="{{a}}" /><view a:else="{{b}}" />'],
  ['axml', '<view onTransitionEnd="go" onAppear="go" onDisappear="go" catchTouchMove="go" />'],
  ['axml', '<my-part onClick="go" onAnything="go" />'],
  ['acss', '.a_b, .\\31 0, .w-1\\/2, ._x, .名字 { color: red }'],
  ['acss', '.am-list, .x .a-box { margin: calc(1rem + 1px) }'],
  ['ts', "import { Component } from './tool';\nComponent({});"],
  ['ts', "import definePage from './tool';\ndefinePage({});"],
  ['ts', 'const make = (page: object): void => Page(page);\nmake({});'],
  ['ts', 'Page({ go() {} } as unknown as object);'],
  ['ts', 'export default Page({ go() {} });'],
  ['code', 'list?.length ?? 0; list ||= text; const copy = { ...list }; try { list(); } catch {}'],
  ['code', 'for await (const item of list) item; class A { #b = 1; static { list(); } }; new A();'],
  [
    'code',
    'dd.SDKVersion; dd.env; dd.getLaunchOptionsSync(); dd.getLanguageSync(); dd.createSelectorQuery();',
  ],
  ['code', "dd.somethingThatIsQuiteNew({}); requirePlugin('some');"],
  ['code', 'dd.getAuthCodeV2({}); dd.locateInMap({}); dd.showModal({ cells: list }); dd.readNFC({});'],
  ['code', "await import('./tool');"],
  ['code', 'const fetch = list; fetch(text); ((document) => document)(1);'],
  ['code', "if (typeof window !== 'undefined') list();"],
  ['code', 'list.description; ({ description: 1 }).description; list.with; list.flat = 1;'],
  ['code', '/[(?<=]/.test(text); /\\(?<=a/.test(text); new RegExp(text);'],
  ['code', 'my.alert({ content: text });'],
  ['sjs', 'export default (a) => (a ? JSON.stringify(a) : Math.max(1, getDate().getTime()));'],
])('%s takes %s', async (kind, source) => {
  expect(await refusedBy(kind, source)).toEqual([]);
});

test('a page in .js, a component by its folder, and a helper that calls Page()', async () => {
  const app = await openFiles({
    'pages/main/main.axml': '<my-row /><view onTap="go">{{n}}</view>',
    'pages/main/main.json': '{"usingComponents":{"my-row":"/components/row"}}',
    'pages/main/main.js':
      "import { withCount } from '../../tools/count';\nwithCount({ go() { this.setData({ n: '二' }); } });",
    'tools/count.js': "export const withCount = (page) => Page({ data: { n: '一' }, ...page });",
    'components/row/index.axml': '<text>行</text>',
    'components/row/index.js': "import { Component } from '../../tools/component';\nComponent({});",
    'tools/component.js': 'const make = Component;\nexport { make as Component };',
  });
  expect(app.text()).toBe('行 一');
  await app.tap('一');
  expect(app.text()).toBe('行 二');
});

test('a component package written as ES modules, which asks for another package', async () => {
  const odd = 'node_modules/odd-parts/es/part';
  const app = await openPage('<odd-part />', '', {
    'pages/main/main.json': '{"usingComponents":{"odd-part":"odd-parts/es/part/index"}}',
    [`${odd}/index.json`]: '{"component":true}',
    [`${odd}/index.axml`]: '<view class="a-b 名字">{{words}}</view>',
    [`${odd}/index.acss`]: '.a-b.\\31 0 { color: red }',
    [`${odd}/index.js`]:
      "import words, { more } from '../words';\nimport other from 'other-words';\nComponent({ data: { words: words + more + other } });",
    'node_modules/odd-parts/es/words.js': "export const more = '和';\nexport default '甲';",
    'node_modules/other-words/package.json': '{"main":"lib/words"}',
    'node_modules/other-words/lib/words.js': "module.exports = '乙';",
  });
  expect(app.text()).toBe('甲和乙');
});

test('a package finds the version that npm has laid inside of it', async () => {
  const words = (folder: string, word: string): Record<string, string> => ({
    [`node_modules/${folder}words/package.json`]: '{"main":"main.js"}',
    [`node_modules/${folder}words/main.js`]: `module.exports = '${word}';`,
  });
  const app = await openFiles({
    'pages/main/main.axml': '<view>{{n}}</view>',
    'pages/main/main.js':
      "import two from '@odd/two';\nimport words from 'words';\nPage({ data: { n: words + two } });",
    'node_modules/@odd/two/package.json': '{}',
    'node_modules/@odd/two/index.js': "module.exports = require('words');",
    ...words('', '新'),
    ...words('@odd/two/node_modules/', '旧'),
  });
  expect(app.text()).toBe('新旧');
});

test('an npm library of scripts can be used, and what devices lack in it is told at the import', async () => {
  const files = (code: string): Record<string, string> => ({
    'pages/main/main.axml': '<view>{{n}}</view>',
    'pages/main/main.js': "import three from 'three-words';\n\nPage({ data: { n: three } });",
    'node_modules/three-words/package.json': '{}',
    'node_modules/three-words/index.js': code,
  });
  const unsure = 'if (!module) window.x; try { Function("return this"); } catch (e) {} module.exports = 3;';
  const app = await openFiles(files(unsure));
  expect(app.text()).toBe('3');
  const told = compileApp(emptyRoot, appFiles(files(unsure))).problems;
  expect(told).toMatchObject([
    {
      warning: true,
      message: expect.stringContaining('真机上没有 window（node_modules/three-words/index.js:1:'),
    },
    { warning: true, message: expect.stringContaining('真机禁止用 Function 构造函数') },
  ]);
  await expect(openFiles(files('window.x = 1;'))).rejects.toThrow(/window|undefined/);
  // The parser refuses the first, the compiler to ES2017 the second.
  for (const code of ['/(?<=a)b/.test("ab");', 'export default (a, b) => a<!--b;']) {
    await expect(openFiles(files(code))).rejects.toThrow(
      /pages\/main\/main\.js:1:20 引入的 npm 包在这里不能用：.*（node_modules\/three-words\/index\.js:1:/,
    );
  }
});
