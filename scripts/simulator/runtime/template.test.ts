import { compileApp, visualPart } from '../compiler/app.ts';
import { appFiles, emptyRoot, openPage, using } from '../harness/testing.ts';

const show = async (template: string, script = '', more: Record<string, string> = {}): Promise<string> => {
  const app = await openPage(template, script, more);
  const text = app.text();
  app.close();
  return text;
};

test('names in a template are data alone, never globals', async () => {
  expect(await show('<view>[{{console}}{{window}}{{process}}{{Math}}{{dd}}]</view>')).toBe('[]');
});

test('names in a template are values that are set, not members of every object', async () => {
  expect(await show('<view>[{{constructor}}{{toString}}{{__proto__}}{{hasOwnProperty}}]</view>')).toBe('[]');
});

test('a member of undefined or null shows nothing', async () => {
  expect(await show('<view>[{{a.b.c}}{{a[0].b}}{{n.x}}]</view>', 'data: { n: null }')).toBe('[]');
});

test('a:for takes lists, objects, numbers; item and index can be renamed', async () => {
  expect(await show('<text a:for="{{l}}">{{index}}{{item}} </text>', "data: { l: ['a', 'b'] }")).toBe(
    '0a 1b',
  );
  expect(
    await show(
      '<text a:for="{{o}}" a:for-item="v" a:for-index="k">{{k}}={{v}} </text>',
      'data: { o: { x: 1, y: 2 } }',
    ),
  ).toBe('x=1 y=2');
  expect(await show('<text a:for="{{3}}">{{item}}</text>')).toBe('012');
  expect(await show('<text a:for="{{nothing}}">{{item}}</text>无')).toBe('无');
});

test('loops nest, and the inner names hide the outer ones', async () => {
  const template =
    '<block a:for="{{l}}" a:for-item="row" a:for-index="r"><text a:for="{{row}}">{{r}}{{index}}{{item}} </text></block>';
  expect(await show(template, "data: { l: [['a'], ['b', 'c']] }")).toBe('00a 10b 11c');
});

test('a:for with a:if on one tag asks for each item', async () => {
  expect(await show('<text a:for="{{[1,2,3]}}" a:if="{{item !== 2}}">{{item}}</text>')).toBe('13');
});

test('two rows with one key are both drawn', async () => {
  expect(await show('<text a:for="{{[1,1]}}" a:key="*this">{{item}}</text>')).toBe('11');
});

test('template, import and include', async () => {
  const more = {
    'pages/main/part.axml': '<template name="row"><text>{{a}}-{{b}}</text></template>',
    'pages/main/foot.axml': '<text> 脚 {{word}}</text>',
  };
  const template =
    '<import src="./part.axml" /><template name="own"><text>[{{item}}]</text></template>' +
    '<template is="row" data="{{...o, b: 2}}" /><template is="{{which}}" data="{{item}}" /><include src="foot.axml" />';
  expect(await show(template, "data: { o: { a: 1 }, which: 'own', item: 'x', word: '字' }", more)).toBe(
    '1-2[x] 脚 字',
  );
});

test('a template sees its own data and the methods of the page, not the data of the page', async () => {
  const app = await openPage(
    '<template name="t"><view onTap="go">[{{a}}{{b}}]</view></template><template is="t" data="{{a: 1}}" /><view>{{b}}</view>',
    'data: { b: 2 }, go() { this.setData({ b: 3 }); }',
  );
  await app.tap('[1]');
  expect(app.text()).toBe('[1] 3');
});

test('a template that is not defined fails by its name', async () => {
  await expect(openPage('<template is="gone" />')).rejects.toThrow('gone');
});

test('import-sjs: default and named, with an SJS module that imports another', async () => {
  const more = {
    'pages/main/a.sjs':
      "import sign from './b.sjs'; export const twice = (n) => n * 2; export default { money: (n) => sign + n };",
    'pages/main/b.sjs': "export default '￥';",
  };
  const template =
    '<import-sjs name="a" from="./a.sjs" /><import-sjs name="{twice: double}" from="./a.sjs" /><view>{{a.money(double(n))}}</view>';
  expect(await show(template, 'data: { n: 4 }', more)).toBe('￥8');
});

test('files that import each other: each may use what the other defines', async () => {
  const more = {
    'pages/main/a.axml':
      '<import src="b.axml" /><template name="a"><view>甲<template is="b" data="{{on}}" /></view></template>',
    'pages/main/b.axml':
      '<import src="a.axml" /><template name="b"><view>乙<template a:if="{{on}}" is="a" data="{{on: false}}" /></view></template>',
  };
  const text = await show('<import src="a.axml" /><template is="a" data="{{on: true}}" />', '', more);
  expect(text.replaceAll(/\s/g, '')).toBe('甲乙甲乙');
});

test('an included file uses the templates of the file that includes it, in a template of that file too', async () => {
  const template =
    '<template name="x"><text>X</text></template><template name="y"><view>Y<include src="a.axml" /></view></template>' +
    '<template is="y" />';
  expect(await show(template, '', { 'pages/main/a.axml': '<template is="x" />' })).toBe('YX');
});

test('objects as attributes: fields, spread, keys in quotes, with and without braces of their own', async () => {
  const one = (data: string): Promise<string> =>
    show(
      `<template name="t"><view>{{a}}{{b}}</view></template><template is="t" data="${data}" />`,
      'data: { a: 1, o: { b: 2 } }',
    );
  for (const data of [
    '{{a, ...o}}',
    "{{'a': 1, b: 2}}",
    '{{ {a, b: 2} }}',
    '{{{a: 1, b: 2}}}',
    '{{...o, a}}',
  ]) {
    expect(await one(data)).toBe('12');
  }
});

test('the wide spaces that indent a Chinese paragraph are content; indentation of the source is not', async () => {
  const app = await openPage('<view class="a">\n  　　第一段\n</view><view class="b">　</view>');
  expect(app.document.querySelector('.a')?.textContent).toBe(' 　　第一段 ');
  expect(app.document.querySelector('.b')?.textContent).toBe('　');
});

test('each child of a slot has its own name for what the slot gives', async () => {
  const files = {
    ...using({ 'my-part': '/part' }),
    'part.axml': '<slot a="{{1}}" />',
    'part.js': 'Component({});',
  };
  const template =
    '<my-part><text slot-scope="p">{{p.a}}</text><text slot-scope="q">[{{q.a}}]</text></my-part>';
  expect(await show(template, '', files)).toBe('1[1]');
});

test('addresses and texts of inline styles stay as they are', async () => {
  const app = await openPage(
    `<view class="a" style="background: url('/a(1)_100rpx.png'); fontFamily: '10rpx'; width: 10rpx" />`,
  );
  expect(app.document.querySelector('.a')?.getAttribute('style')).toBe(
    "background: url('/a(1)_100rpx.png');font-family: '10rpx';width: 5px",
  );
});

test.each([
  ['style', "{{['color: red']}}", '<view> 的 style 是数组'],
  ['class', "{{['x', 'y']}}", '<view> 的 class 是数组'],
  ['class', '{{ {on: true} }}', '<view> 的 class 是对象'],
])('%s="%s" is no text, and fails by its name', async (name, value, message) => {
  await expect(openPage(`<view ${name}="${value}" />`)).rejects.toThrow(message);
});

test.each([
  ['text', 'width:{{w}}rpx; backgroundColor: red', 'width:37.5px;background-color: red'],
  ['object', "{{width: w + 'rpx', backgroundColor: 'red', color: ''}}", 'width:37.5px;background-color:red'],
])('an inline style that is %s takes rpx and camel case', async (_kind, style, shown) => {
  const app = await openPage(`<view class="a" style="${style}" />`, 'data: { w: 75 }');
  expect(app.document.querySelector('.a')?.getAttribute('style')).toBe(shown);
});

test('operators and literals', async () => {
  const template =
    "<view>{{ a + b * 2 }}|{{ !c && 'x' }}|{{ a > b ? a : `b` + '!' }}|{{ [a, b][1] }}|{{ {x: a}.x }}|{{ typeof c }}</view>";
  expect(await show(template, 'data: { a: 1, b: 2 }')).toBe('5|x|b!|2|1|undefined');
});

test('a template literal', async () => {
  const dollar = '$';
  expect(await show(`<view>{{ \`<${dollar}{a}>${dollar}{none}\` }}</view>`, 'data: { a: 1 }')).toBe('<1>');
});

test('quotes and braces inside an expression do not end it', async () => {
  expect(await show(`<view>{{ a ? '}}' : "{{" }}</view>`)).toBe('{{');
});

test('a template that cannot be loaded changes nothing: neither its page nor the next update', async () => {
  const main = { 'pages/main/main.js': 'Page({});', 'pages/main/m.sjs': 'export default 1;' };
  const compiled = (template: string, style: string) =>
    visualPart(
      compileApp(
        emptyRoot,
        appFiles({ ...main, 'pages/main/main.axml': template, 'pages/main/main.acss': style }),
      ),
    );
  const page = await openPage('<view>旧</view>', '', main);
  const before = page.phone.built;
  const withModule = compiled(
    '<import-sjs name="m" from="./m.sjs" /><view>新{{m}}</view>',
    '.a { color: red }',
  );
  await expect(page.phone.update(withModule)).rejects.toThrow('没有载入 SJS 模块 pages/main/m.sjs');
  expect(page.phone.built).toBe(before);
  expect(page.text()).toBe('旧');
});
