import { openFiles, openPage, using } from '../harness/testing.ts';

/**
 * Source, unless a test names its own: 支付宝小程序文档「自定义组件·对象」
 * (https://opendocs.alipay.com/mini/framework/component_object): life cycle of base library 1.x and component2, props with
 * defaults and function props, mixins, `$page`, `ref`; slots: 「自定义组件·模板和样式」. The types of `@mini-types/global` say
 * the same.
 */

/** A component that writes its life into the page's log by `getApp()`. */
function component(axml: string, script: string): Record<string, string> {
  return {
    ...using({ 'a-part': '/part/part' }),
    'app.js': 'App({ log: [] });',
    'part/part.json': '{"component":true}',
    'part/part.axml': axml,
    'part/part.js': `const log = (line) => getApp().log.push(line); Component({${script}});`,
  };
}

const SHOW_LOG = "read() { this.setData({ shown: getApp().log.join(' ') }); }";

test('life cycle: onInit and deriveDataFromProps before the first drawing, didMount after it (component2)', async () => {
  const app = await openPage(
    '<a-part a:if="{{!off}}" n="{{1}}" /><button onTap="read">read</button><button onTap="end">end</button><text>{{shown}}</text>',
    `data: { shown: '' }, end() { this.setData({ off: true }); }, ${SHOW_LOG}`,
    component(
      '<view>{{double}}</view>',
      `props: { n: 0 }, data: { double: 0 },
       onInit() { log('onInit'); },
       deriveDataFromProps(next) { log('derive' + next.n); this.setData({ double: next.n * 2 }); },
       didMount() { log('didMount'); }, didUnmount() { log('didUnmount'); }`,
    ),
  );
  expect(app.text()).toContain('2');
  await app.tap('end');
  await app.tap('read');
  expect(app.text()).toContain('onInit derive1 didMount didUnmount');
});

test('didUpdate(prevProps, prevData) runs for a changed prop and for setData, and for nothing else', async () => {
  const app = await openPage(
    '<a-part n="{{n}}" /><view>{{other}}</view><button onTap="prop">prop</button><button onTap="noise">noise</button><button onTap="read">read</button><text>{{shown}}</text>',
    `data: { n: 1, other: 0, shown: '' },
     prop() { this.setData({ n: 2 }); }, noise() { this.setData({ other: 1 }); }, ${SHOW_LOG}`,
    component(
      '<view onTap="own">own {{n}} {{m}}</view>',
      `props: { n: 0 }, data: { m: 0 },
       didUpdate(props, data) { log(props.n + '>' + this.props.n + ',' + data.m + '>' + this.data.m); },
       methods: { own() { this.setData({ m: 5 }); } }`,
    ),
  );
  await app.tap('noise');
  await app.tap('prop');
  await app.tap('own 2 0');
  await app.tap('read');
  expect(app.text()).toContain('own 2 5');
  expect(app.text().endsWith('1>2,0>0 2>2,0>5')).toBe(true);
});

test('didUpdate does not run after a setData that changed nothing, so one that measures and sets comes to rest', async () => {
  const app = await openPage(
    '<a-part /><button onTap="read">read</button><text>{{shown}}</text>',
    `data: { shown: '' }, ${SHOW_LOG}`,
    component(
      '<view class="b" onTap="own">own</view>',
      `data: { n: 0, height: 0 },
       didUpdate() {
         log('didUpdate');
         dd.createSelectorQuery().select('.b').boundingClientRect().exec(([{ height }]) => this.setData({ height }));
       },
       methods: { own() { this.setData({ n: 1 }); } }`,
    ),
  );
  await app.tap('own');
  await app.waitFor(() => app.events.filter(({ kind }) => kind === 'setData').length === 2);
  await app.tap('read');
  expect(app.text()).toBe('own read didUpdate');
});

test('didUpdate does not run when only the content of a slot was drawn anew', async () => {
  const app = await openPage(
    '<a-part><text>{{other}}</text></a-part><button onTap="noise">noise</button><button onTap="read">read</button><text>{{shown}}</text>',
    `data: { other: 0, shown: '' }, noise() { this.setData({ other: 1 }); }, ${SHOW_LOG}`,
    component('<view><slot /></view>', "didUpdate() { log('didUpdate'); }"),
  );
  await app.tap('noise');
  await app.tap('read');
  expect(app.text()).toBe('1 noise read');
});

test('props have defaults, also for undefined', async () => {
  const app = await openPage(
    '<a-part /><a-part word="{{nothing}}" /><a-part word="乙" />',
    '',
    component('<view>{{word}}</view>', "props: { word: '甲' }"),
  );
  expect(app.text()).toBe('甲 甲 乙');
});

test('a mixin adds data, methods and life cycle; the component itself wins', async () => {
  const app = await openPage(
    '<a-part /><button onTap="read">read</button><text>{{shown}}</text>',
    `data: { shown: '' }, ${SHOW_LOG}`,
    component(
      '<view onTap="say">{{a}}{{b}}{{c}}</view>',
      `mixins: [{ data: { a: 1, b: 1 }, didMount() { log('mixin'); }, methods: { say() { this.setData({ c: 3 }); } } }],
       data: { b: 2, c: 0 }, didMount() { log('own'); }`,
    ),
  );
  await app.tap('120');
  await app.tap('read');
  expect(app.text()).toBe('123 read mixin own');
});

test('a function prop by method name keeps its identity over renders', async () => {
  const app = await openPage(
    '<a-part n="{{n}}" onGo="go" /><button onTap="next">next</button><text>{{said}}</text>',
    "data: { n: 0, said: '' }, next() { this.setData({ n: this.data.n + 1 }); }, go(x) { this.setData({ said: 'said ' + x }); }",
    component(
      '<view onTap="tap">{{same}}</view>',
      `props: { n: 0, onGo: null }, data: { same: 'first' },
       didUpdate(props) { if (props.n !== this.props.n) this.setData({ same: String(props.onGo === this.props.onGo) }); },
       methods: { tap() { this.props.onGo('hello'); } }`,
    ),
  );
  await app.tap('next');
  await app.tap('true');
  expect(app.text()).toContain('said hello');
});

test('slots: named, default, fallback, and the names of the page inside them', async () => {
  const app = await openPage(
    '<a-part><view slot="head">{{word}} 头</view>身<view a:if="{{false}}" slot="foot">脚</view></a-part><a-part />',
    "data: { word: '页' }",
    component('<slot name="head">无头</slot>|<slot>无身</slot>|<slot name="foot">无脚</slot>', ''),
  );
  expect(app.text()).toBe('页 头 |身|无脚无头|无身|无脚');
});

test('slot-scope gives the content values of the component', async () => {
  const app = await openPage(
    '<a-part list="{{list}}"><text slot-scope="row">{{row.index}}{{row.item}} </text></a-part>',
    "data: { list: ['甲', '乙'] }",
    component('<slot a:for="{{list}}" item="{{item}}" index="{{index}}" />', 'props: { list: [] }'),
  );
  expect(app.text()).toBe('0甲 1乙');
});

test('$slots tells which slots are filled', async () => {
  const app = await openPage(
    '<a-part><text slot="head">头</text></a-part><a-part />',
    '',
    component('<view>{{$slots.head ? "有" : "没有"}}</view>', ''),
  );
  expect(app.text()).toBe('有 没有');
});

test('$page is the page, and ref gives the page the component', async () => {
  const app = await openPage(
    '<a-part ref="keep" /><button onTap="ask">ask</button><text>{{word}}</text>',
    "data: { word: '' }, keep(part) { this.part = part; }, ask() { this.part.answer(); }",
    component('<view />', "methods: { answer() { this.$page.setData({ word: '来自组件' }); } }"),
  );
  await app.tap('ask');
  expect(app.text()).toContain('来自组件');
});

// Source: 支付宝小程序文档「自定义组件·对象」, 组件实例属性; @mini-types/global.
test('$id is a number of its own for each component, also in its template; is names its path', async () => {
  const app = await openPage(
    '<a-part /><a-part />',
    '',
    component(
      '<view>{{$id}}={{own}}</view>',
      "data: { own: '' }, didMount() { this.setData({ own: typeof this.$id + this.$id + this.is }); }",
    ),
  );
  await app.waitFor('number');
  const [first, second] = app.text().split(' ');
  expect(first).toMatch(/^(\d+)=number\1part\/part$/);
  expect(second).toMatch(/^(\d+)=number\1part\/part$/);
  expect(first).not.toBe(second);
});

test('components of two branches do not share their state', async () => {
  const app = await openPage(
    '<a-part a:if="{{first}}" /><a-part a:else /><button onTap="turn">turn</button>',
    'data: { first: true }, turn() { this.setData({ first: !this.data.first }); }',
    component(
      '<view onTap="add">n{{n}}</view>',
      'data: { n: 0 }, methods: { add() { this.setData({ n: 1 }); } }',
    ),
  );
  await app.tap('n0');
  expect(app.text()).toBe('n1 turn');
  await app.tap('turn');
  expect(app.text()).toBe('n0 turn');
});

test('rows with a:key keep their state when the list is reversed', async () => {
  const app = await openPage(
    '<a-part a:for="{{list}}" a:key="*this" word="{{item}}" /><button onTap="turn">turn</button>',
    "data: { list: ['a', 'b', 'c'] }, turn() { this.setData({ list: this.data.list.slice().reverse() }); }",
    component(
      '<view onTap="add">{{word}}{{n}}</view>',
      'data: { n: 0 }, methods: { add() { this.setData({ n: 1 }); } }',
    ),
  );
  await app.tap('a0');
  await app.tap('turn');
  expect(app.text()).toBe('c0 b0 a1 turn');
});

test('a page may use a component that uses another one', async () => {
  const app = await openFiles({
    'pages/main/main.axml': '<a-part />',
    'pages/main/main.js': 'Page({});',
    ...using({ 'a-part': '../../part' }),
    'part.axml': '<b-part word="里" />',
    'part.js': 'Component({});',
    'part.json': '{"component":true,"usingComponents":{"b-part":"./inner"}}',
    'inner.axml': '<view>{{word}}</view>',
    'inner.js': "Component({ props: { word: '' } });",
  });
  expect(app.text()).toBe('里');
  expect(app.document.querySelector('.mini-page')?.getAttribute('data-uses')).toBe('part inner');
});
