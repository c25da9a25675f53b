import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileApp } from './app.ts';
import { compileStyle } from './style.ts';

function css(source: string, scope: Parameters<typeof compileStyle>[0]['scope'] = { kind: 'app' }): string {
  const read = (_from: string, specifier: string) => ({ file: specifier, source: 'view { width: 10rpx }' });
  return compileStyle({ file: 'a.acss', source, scope, isPackage: false, read, image: () => undefined })
    .css.replace(/\s+/g, ' ')
    .trim();
}

test('750 rpx are the width of the screen, which is 375 px', () => {
  expect(css('.a { margin: 750rpx -15rpx 0.5rpx }')).toBe(
    ':where(.mini-page) .a { margin: 375px -7.5px 0.25px }',
  );
});

test('vw and vh are parts of the phone, not of the browser', () => {
  expect(css('.a { width: 50vw; height: 100vh }')).toBe(
    ':where(.mini-page) .a { width: 50cqw; height: 100cqh }',
  );
});

test('tags and page become the elements that the runtime draws', () => {
  expect(css('page, view > text.b, .view:not(image) {}')).toBe(
    '.mini-page, :where(.mini-page) mini-view > mini-text.b, :where(.mini-page) .view:not(mini-image) {}',
  );
});

test('the style of a page holds on that page', () => {
  expect(css('.a {} page {}', { kind: 'page', id: 'pages/a/a' })).toBe(
    ':where(.mini-page[data-page="pages/a/a"]) .a {} .mini-page:where([data-page="pages/a/a"]) {}',
  );
});

test('base library 1.x: the style of a component holds on all of the page that uses it', () => {
  expect(css('.a {}', { kind: 'component', id: 'row' })).toBe(':where(.mini-page[data-uses~="row"]) .a {}');
});

test('key frames and media queries keep their meaning', () => {
  expect(css('@keyframes a { from { left: 2rpx } } @media (min-width: 10rpx) { .b {} }')).toBe(
    '@keyframes a { from { left: 1px } } @media (min-width: 5px) { :where(.mini-page) .b {} }',
  );
});

test('imports are put in their place, once scoped', () => {
  expect(css('@import "./b.acss"; .c {}')).toBe(
    ':where(.mini-page) mini-view { width: 5px } :where(.mini-page) .c {}',
  );
});

test('lengths inside of texts, addresses and names stay as they are', () => {
  expect(
    css(
      '.w-10rpx { content: "10rpx"; animation: a10vw 1s; background: url(https://a/b-20rpx.png) -20rpx .5rpx }',
    ),
  ).toBe(
    ':where(.mini-page) .w-10rpx { content: "10rpx"; animation: a10vw 1s; background: url(https://a/b-20rpx.png) -10px 0.25px }',
  );
});

test('ACSS 本地资源引用: images are named from the root, and come with the style', () => {
  const mini = fileURLToPath(new URL('../../../mini', import.meta.url));
  const style = ".a { background: red url( '/assets/empty.png' ) no-repeat }";
  const { style: output, problems } = compileApp(mini, { 'app.acss': style });
  expect(problems).toEqual([]);
  expect(output).toMatch(
    /^:where\(\.mini-page\) \.a \{ background: red url\("data:image\/png;base64,[\w+/=]+"\) no-repeat \}$/,
  );
});

test('ACSS 样式导入: a style may come from a package', () => {
  const root = fileURLToPath(new URL('../fixtures', import.meta.url));
  const files = {
    'app.json': '{"pages":["a"]}',
    'app.js': 'App({});',
    'a.axml': '<view />',
    'a.js': 'Page({});',
    'app.acss': '@import "dingui-mini/es/empty/src/index.acss";',
  };
  const { style, problems } = compileApp(root, files);
  expect(problems).toEqual([]);
  expect(style).toContain(':where(.mini-page) .');
});

const problemsIn = (source: string, files: Readonly<Record<string, string>> = {}): string[] =>
  compileStyle({
    file: 'a.acss',
    source,
    scope: { kind: 'app' },
    isPackage: false,
    read: () => undefined,
    image: (file) => files[file],
  }).problems.map(({ message }) => message);

test.each(['"', "'"])(
  'parentheses inside of an address between %s end neither it nor what it holds',
  (quote) => {
    const inner = quote === '"' ? "'" : '"';
    const svg = `<svg transform=${inner}rotate(45)${inner} width=${inner}1rem${inner}><text>（必填）10rpx</text></svg>`;
    const source = `.a { background: url( ${quote}data:image/svg+xml,${svg}${quote} ) 10rpx }`;
    expect(problemsIn(source)).toEqual([]);
    expect(css(source)).toBe(
      `:where(.mini-page) .a { background: url( ${quote}data:image/svg+xml,${svg}${quote} ) 5px }`,
    );
    expect(problemsIn(`.a { background: url(${quote}/gone.png${quote}) }`)).toEqual(['找不到图片 /gone.png']);
  },
);

test('names that the client keeps for itself, and rem, are told and refuse nothing', () => {
  const { problems } = compileStyle({
    file: 'a.acss',
    source: '.x, .am-list { margin: calc(1rem + 1px) }',
    scope: { kind: 'app' },
    isPackage: false,
    read: () => undefined,
    image: () => undefined,
  });
  expect(problems).toMatchObject([
    { line: 1, column: 5, message: '类名 .am-list 用了保留的前缀', warning: true },
    { line: 1, column: 16, message: '样式里用了 rem', warning: true },
  ]);
});

test('what old browsers call by a prefix is no mistake', () => {
  expect(problemsIn('@-moz-keyframes a { from { left: 0 } } @-o-keyframes a {} @-ms-keyframes a {}')).toEqual(
    [],
  );
  expect(problemsIn('@-moz-document a {}')).toEqual(['不支持 @-moz-document']);
});

test('a font of the mini program comes with the style; one that is not there is called a font', () => {
  const face = (address: string): string => `@font-face { font-family: i; src: url("${address}") }`;
  expect(problemsIn(face('/icon.ttf'))).toEqual(['找不到字体 /icon.ttf']);
  expect(problemsIn(face('./icon.ttf'))).toEqual(['样式里的字体不能用相对路径 ./icon.ttf']);
  const root = mkdtempSync(path.join(tmpdir(), 'mini-font-'));
  try {
    for (const name of ['icon.woff2', 'icon.eot']) writeFileSync(path.join(root, name), 'font');
    const { style, problems } = compileApp(root, {
      'app.json': '{"pages":["a"]}',
      'app.js': 'App({});',
      'a.axml': '<view />',
      'a.js': 'Page({});',
      'app.acss': face('/icon.woff2?#iefix') + face('/icon.eot?t=1'),
    });
    expect(problems).toEqual([]);
    expect(style).toContain('url("data:font/woff2;base64,Zm9udA==")');
  } finally {
    rmSync(root, { recursive: true });
  }
});
