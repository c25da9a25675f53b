import fc from 'fast-check';
import { openPage } from '../harness/testing.ts';
import { Instance } from './instance.ts';
import { applyPatch, parsePath, splicePatch } from './set-data.ts';

/**
 * Source: 支付宝小程序文档「页面·对象说明」 (https://opendocs.alipay.com/mini/framework/page-detail): `setData` changes `this.data`
 * at once and the view later, takes paths such as `a.b[0]`, and calls back when it is drawn; changing `this.data` alone
 * changes no view; `$spliceData` takes the arguments of `splice`.
 */

test('a path reaches into objects and arrays', () => {
  expect(parsePath('a.b[0].c[12]')).toEqual(['a', 'b', '0', 'c', '12']);
  expect(applyPatch({ a: { b: [{ c: 1 }, 2] } }, { 'a.b[0].c': 3 })).toEqual({ a: { b: [{ c: 3 }, 2] } });
});

test('a path makes what is missing on its way, arrays for numbers', () => {
  expect(applyPatch({}, { 'a.list[1].x': 1 })).toEqual({ a: { list: [undefined, { x: 1 }] } });
});

test('setData with the values that are there changes nothing; an object may have been changed in place', () => {
  const data = { n: NaN, a: { b: ['x'] }, none: null };
  expect(applyPatch(data, { n: NaN, 'a.b[0]': 'x', none: null })).toBe(data);
  expect(applyPatch(data, { 'a.b': data.a.b })).not.toBe(data);
});

test('setData is copy-on-write: the data before it stays as it was', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b'), fc.array(fc.integer())),
      fc.nat(3),
      (data, index) => {
        const before = JSON.stringify(data);
        const next = applyPatch(data, { [`a[${index}]`]: -1 });
        expect(JSON.stringify(data)).toBe(before);
        expect((next.a as number[])[index]).toBe(-1);
        expect(next.b).toBe(data.b);
      },
    ),
  );
});

test('$spliceData takes the arguments of Array.prototype.splice', () => {
  expect(splicePatch({ a: { b: [1, 2, 3] } }, { 'a.b': [1, 1, 9, 8] })).toEqual({ 'a.b': [1, 9, 8, 3] });
  expect(() => splicePatch({}, { a: 1 })).toThrow('$spliceData');
});

const COUNTER = `
  data: { a: 1, b: { list: [1, 2] }, c: 0, log: '' },
  set() { this.setData({ 'b.list[1]': 5 }); this.setData({ log: String(this.data.b.list[1]) }); },
  mutate() { this.data.a = 2; this.data.b.list.push(9); },
  other() { this.setData({ c: 1 }); },
  back() { const page = this; this.setData({ a: 7 }, function () { page.setData({ log: 'drawn ' + (this === page) }); }); },
  splice() { this.$spliceData({ 'b.list': [0, 1] }); },`;
const COUNTER_PAGE =
  '<view>{{a}}|{{b.list}}|{{c}}|{{log}}</view><button onTap="set">set</button><button onTap="mutate">mutate</button><button onTap="other">other</button><button onTap="back">back</button><button onTap="splice">splice</button>';

test('this.data has the new values at once, the view follows', async () => {
  const app = await openPage(COUNTER_PAGE, COUNTER);
  await app.tap('set');
  expect(app.text()).toContain('1|1,5|0|5');
});

test('changing this.data alone does not show, not even after a setData of another field', async () => {
  const app = await openPage(COUNTER_PAGE, COUNTER);
  await app.tap('mutate');
  await app.tap('other');
  expect(app.text()).toContain('1|1,2|1|');
});

test('the callback of setData runs after the drawing, with the page as this', async () => {
  const app = await openPage(COUNTER_PAGE, COUNTER);
  await app.tap('back');
  expect(app.text()).toContain('7|1,2|0|drawn true');
});

test('$spliceData shows', async () => {
  const app = await openPage(COUNTER_PAGE, COUNTER);
  await app.tap('splice');
  expect(app.text()).toContain('1|2|0|');
});

test('all setData of one turn are drawn once', async () => {
  const app = await openPage(
    '<import-sjs name="m" from="./m.sjs" /><view onTap="go">{{m.draw(n)}}</view>',
    'data: { n: 0 }, go() { for (let i = 0; i < 10; i += 1) this.setData({ n: i }); }',
    {
      'pages/main/m.sjs':
        'let draws = 0; export default { draw(n) { draws += 1; return n + " drawn " + draws; } };',
    },
  );
  await app.tap('0 drawn 1');
  expect(app.text()).toBe('9 drawn 2');
});

test('the size of each setData is on the timeline, in bytes of UTF-8', async () => {
  const app = await openPage(
    '<view onTap="go">{{a}}</view>',
    "data: { a: 'x' }, go() { this.setData({ a: '中' }); }",
  );
  await app.tap('x');
  expect(app.events).toContainEqual(
    expect.objectContaining({ kind: 'setData', bytes: '{"a":"xxx"}'.length }),
  );
});

// Source: 支付宝小程序文档「页面」, setData (https://opendocs.alipay.com/mini/framework/page-detail): data must be JSON,
// and no value undefined. On a device such a value does not arrive, and the view keeps what it had.
describe('setData takes what JSON can carry', () => {
  const set = (value: string) =>
    openPage(
      '<view onTap="go">按</view>',
      `data: { a: 1 }, go() { this.setData({ 'b.c': 1, a: ${value} }); }`,
    );

  test.each([
    ['undefined', 'a 是 undefined'],
    ['() => 1', 'a 是函数'],
    ['{ list: [1, new Map()] }', 'a.list[1] 是 Map'],
    ['{ at: new Date() }', 'a.at 是 Date'],
    ['new (class Day { toJSON() { return 1; } })()', 'a 是 Day'],
    ['new (class Own { constructor() { this.m = new Map(); } })()', 'a.m 是 Map'],
    ['Promise.resolve()', 'a 是 Promise'],
    ['/x/', 'a 是 RegExp'],
    ['new Error()', 'a 是 Error'],
    ['Symbol("x")', 'a 是 symbol'],
    ['(() => { const o = {}; o.self = o; return o; })()', 'a.self 又指回'],
  ])('%s', async (value, message) => {
    const app = await set(value);
    await expect(app.tap('按')).rejects.toThrow(message);
  });

  test('null, and undefined deeper inside, are fine', async () => {
    const app = await set('{ b: undefined, c: null, d: [null] }');
    await app.tap('按');
  });

  test('an instance of a class of the app crosses by its fields, as a copy', async () => {
    const app = await openPage(
      '<view onTap="go">{{user.name}}{{user.hello}}</view><button onTap="later">改</button>',
      `data: { user: null }, go() {
         class User { constructor() { this.name = '张三'; } get hello() { return '不该出现'; } }
         this.setData({ user: new User() });
       },
       later() { this.data.user.name = '李四'; this.setData({ other: 1 }); }`,
    );
    app.document.querySelector<HTMLElement>('mini-view')?.click();
    await app.waitFor('张三');
    await app.tap('改');
    expect(app.text()).toBe('张三 改');
  });

  test('a component of an npm package may pass what JSON cannot carry', () => {
    const host = { emit: () => undefined, report: () => undefined, reportRejection: () => undefined };
    const of = (place: string): Instance => new Instance(host, place, {}, {});
    expect(() => of('components/own').setData({ a: undefined })).toThrow('setData');
    of('node_modules/some-package/es/part').setData({ a: undefined });
  });
});
