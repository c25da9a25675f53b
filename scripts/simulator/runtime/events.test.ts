import { openPage, using } from '../harness/testing.ts';

/**
 * Sources: 支付宝小程序文档「事件对象」 (https://www.w3cschool.cn/aliminiapp/aliminiapp-41q63bfq.html): type, timeStamp, target with
 * `dataset` of the node that listens and `targetDataset` of the node that was touched, detail, touches; and 「事件介绍」: `on…` bubbles, `catch…` ends the way. That a disabled button still lets the
 * tap through to the tags around it is documented nowhere: check it on a device before relying on it.
 */

const RECORD = 'data: { log: [] }, add(line) { this.setData({ log: this.data.log.concat(line) }); },';
const LOG = '<view>{{log}}</view>';

test('onTap goes up to the tags around it, catchTap ends there', async () => {
  const app = await openPage(
    `<view onTap="outer"><view catchTap="middle"><view onTap="inner">里</view></view><text onTap="inner">旁</text></view>${LOG}`,
    `${RECORD} outer() { this.add('outer'); }, middle() { this.add('middle'); }, inner() { this.add('inner'); }`,
  );
  await app.tap('里');
  expect(app.text()).toContain('inner,middle');
  expect(app.text()).not.toContain('outer');
  await app.tap('旁');
  expect(app.text()).toContain('inner,middle,inner,outer');
});

test('target.dataset is that of the node with the handler, targetDataset that of the origin', async () => {
  const app = await openPage(
    `<view id="row" data-row="7" onTap="go"><text id="word" data-word="8">字</text></view>${LOG}`,
    `${RECORD} go(e) { this.add(JSON.stringify([e.type, e.target.id, e.target.dataset, e.target.targetDataset, e.currentTarget.id, e.currentTarget.dataset])); }`,
  );
  await app.tap('字');
  expect(app.text()).toContain('["tap","word",{"row":"7"},{"word":"8"},"row",{"row":"7"}]');
});

// Source: 支付宝小程序文档「事件对象」, dataset (https://www.w3cschool.cn/aliminiapp/aliminiapp-41q63bfq.html)
test('a hyphen in a name of the dataset makes the next letter a capital', async () => {
  const app = await openPage(
    `<view data-item-id="{{5}}" data-alpha-beta-gamma="x" onTap="go">按</view>${LOG}`,
    `${RECORD} go(e) { this.add(JSON.stringify(e.target.dataset)); }`,
  );
  await app.tap('按');
  expect(app.text()).toContain('{"itemId":5,"alphaBetaGamma":"x"}');
});

// dingui-mini writes `data-dmId` and reads `dataset.dmId`, so capitals are kept.
test('dataset values keep their type, names their capitals', async () => {
  const app = await openPage(
    `<view data-itemId="{{5}}" data-flag="{{false}}" data-one="{{ {a: [1]} }}" data-text="x" onTap="go">按</view>${LOG}`,
    `${RECORD} go(e) { this.add(JSON.stringify(e.currentTarget.dataset)); }`,
  );
  await app.tap('按');
  expect(app.text()).toContain('{"itemId":5,"flag":false,"one":{"a":[1]},"text":"x"}');
});

test('a tap goes up over the border of a component', async () => {
  const app = await openPage(
    `<view onTap="outer"><a-part /></view>${LOG}`,
    `${RECORD} outer() { this.add('outer'); }`,
    { ...using({ 'a-part': '/part' }), 'part.axml': '<view>里面</view>', 'part.js': 'Component({});' },
  );
  await app.tap('里面');
  expect(app.text()).toContain('outer');
});

test('a disabled button does not answer, but the tags around it do', async () => {
  const app = await openPage(
    `<view onTap="outer"><button disabled="{{true}}" onTap="inner">不能按</button></view>${LOG}`,
    `${RECORD} outer() { this.add('outer'); }, inner() { this.add('inner'); }`,
  );
  await app.tap('不能按');
  expect(app.text()).toBe('不能按 outer');
});

test('the handler may be named by data', async () => {
  const app = await openPage(
    `<view onTap="{{name}}">按</view>${LOG}`,
    `${RECORD.replace('data: {', "data: { name: 'go',")} go() { this.add('went'); }`,
  );
  await app.tap('按');
  expect(app.text()).toContain('went');
});

test('touches come from the pointer', async () => {
  const app = await openPage(
    `<view class="pad" onTouchStart="a" onTouchMove="a" onTouchEnd="a">板</view>${LOG}`,
    `${RECORD} a(e) { this.add(e.type + e.touches.length + (e.changedTouches[0].clientX)); }`,
  );
  const pad = app.document.querySelector('.pad');
  const { MouseEvent } = app.document.defaultView as Window & typeof globalThis;
  for (const type of ['pointerdown', 'pointermove', 'pointerup']) {
    pad?.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: 4, buttons: 1 }));
  }
  await app.waitFor('touchStart14,touchMove14,touchEnd04');
});

// Source: 支付宝小程序文档「事件介绍」: longTap comes when a touch lasts for more than 500 ms.
test('longTap comes while the finger rests, not when it moves', async () => {
  const app = await openPage(
    `<view class="pad" onLongTap="a">板</view>${LOG}`,
    `${RECORD} a(e) { this.add(e.type); }`,
  );
  const pad = app.document.querySelector('.pad');
  const { MouseEvent } = app.document.defaultView as Window & typeof globalThis;
  const send = (type: string): void =>
    void pad?.dispatchEvent(new MouseEvent(type, { bubbles: true, buttons: 1 }));
  vi.useFakeTimers();
  send('pointerdown');
  send('pointermove');
  vi.advanceTimersByTime(600);
  send('pointerup');
  send('pointerdown');
  vi.advanceTimersByTime(600);
  vi.useRealTimers();
  await app.waitFor('longTap');
  expect(app.text()).toBe('板 longTap');
});

test('an error in a handler is reported and fails the test', async () => {
  const app = await openPage('<view onTap="go">按</view>', "go() { throw new Error('坏了'); }");
  await expect(app.tap('按')).rejects.toThrow('坏了');
});
