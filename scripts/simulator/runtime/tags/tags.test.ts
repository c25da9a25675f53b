import { BUILT_IN_TAGS } from '../../compiler/tags.ts';
import type { OpenedApp } from '../../harness/open-app.ts';
import { openPage } from '../../harness/testing.ts';
import type { MiniElement } from '../events.ts';
import { TAGS } from './index.ts';

/**
 * Source: 支付宝小程序文档「组件」, one page for each tag, which DingTalk's list of
 * components repeats: names of attributes and events, their defaults (`maxlength` 140, thresholds 50, `current` 0), and what
 * is in `detail`.
 */

const LOG = '<view class="log">{{log}}</view>';
const RECORD = `data: { log: '', on: false, word: '', value: 1 }, record(e) { this.setData({ log: e.type + JSON.stringify(e.detail) }); },`;

const first = (app: OpenedApp, selector: string): MiniElement => {
  const element = app.document.querySelector<MiniElement>(selector);
  if (!element) throw new Error(`no ${selector}`);
  return element;
};

async function click(app: OpenedApp, selector: string): Promise<void> {
  first(app, selector).click();
  await app.waitFor(() => true);
  await new Promise((resolve) => setTimeout(resolve, 1));
}

test('the compiler accepts exactly the tags that the runtime draws', () => {
  expect(Object.keys(TAGS).sort()).toEqual([...BUILT_IN_TAGS].sort());
});

test('every tag draws without attributes and without content', async () => {
  for (const tag of BUILT_IN_TAGS) {
    const app = await openPage(`<${tag} />`);
    expect(first(app, `mini-${tag}`).miniNode?.tag).toBe(tag);
    app.close();
  }
});

test('hidden hides, class, id and style reach the element', async () => {
  const app = await openPage(
    '<view id="a" class="b {{c}}" style="color: red" hidden="{{h}}">藏</view>',
    "data: { c: 'd', h: true }",
  );
  expect(app.text()).toBe('');
  expect(first(app, '#a').getAttribute('class')).toBe('b d');
});

test('input: onInput and onBlur carry detail.value; value sets the text when it changes', async () => {
  const app = await openPage(
    `<input name="n" value="{{word}}" onInput="record" onBlur="blur" placeholder="姓名" /><button onTap="set">set</button>${LOG}<view>{{left}}</view>`,
    `${RECORD} blur(e) { this.setData({ left: '离开' + e.detail.value }); }, set() { this.setData({ word: '王' }); }`,
  );
  await app.type('姓名', '张');
  expect(app.text()).toContain('input{"value":"张"');
  expect(app.text()).toContain('离开张');
  await app.tap('set');
  expect(first(app, 'input')).toHaveProperty('value', '王');
});

test('input: maxlength is 140 unless it is given', async () => {
  const app = await openPage(
    '<input placeholder="短" /><input placeholder="更短" maxlength="{{2}}" /><textarea placeholder="长" maxlength="-1" />',
  );
  await app.type('短', 'x'.repeat(200));
  await app.type('更短', 'xyz');
  await app.type('长', 'x'.repeat(200));
  const lengths = [...app.document.querySelectorAll<HTMLInputElement>('input,textarea')].map(
    (field) => field.value.length,
  );
  expect(lengths).toEqual([140, 2, 200]);
});

test('input: onConfirm comes with the Enter key, not while characters are composed', async () => {
  const app = await openPage(`<input onConfirm="record" />${LOG}`, RECORD);
  const { KeyboardEvent } = app.document.defaultView as Window & typeof globalThis;
  first(app, 'input').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true }));
  await app.waitFor(() => app.text() === '');
  first(app, 'input').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
  await app.waitFor('confirm{"value":""');
});

test('a disabled input takes no text', async () => {
  const app = await openPage('<input placeholder="不能" disabled />');
  await expect(app.type('不能', 'x')).rejects.toThrow('不能输入');
});

test('switch: a tap turns it, onChange has detail.value, and checked of the data wins', async () => {
  const app = await openPage(
    `<switch checked="{{on}}" onChange="record" /><button onTap="set">set</button>${LOG}`,
    `${RECORD} set() { this.setData({ on: true }); }`,
  );
  await click(app, 'mini-switch');
  expect(app.text()).toContain('change{"value":true}');
  await click(app, 'mini-switch');
  expect(first(app, 'mini-switch').getAttribute('aria-checked')).toBe('false');
  await app.tap('set');
  expect(first(app, 'mini-switch').getAttribute('aria-checked')).toBe('true');
});

test('checkbox-group and radio-group: onChange has the values', async () => {
  const app = await openPage(
    `<checkbox-group onChange="record"><label><checkbox value="a" />甲</label><label><checkbox value="b" checked />乙</label></checkbox-group>
     <radio-group onChange="record"><label><radio value="c" checked />丙</label><label><radio value="d" />丁</label></radio-group>${LOG}`,
    RECORD,
  );
  await app.tap('甲');
  expect(app.text()).toContain('change{"value":["a","b"]}');
  await app.tap('丁');
  expect(app.text()).toContain('change{"value":"d"}');
  const radios = [...app.document.querySelectorAll('mini-radio')].map((radio) =>
    radio.getAttribute('aria-checked'),
  );
  expect(radios).toEqual(['false', 'true']);
});

test('label for another element by its id', async () => {
  const app = await openPage(`<label for="s">开关</label><switch id="s" onChange="record" />${LOG}`, RECORD);
  await app.tap('开关');
  expect(app.text()).toContain('change{"value":true}');
});

test('form: a submit button gives all fields by name, a reset button empties them', async () => {
  const app = await openPage(
    `<form onSubmit="record" onReset="record">
       <input name="who" placeholder="姓名" value="张" /><textarea name="why" placeholder="理由" /><switch name="yes" checked />
       <checkbox-group name="many"><checkbox value="a" checked /></checkbox-group><picker name="one" range="{{[1, 2]}}" value="{{1}}">选</picker>
       <button form-type="submit">提交</button><button form-type="reset">清空</button></form>${LOG}`,
    RECORD,
  );
  await app.type('理由', '因为');
  await app.tap('提交');
  expect(app.text()).toContain('submit{"value":{"who":"张","why":"因为","yes":true,"many":["a"],"one":1}');
  await app.tap('清空');
  expect(app.text()).toContain('reset');
  expect(first(app, 'textarea')).toHaveProperty('value', '');
});

test('form: a reset brings radio, checkbox and picker back to how they began', async () => {
  const app = await openPage(
    `<form onSubmit="record">
       <radio-group name="one"><label><radio value="c" checked />丙</label><label><radio value="d" />丁</label></radio-group>
       <checkbox-group name="many"><label><checkbox value="a" checked />甲</label></checkbox-group>
       <picker name="pick" range="{{['一', '二', '三']}}" value="{{1}}">选</picker>
       <button form-type="submit">提交</button><button form-type="reset">清空</button></form>${LOG}`,
    RECORD,
  );
  await app.tap('丁');
  await app.tap('甲');
  const select = first(app, 'select') as unknown as HTMLSelectElement;
  select.value = '2';
  select.dispatchEvent(new (app.document.defaultView as Window & typeof globalThis).Event('change'));
  await app.tap('提交');
  expect(app.text()).toContain('{"value":{"one":"d","many":[],"pick":2}');
  await app.tap('清空');
  await app.tap('提交');
  expect(app.text()).toContain('{"value":{"one":"c","many":["a"],"pick":1}');
});

test('input and textarea are found by their name', async () => {
  const app = await openPage(
    `<input name="who" onInput="record" /><textarea name="why" onInput="record" />${LOG}`,
    RECORD,
  );
  await app.type('who', '张');
  await app.type('why', '因为');
  expect(app.text()).toContain('因为');
});

test('picker: range, range-key, onChange with the index', async () => {
  const app = await openPage(
    `<picker range="{{list}}" range-key="name" value="{{value}}" onChange="record"><view>选一个</view></picker>${LOG}`,
    `${RECORD.replace("log: ''", "log: '', list: [{ name: '甲' }, { name: '乙' }, { name: '丙' }]")}`,
  );
  const select = first(app, 'select') as unknown as HTMLSelectElement;
  expect(select.value).toBe('1');
  expect([...select.options].map((option) => option.textContent)).toEqual(['甲', '乙', '丙']);
  select.value = '2';
  select.dispatchEvent(new (app.document.defaultView as Window & typeof globalThis).Event('change'));
  await app.waitFor('change{"value":2}');
});

test('swiper: a dot leads to its item, current of the data too', async () => {
  const app = await openPage(
    `<swiper indicator-dots="{{true}}" current="{{value}}" onChange="record"><swiper-item>一</swiper-item><swiper-item>二</swiper-item><swiper-item>三</swiper-item></swiper>${LOG}`,
    RECORD,
  );
  await app.waitFor(() => app.document.querySelectorAll('.mini-swiper-dots i').length === 3);
  expect(first(app, '.mini-swiper-track').getAttribute('style')).toContain('-100%');
  await click(app, '.mini-swiper-dots i:nth-child(3)');
  expect(app.text()).toContain('change{"current":2}');
});

test('scroll-view: onScroll, and onScrollToLower once at the end', async () => {
  const app = await openPage(
    '<scroll-view scroll-y onScroll="a" onScrollToLower="b"><view>长</view></scroll-view><view>{{n}}</view>',
    "data: { n: '' }, a() { this.setData({ n: this.data.n + 's' }); }, b() { this.setData({ n: this.data.n + 'L' }); }",
  );
  const { Event } = app.document.defaultView as Window & typeof globalThis;
  first(app, 'mini-scroll-view').dispatchEvent(new Event('scroll'));
  first(app, 'mini-scroll-view').dispatchEvent(new Event('scroll'));
  await app.waitFor('sLs');
});

test('scroll-view: onScrollToUpper within upper-threshold, once; scroll-top holds from the beginning', async () => {
  const app = await openPage(
    '<scroll-view scroll-y scroll-top="{{300}}" upper-threshold="{{20}}" onScrollToUpper="a"><view>长</view></scroll-view><view>{{n}}</view>',
    "data: { n: '' }, a() { this.setData({ n: this.data.n + 'U' }); }",
  );
  const { Event } = app.document.defaultView as Window & typeof globalThis;
  const scroll = first(app, 'mini-scroll-view');
  expect(scroll.scrollTop).toBe(300);
  for (const top of [200, 21, 20, 0, 100, 5]) {
    scroll.scrollTop = top;
    scroll.dispatchEvent(new Event('scroll'));
  }
  await app.waitFor('UU');
  expect(app.text()).toBe('长 UU');
});

test('swiper: a finger pushes it on, one item at a time; a short push does not', async () => {
  const app = await openPage(
    `<swiper onChange="record"><swiper-item>一</swiper-item><swiper-item>二</swiper-item><swiper-item>三</swiper-item></swiper>${LOG}`,
    RECORD,
  );
  const { MouseEvent } = app.document.defaultView as Window & typeof globalThis;
  const push = (from: number, to: number): void => {
    const item = first(app, 'mini-swiper-item');
    item.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true, clientX: from }));
    item.dispatchEvent(new MouseEvent('pointerup', { bubbles: true, clientX: to }));
  };
  push(200, 190);
  await app.waitFor(() => !app.text().includes('change'));
  push(200, 100);
  await app.waitFor('change{"current":1}');
  push(100, 200);
  await app.waitFor('change{"current":0}');
});

test('swiper: the click that ends a push is no tap, and the next click is one', async () => {
  const app = await openPage(
    `<swiper><swiper-item><view id="in" onTap="record">一</view></swiper-item><swiper-item>二</swiper-item></swiper>${LOG}`,
    RECORD,
  );
  const { MouseEvent } = app.document.defaultView as Window & typeof globalThis;
  const inside = first(app, '#in');
  const mouse = (type: string, clientX: number): boolean =>
    inside.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX, detail: 1 }));
  const push = (): void => void (mouse('pointerdown', 200) && mouse('pointerup', 100));
  push();
  mouse('click', 100);
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(first(app, '.log').textContent).toBe('');
  // A browser that sends no click after the push must not cost the person the next tap.
  push();
  mouse('pointerdown', 100);
  mouse('pointerup', 100);
  mouse('click', 100);
  await app.waitFor('tap');
});

test('swiper: autoplay begins and ends with its attribute', async () => {
  const app = await openPage(
    `<swiper autoplay="{{on}}" circular="{{true}}" interval="{{1}}" onChange="record"><swiper-item>一</swiper-item><swiper-item>二</swiper-item></swiper><button onTap="turn">turn</button>${LOG}`,
    `${RECORD} turn() { this.setData({ on: !this.data.on }); }`,
  );
  await app.tap('turn');
  await app.waitFor('change{"current":1}');
  await app.tap('turn');
  const still = app.text();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(app.text()).toBe(still);
});

test('image: onLoad has the size of the picture', async () => {
  const app = await openPage(`<image src="/logo.png" onLoad="record" />${LOG}`, RECORD, { 'logo.png': '' });
  first(app, 'img').dispatchEvent(new (app.document.defaultView as Window & typeof globalThis).Event('load'));
  await app.waitFor('load{"height":0,"width":0}');
});

test('image: a path of the package becomes its data, mode and errors', async () => {
  const app = await openPage(`<image src="/logo.png" mode="aspectFit" onError="record" />${LOG}`, RECORD, {
    'logo.png': '',
  });
  const image = first(app, 'img');
  expect(image.getAttribute('src')).toBe('/logo.png');
  expect(image.getAttribute('style')).toContain('contain');
  image.dispatchEvent(new (app.document.defaultView as Window & typeof globalThis).Event('error'));
  await app.waitFor('error{');
});

test('web-view is a placeholder with its address', async () => {
  const app = await openPage('<web-view src="https://example.gov.cn/" />');
  expect(app.text()).toContain('https://example.gov.cn/');
});

test('a button can be used with the keyboard', async () => {
  const app = await openPage(`<button onTap="record">按</button>${LOG}`, RECORD);
  const { KeyboardEvent } = app.document.defaultView as Window & typeof globalThis;
  first(app, 'mini-button').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  await app.waitFor('tap{');
});

test('slider: the value while it moves and at its end, and in a form', async () => {
  const app = await openPage(
    `<form onSubmit="record"><slider name="n" value="30" min="10" max="50" show-value onChanging="record" onChange="record" /><button form-type="submit">交</button></form>${LOG}`,
    RECORD,
  );
  const range = first(app, 'input') as unknown as HTMLInputElement;
  expect([range.value, range.min, range.max]).toEqual(['30', '10', '50']);
  const { Event: DomEvent } = app.document.defaultView as Window & typeof globalThis;
  range.value = '40';
  range.dispatchEvent(new DomEvent('input'));
  await app.waitFor('changing{"value":40}');
  range.dispatchEvent(new DomEvent('change'));
  await app.waitFor('change{"value":40}');
  expect(app.text()).toContain('40');
  await app.tap('交');
  await app.waitFor('"n":40');
});

test('progress: the share, and its number when asked for', async () => {
  const app = await openPage('<progress percent="35" show-info /><progress percent="120" />');
  expect(app.text()).toBe('35%');
  const bars = [...app.document.querySelectorAll('.mini-progress-bar i')].map((bar) =>
    bar.getAttribute('style'),
  );
  expect(bars.map((style) => /width:\d+%/.exec(style ?? '')?.[0])).toEqual(['width:35%', 'width:100%']);
});

test('rich-text: nodes and HTML, without what could run', async () => {
  const html = '<p style="color:red">甲<b onclick="x()">乙</b><script>bad()</script></p>';
  const app = await openPage(
    '<rich-text nodes="{{nodes}}" /><rich-text nodes="{{html}}" />',
    `data: { html: ${JSON.stringify(html)}, nodes: [{ name: 'div', attrs: { class: 'c', onclick: 'x()' }, children: [{ type: 'text', text: '丙' }, { name: 'iframe' }] }] }`,
  );
  await app.waitFor('甲');
  expect(app.text()).toBe('丙 甲 乙');
  const inner = [...app.document.querySelectorAll('mini-rich-text')]
    .map((element) => element.innerHTML)
    .join();
  expect(inner).toContain('class="c"');
  expect(inner).not.toMatch(/script|iframe|onclick/);
});

test('navigator: a tap opens the page, in the way that open-type says', async () => {
  const other = {
    'pages/other/other.axml': '<navigator open-type="navigateBack">回</navigator>',
    'pages/other/other.js': 'Page({});',
  };
  const app = await openPage('<navigator url="/pages/other/other">去</navigator>', '', {
    'app.json': '{"pages":["pages/main/main","pages/other/other"]}',
    ...other,
  });
  await app.tap('去');
  expect(app.stack).toEqual(['pages/main/main', 'pages/other/other']);
  await app.tap('回');
  expect(app.stack).toEqual(['pages/main/main']);
});

test('picker-view: a tap on a row chooses it in its column', async () => {
  const columns = ['甲 乙', '丙 丁'].map((rows) =>
    rows
      .split(' ')
      .map((row) => `<view>${row}</view>`)
      .join(''),
  );
  const app = await openPage(
    `<picker-view value="{{[0, 1]}}" onChange="record">${columns.map((rows) => `<picker-view-column>${rows}</picker-view-column>`).join('')}</picker-view>${LOG}`,
    RECORD,
  );
  const chosen = (): (string | null)[] =>
    [...app.document.querySelectorAll('[data-chosen]')].map((row) => row.textContent);
  expect(chosen()).toEqual(['甲', '丁']);
  await app.tap('乙');
  await app.waitFor('change{"value":[1,1]}');
  expect(chosen()).toEqual(['乙', '丁']);
});

test('movable-view: follows the finger in the directions that it may', async () => {
  const app = await openPage(
    `<movable-area><movable-view x="5" direction="horizontal" onChange="record">块</movable-view></movable-area>${LOG}`,
    RECORD,
  );
  const { MouseEvent } = app.document.defaultView as Window & typeof globalThis;
  const move = (type: string, clientX: number, clientY: number): void =>
    void first(app, 'mini-movable-view').dispatchEvent(
      new MouseEvent(type, { clientX, clientY, bubbles: true }),
    );
  move('pointerdown', 100, 100);
  move('pointermove', 120, 130);
  move('pointerup', 120, 130);
  await app.waitFor('change{"x":25,"y":0,"source":"touch"}');
  expect(first(app, 'mini-movable-view').getAttribute('style')).toContain('translate(25px,0px)');
});

test('cover-view and cover-image stand as view and image do; map, video and lottie by their names', async () => {
  const app = await openPage(
    '<cover-view onTap="go">盖<cover-image src="/a.png" /></cover-view><map /><video /><lottie />',
    'go() {}',
    { 'a.png': '' },
  );
  expect(first(app, 'mini-cover-image img').getAttribute('src')).toBe('/a.png');
  expect(app.text()).toBe('盖 <map> 请在真机上看 <video> 请在真机上看 <lottie> 请在真机上看');
});
