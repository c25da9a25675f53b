import { type OpenedApp, openApp } from '../harness/open-app.ts';
import { appFiles, emptyRoot, openFiles } from '../harness/testing.ts';
import type { TransportRequest, TransportResponse } from './device.ts';

/**
 * A cold start ends the run before it: its code gets no more answers and has no effect.
 * Source: 支付宝小程序文档「小程序运行机制」, cold and warm start (https://www.w3cschool.cn/aliminiapp/aliminiapp-2xh63bec.html)
 */
const files = {
  'app.json': '{"pages":["pages/main/main","pages/other/other"]}',
  'pages/main/main.axml': '<view>首页</view>',
  'pages/main/main.js': `Page({
    ask() { dd.httpRequest({ url: 'http://server.invalid/', complete: () => dd.reLaunch({ url: '/pages/other/other' }) }); },
    later() { setTimeout(() => dd.reLaunch({ url: '/pages/other/other' }), 1); },
    store() { dd.setStorageSync({ key: 'k', data: 1 }); dd.setStorage({ key: 'l', data: 1 }); dd.navigateTo({ url: '/pages/other/other' }); },
  });`,
  'pages/other/other.axml': '<view>别的页</view>',
  'pages/other/other.js': 'Page({});',
};

type Self = Record<'ask' | 'later' | 'store', () => void>;
const self = (app: OpenedApp): Self => app.phone.stack.top?.instance.self as unknown as Self;

/** Long enough for a timer of a millisecond, and all callbacks after it, to have run. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** A server that answers when it is told. */
function slowServer() {
  const asked: TransportRequest[] = [];
  const answers: (() => void)[] = [];
  const transport = (request: TransportRequest): Promise<TransportResponse> => {
    asked.push(request);
    return new Promise((resolve) => {
      answers.push(() => resolve({ status: 200, headers: {}, text: '{}' }));
    });
  };
  const answer = (): void => {
    for (const send of answers.splice(0)) send();
  };
  return { asked, answer, transport };
}

test('an answer that comes after a cold start is dropped', async () => {
  const server = slowServer();
  const app = await openFiles(files, { transport: server.transport });
  self(app).ask();
  await app.waitFor(() => server.asked.length === 1);
  await app.restart({ cold: true });
  server.answer();
  await aWhile();
  expect(app.stack).toEqual(['pages/main/main']);
});

test('calls and timers of an earlier run do nothing', async () => {
  const app = await openFiles(files);
  const before = self(app);
  await app.restart({ cold: true });
  const calls = app.calls.length;
  before.later();
  before.store();
  await aWhile();
  expect(app.stack).toEqual(['pages/main/main']);
  expect(app.storage).toEqual({});
  expect(app.calls).toHaveLength(calls);
});

test('code that goes on after the end still reads, without a trace on the timeline, and changes nothing', async () => {
  const app = await openFiles(
    {
      'app.js': 'App({ seen: [] });',
      'pages/main/main.axml': '<view>首页</view>',
      'pages/main/main.js': `Page({
      app: getApp(),
      async onUnload() {
        await null;
        const { data } = dd.getStorageSync({ key: 'k' });
        dd.setStorageSync({ key: 'k', data: 2 });
        dd.removeStorageSync({ key: 'k' });
        dd.clearStorageSync();
        const { keys } = dd.getStorageInfoSync();
        this.seen = [data, keys.join(), dd.getSystemInfoSync().windowWidth, dd.canIUse('alert')].join(' ');
      },
    });`,
    },
    { storage: { k: 1 } },
  );
  const page = app.phone.stack.top?.instance.self as unknown as { seen: string };
  const calls = app.calls.length;
  app.phone.stop();
  await aWhile();
  expect(page.seen).toBe('1 k 375 true');
  expect(app.storage).toEqual({ k: 1 });
  expect(app.calls).toHaveLength(calls);
});

test('code that fails while it is loaded leaves no timer behind', async () => {
  const server = slowServer();
  const opening = openFiles(
    {
      ...files,
      'pages/main/main.js':
        "setTimeout(() => dd.httpRequest({ url: 'http://server.invalid/' }), 1); throw new Error('坏了');",
    },
    { transport: server.transport },
  );
  await expect(opening).rejects.toThrow('坏了');
  await aWhile();
  expect(server.asked).toEqual([]);
});

test('a call that has not begun ends with its run', async () => {
  const app = await openFiles(files);
  self(app).store();
  await app.restart({ cold: true });
  expect(app.stack).toEqual(['pages/main/main']);
});

test('a request under way is given up when the mini program ends', async () => {
  const server = slowServer();
  const app = await openFiles(files, { transport: server.transport });
  self(app).ask();
  await app.waitFor(() => server.asked.length === 1);
  app.phone.stop();
  expect(server.asked[0]?.signal.aborted).toBe(true);
});

// Source: 支付宝小程序文档「app.js 注册小程序」 (https://opendocs.alipay.com/mini/framework/app-detail)
describe('App', () => {
  test('getApp() gives the object of App() with its own fields, and no setData', async () => {
    const app = await openFiles({
      'app.js': 'App({ globalData: { n: 1 }, data: { own: 2 }, hello() { return this.data.own; } });',
      'pages/main/main.axml': '<view>{{seen}}</view>',
      'pages/main/main.js': `Page({ data: { seen: '' }, onLoad() {
        const app = getApp();
        this.setData({ seen: [app.globalData.n, app.hello(), typeof app.setData].join(' ') });
      } });`,
    });
    expect(app.text()).toBe('1 2 undefined');
  });

  test('App() is called once', async () => {
    const twice = appFiles({ 'app.js': 'App({}); App({});', 'pages/main/main.axml': '<view />' });
    await expect(
      openApp({ root: emptyRoot, replace: { ...twice, 'pages/main/main.js': 'Page({});' } }),
    ).rejects.toThrow('App() 只能调用一次');
  });

  test('onError gets the error as text', async () => {
    const app = await openFiles({
      'app.js': 'App({ onError(error) { this.heard = error; } });',
      'pages/main/main.axml': '<view onTap="go">按</view>',
      'pages/main/main.js':
        "Page({ go() { throw new Error('坏了'); }, heard() { return getApp().heard; } });",
    });
    await expect(app.tap('按')).rejects.toThrow('坏了');
    const page = app.phone.stack.top?.instance.self as unknown as { heard(): string };
    expect(page.heard()).toBe('坏了');
  });

  test('a rejected promise that no handler returned comes from the browser, if the mini program caused it', async () => {
    const app = await openFiles({
      'app.js':
        'App({ heard: [], onUnhandledRejection({ reason }) { this.heard.push(String(reason.message || reason)); } });',
      'pages/main/main.axml': '<view />',
      'pages/main/main.js':
        "Page({ fault() { return new Error('悬着'); }, heard() { return getApp().heard.join(); } });",
    });
    const page = app.phone.stack.top?.instance.self as unknown as { fault(): Error; heard(): string };
    const { Event } = app.document.defaultView as Window & typeof globalThis;
    const reject = (reason: unknown): void => {
      app.document.defaultView?.dispatchEvent(Object.assign(new Event('unhandledrejection'), { reason }));
    };
    reject(page.fault());
    reject('一句话');
    reject(new Error('of the simulator'));
    expect(page.heard()).toBe('悬着,一句话');
    expect(app.takeErrors()).toHaveLength(2);
    app.phone.destroy();
    reject('too late');
    expect(app.takeErrors()).toEqual([]);
  });

  test('onUnhandledRejection gets {reason}', async () => {
    const app = await openFiles({
      'app.js': 'App({ onUnhandledRejection({ reason }) { this.heard = reason.message; } });',
      'pages/main/main.axml': '<view onTap="go">按</view>',
      'pages/main/main.js':
        "Page({ async go() { throw new Error('没人接'); }, heard() { return getApp().heard; } });",
    });
    await expect(app.tap('按')).rejects.toThrow('没人接');
    const page = app.phone.stack.top?.instance.self as unknown as { heard(): string };
    expect(page.heard()).toBe('没人接');
  });
});
