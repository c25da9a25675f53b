import type { OpenAppOptions, OpenedApp } from '../harness/open-app.ts';
import { openFiles } from '../harness/testing.ts';

/**
 * Sources, unless a test names its own:
 * - life cycle and handlers of a page: 支付宝小程序文档「页面·运行机制」 (https://opendocs.alipay.com/mini/framework/page), whose base
 *   library DingTalk's clients run; the types of `@mini-types/global` say the same;
 * - going from page to page: DingTalk's documents of dd.navigateTo (5 pages at most, no tab pages), dd.redirectTo,
 *   dd.reLaunch, dd.switchTab (no query) and dd.navigateBack; 支付宝小程序文档「路由」
 *   (https://opendocs.alipay.com/mini/api/ui-navigate);
 * - App: 支付宝小程序文档「app.js 注册小程序」 (https://opendocs.alipay.com/mini/framework/app-detail).
 */

/** Pages a, b, c, r (which refreshes until it is told to stop) and tabs x, y; each logs its life, and `go` calls a `dd` API by name. */
function openPages(options: OpenAppOptions = {}, more: Record<string, string> = {}): Promise<OpenedApp> {
  const files: Record<string, string> = {
    'app.json': JSON.stringify({
      pages: ['a', 'b', 'c', 'r', 'x', 'y'],
      window: { defaultTitle: '默认' },
      tabBar: {
        items: [
          { pagePath: 'x', name: '标签甲' },
          { pagePath: 'y', name: '标签乙' },
        ],
      },
    }),
    'app.js':
      'App({ log: [], onLaunch(o) { this.launch = o; this.log.push("launch"); }, onShow() { this.log.push("show"); }, onHide() { this.log.push("hide"); } });',
    'b.json': '{"defaultTitle":"第二页","pullRefresh":true}',
    'r.json': '{"pullRefresh":true}',
  };
  for (const name of ['a', 'b', 'c', 'r', 'x', 'y']) {
    files[`${name}.axml`] = `<view>页${name} {{query}}</view>`;
    files[`${name}.js`] = `
      const log = (line) => getApp().log.push('${name}.' + line);
      Page({
        data: { query: '' },
        onLoad(query) { log('load'); this.setData({ query: JSON.stringify(query) }); },
        onShow() { log('show'); }, onReady() { log('ready'); }, onHide() { log('hide'); }, onUnload() { log('unload'); },
        onPullDownRefresh(e) { log('${name}' === 'r' ? 'pull ' + e.from : 'pull'); if ('${name}' !== 'r') dd.stopPullDownRefresh(); },
        onReachBottom() { log('bottom'); }, onTitleClick() { log('title'); },
        onPageScroll(e) { log('scroll' + e.scrollTop); },
        call(api, options) { return new Promise((resolve) => dd[api](Object.assign({ success: () => resolve('ok'), fail: (e) => resolve(e.errorMessage) }, options))); },
        app() { return getApp(); }, pages() { return getCurrentPages().map((page) => page.route); },
      });`;
  }
  return openFiles({ ...files, ...more }, { path: 'a', ...options });
}

interface PageSelf {
  call(api: string, options: object): Promise<unknown>;
  app(): { log: string[]; launch?: unknown; lost?: string };
  pages(): string[];
}

const self = (app: OpenedApp): PageSelf => app.phone.stack.top?.instance.self as unknown as PageSelf;

async function call(app: OpenedApp, api: string, url?: string, more: object = {}): Promise<unknown> {
  const result = await self(app).call(api, { ...(url === undefined ? {} : { url }), ...more });
  await app.waitFor(() => true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  return result;
}

const log = (app: OpenedApp): string[] => self(app).app().log.splice(0);

test('start: onLaunch, onShow, then onLoad, onShow, onReady of the first page', async () => {
  const app = await openPages();
  expect(log(app)).toEqual(['launch', 'show', 'a.load', 'a.show', 'a.ready']);
});

test('onLaunch gets the query with the corpId, and the path', async () => {
  const app = await openPages({ query: { from: 'card' } });
  expect(self(app).app().launch).toEqual({
    query: { corpId: 'dingemulator0001', from: 'card' },
    path: 'a',
  });
});

test('navigateTo hides the page below, navigateBack shows it again', async () => {
  const app = await openPages();
  log(app);
  expect(await call(app, 'navigateTo', '/b?id=1&name=%E5%BC%A0')).toBe('ok');
  expect(app.stack).toEqual(['a', 'b']);
  expect(app.text()).toBe('页b {"id":"1","name":"张"}');
  expect(log(app)).toEqual(['a.hide', 'b.load', 'b.show', 'b.ready']);
  await call(app, 'navigateBack');
  expect(log(app)).toEqual(['b.unload', 'a.show']);
  expect(app.text()).toBe('页a {}');
});

test('redirectTo replaces the page on top', async () => {
  const app = await openPages();
  await call(app, 'navigateTo', '/b');
  log(app);
  await call(app, 'redirectTo', 'c');
  expect(app.stack).toEqual(['a', 'c']);
  expect(log(app)).toEqual(['b.unload', 'c.load', 'c.show', 'c.ready']);
});

test('reLaunch closes all pages, and can reach a page of the tab bar', async () => {
  const app = await openPages();
  await call(app, 'navigateTo', '/b');
  log(app);
  await call(app, 'reLaunch', '/x');
  expect(app.stack).toEqual(['x']);
  expect(log(app)).toEqual(['b.unload', 'a.unload', 'x.load', 'x.show', 'x.ready']);
});

// Source: 支付宝小程序文档 my.reLaunch: a url may have a query if its page is none of the tab bar.
test('reLaunch takes a query to a page, none to a page of the tab bar', async () => {
  const app = await openPages();
  expect(await call(app, 'reLaunch', '/x?a=1')).toContain('不能带参数');
  expect(app.stack).toEqual(['a']);
  expect(await call(app, 'reLaunch', '/b?a=1')).toBe('ok');
  expect(app.text()).toContain('{"a":"1"}');
});

test('a link may open a tab with a query', async () => {
  const app = await openPages({ path: 'x', query: { from: 'card' } });
  expect(app.text()).toContain('{"from":"card"}');
});

test('navigateTo and redirectTo cannot reach a page of the tab bar', async () => {
  const app = await openPages();
  expect(await call(app, 'navigateTo', '/x')).toContain('标签页');
  expect(await call(app, 'redirectTo', '/x')).toContain('标签页');
  expect(app.stack).toEqual(['a']);
});

test('switchTab reaches only pages of the tab bar, keeps them, and takes no query', async () => {
  const app = await openPages();
  expect(await call(app, 'switchTab', '/b')).toContain('只能打开标签页');
  expect(await call(app, 'switchTab', '/x?a=1')).toContain('不能带参数');
  await call(app, 'switchTab', '/x');
  expect(app.stack).toEqual(['x']);
  log(app);
  await app.tap('标签乙');
  await app.tap('标签甲');
  expect(log(app)).toEqual(['x.hide', 'y.load', 'y.show', 'y.ready', 'y.hide', 'x.show']);
});

test('switchTab from a page above a tab hides that tab no second time', async () => {
  const app = await openPages({ path: 'x' });
  await call(app, 'navigateTo', '/b');
  expect(log(app).slice(-4)).toEqual(['x.hide', 'b.load', 'b.show', 'b.ready']);
  await call(app, 'switchTab', '/y');
  expect(log(app)).toEqual(['b.unload', 'y.load', 'y.show', 'y.ready']);
  await call(app, 'switchTab', '/x');
  await call(app, 'navigateTo', '/b');
  log(app);
  await call(app, 'switchTab', '/x');
  expect(log(app)).toEqual(['b.unload', 'x.show']);
});

test('the stack is at most 5 deep', async () => {
  const app = await openPages();
  for (const url of ['/b', '/c', '/b', '/c']) expect(await call(app, 'navigateTo', url)).toBe('ok');
  expect(await call(app, 'navigateTo', '/b')).toContain('最多 5 层');
  expect(self(app).pages()).toEqual(['a', 'b', 'c', 'b', 'c']);
  await call(app, 'navigateBack', undefined, { delta: 9 });
  expect(app.stack).toEqual(['a']);
});

// Source: 支付宝小程序文档 my.navigateBack, error "already top of navigation".
test('navigateBack fails on the first page; the back key of the phone does nothing there', async () => {
  const app = await openPages();
  log(app);
  expect(await call(app, 'navigateBack')).toContain('已经是第一个页面');
  await app.back();
  expect(log(app)).toEqual([]);
});

test('a call without a url fails by saying so', async () => {
  const app = await openPages();
  expect(await call(app, 'navigateTo')).toBe('dd.navigateTo 缺少 url');
});

test('a page that does not exist: fail, or onPageNotFound where the app has it', async () => {
  const app = await openPages();
  expect(await call(app, 'navigateTo', '/gone')).toContain('不在 app.json');
  app.close();
  const other = await openPages(
    {},
    { 'app.js': 'App({ log: [], onPageNotFound(o) { this.lost = o.path; } });' },
  );
  await call(other, 'navigateTo', '/gone');
  expect(self(other).app().lost).toBe('gone');
});

test('the title bar shows the title of the page, and what setNavigationBar gives', async () => {
  const app = await openPages();
  expect(app.title()).toBe('默认');
  await call(app, 'navigateTo', '/b');
  expect(app.title()).toBe('第二页');
  await call(app, 'setNavigationBar', undefined, { title: '改过' });
  expect(app.title()).toBe('改过');
  await app.tap('返回');
  expect(app.title()).toBe('默认');
});

test('pull-down refresh only where pullRefresh is on; reach-bottom and page scroll reach the page', async () => {
  const app = await openPages();
  await expect(app.pullDown()).rejects.toThrow('pullRefresh');
  await call(app, 'navigateTo', '/b');
  log(app);
  await app.pullDown();
  await app.waitFor(() => !app.text().includes('正在刷新'));
  await app.reachBottom();
  await call(app, 'pageScrollTo', undefined, { scrollTop: 30 });
  expect(app.phone.stack.top?.root.scrollTop).toBe(30);
  app.phone.stack.top?.root.dispatchEvent(
    new (app.document.defaultView as Window & typeof globalThis).Event('scroll'),
  );
  expect(log(app)).toEqual(expect.arrayContaining(['b.pull', 'b.bottom', 'b.scroll30']));
});

// Source: @mini-types/global, `onPullDownRefresh(event)`; a page that refreshes cannot be pulled again.
test('a pull during a refresh calls nothing; onPullDownRefresh tells a pull by hand from one by code', async () => {
  const app = await openPages({ path: 'r' });
  await app.pullDown();
  await app.pullDown();
  expect(log(app).filter((line) => line.startsWith('r.pull'))).toEqual(['r.pull manual']);
  await call(app, 'stopPullDownRefresh');
  await call(app, 'startPullDownRefresh');
  expect(log(app)).toEqual(['r.pull code']);
});

// Source: @mini-types/global, `onReachBottom` and `onReachBottomDistance`.
test('reach-bottom comes once, until the page has left its end', async () => {
  const app = await openPages();
  const root = app.phone.stack.top?.root;
  if (!root) throw new Error('no page');
  const { Event } = app.document.defaultView as Window & typeof globalThis;
  Object.defineProperties(root, { scrollHeight: { value: 1000 }, clientHeight: { value: 400 } });
  const scrollTo = (scrollTop: number): string[] => {
    root.scrollTop = scrollTop;
    root.dispatchEvent(new Event('scroll'));
    return log(app).filter((line) => line === 'a.bottom');
  };
  log(app);
  expect([100, 549, 560, 600, 300, 551].map((top) => scrollTo(top).length)).toEqual([0, 0, 1, 0, 0, 1]);
});

test('onReachBottomDistance of app.json moves the end', async () => {
  const more = { 'a.json': '{"onReachBottomDistance":200}' };
  const app = await openPages({}, more);
  const root = app.phone.stack.top?.root;
  const { Event } = app.document.defaultView as Window & typeof globalThis;
  Object.defineProperties(root, { scrollHeight: { value: 1000 }, clientHeight: { value: 400 } });
  if (root) root.scrollTop = 400;
  log(app);
  root?.dispatchEvent(new Event('scroll'));
  expect(log(app)).toContain('a.bottom');
});

// Source: @mini-types/global, `onTitleClick`; the page of DingTalk's own project template has it.
test('a tap on the title reaches the page', async () => {
  const app = await openPages();
  log(app);
  await app.tap('默认');
  expect(log(app)).toEqual(['a.title']);
});

test('a cold start evaluates all code anew, a warm one shows what is there', async () => {
  const app = await openPages();
  await call(app, 'navigateTo', '/b');
  log(app);
  await app.restart({ cold: false });
  expect(log(app)).toEqual(['b.hide', 'hide', 'show', 'b.show']);
  await app.restart({ cold: true });
  expect(log(app)).toEqual(['launch', 'show', 'a.load', 'a.show', 'a.ready']);
  expect(app.stack).toEqual(['a']);
});

test('timers of the mini program end with it', async () => {
  const app = await openFiles({
    'pages/main/main.axml': '<view>{{n}}</view>',
    'pages/main/main.js':
      'let n = 0; Page({ data: { n: 0 }, onLoad() { setInterval(() => { n += 1; dd.hideKeyboard(); }, 1); } });',
  });
  await app.waitFor(() => app.calls.length > 1);
  app.phone.stop();
  const calls = app.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(app.calls).toHaveLength(calls);
});

test('hot reload of a template keeps the state of the page', async () => {
  const app = await openPages();
  const { units, style } = app.phone.built;
  const unit = units.a;
  if (!unit) throw new Error('no unit');
  const template = unit.template.replace('"页"', '"新页"').replace('("页a "', '("新 "');
  await app.phone.update({ style, units: { ...units, a: { ...unit, template } } });
  expect(app.text()).toBe('新 {}');
});
