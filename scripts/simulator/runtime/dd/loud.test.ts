import { openPage } from '../../harness/testing.ts';

/** An API that the simulator lacks fails by its name, however the code asks for it. */
describe('an API that is not simulated', () => {
  test.each([
    ['a call', 'dd.chooseImage({})'],
    ['an optional call', 'dd.chooseImage?.({})'],
    ['typeof', "typeof dd.chooseImage === 'function'"],
    ['a question', 'if (dd.chooseImage) this.x = 1'],
    ['destructuring', 'const { chooseImage } = dd; chooseImage({})'],
    ['by its name in a variable', "dd['choose' + 'Image']({})"],
    ['by the name my', 'my.chooseImage({})'],
  ])('%s', async (_how, code) => {
    await expect(openPage('<view />', `onLoad() { ${code} }`)).rejects.toThrow('模拟器没有 dd.chooseImage');
  });

  test('properties that every object has are not reported as unknown APIs', async () => {
    const script = `data: { seen: '' }, onLoad() {
      this.setData({ seen: [dd.hasOwnProperty('getAuthCode'), dd.hasOwnProperty('chooseImage'), \`\${dd}\`, dd.constructor === Object].join() });
    }`;
    const app = await openPage('<view>{{seen}}</view>', script);
    expect(app.text()).toMatch(/^true,false,\[object Object\],/);
  });

  test('code may ask for APIs that only one platform has', async () => {
    const names = ['corpId', 'dtBridge', 'getAuthCode', 'getUpdateManager'];
    const script = `data: { seen: '' }, onLoad() { this.setData({ seen: ${JSON.stringify(names)}.map((n) => typeof dd[n]).join() }); }`;
    const app = await openPage('<view>{{seen}}</view>', script, {}, { corpId: null, update: 'absent' });
    expect(app.text()).toBe('undefined,undefined,function,undefined');
  });
});

// Source: 支付宝小程序文档「兼容」 (https://docs.alipay.com/mini/framework/compatibility) and 「自定义组件·对象」, component2.
test('canIUse answers for APIs, tags and component2; both it and its answer are on the timeline', async () => {
  const names = [
    'httpRequest',
    'getSystemInfo.return.storage',
    'button.open-type',
    'component2',
    'chooseImage',
    'map',
  ];
  const script = `data: { seen: '' }, onLoad() { this.setData({ seen: ${JSON.stringify(names)}.map((n) => dd.canIUse(n)).join() }); }`;
  const app = await openPage('<view>{{seen}}</view>', script);
  expect(app.text()).toBe('true,true,true,true,false,false');
  expect(app.calls).toEqual(names.map((name) => `canIUse ${name}`));
});

test('synchronous APIs are on the timeline like the others', async () => {
  const app = await openPage(
    '<view>{{seen}}</view>',
    `data: { seen: '' }, onLoad() {
       dd.setStorageSync({ key: 'k', data: { a: 1 } });
       const { data } = dd.getStorageSync({ key: 'k' });
       dd.removeStorageSync({ key: 'k' });
       dd.setStorageSync({ key: 'kept', data: 1 });
       this.setData({ seen: JSON.stringify([data, dd.getStorageSync({ key: 'k' }).data, dd.getSystemInfoSync().windowWidth, dd.getStorageInfoSync().keys]) });
       dd.clearStorageSync();
     }`,
  );
  expect(app.text()).toBe('[{"a":1},null,375,["kept"]]');
  expect(app.calls).toEqual([
    'setStorageSync',
    'getStorageSync',
    'removeStorageSync',
    'setStorageSync',
    'getStorageSync',
    'getSystemInfoSync',
    'getStorageInfoSync',
    'clearStorageSync',
  ]);
});

test('a synchronous API that fails throws, and the timeline says so', async () => {
  const app = openPage('<view />', "onLoad() { dd.setStorageSync({ key: '', data: 1 }); }");
  await expect(app).rejects.toThrow('key 应是非空的字符串');
});

test('members that DingTalk documents beside calls are there, and two names that packages use under my', async () => {
  const script = `data: { seen: '' }, onLoad() {
    const { path, query } = dd.getLaunchOptionsSync();
    this.first = [dd.SDKVersion, dd.env.clientName, dd.getLanguageSync(), path, query.corpId].join(' ');
    my.request({ url: 'http://x.invalid/', success: () => this.setData({ seen: 'answered' }) });
    my.showModal({ title: '问', confirmText: '好', success: (r) => this.setData({ seen: String(r.confirm) }) });
    dd.createSelectorQuery().select('.a').boundingClientRect().selectViewport().scrollOffset().exec((r) => { this.measured = r.length; });
  }`;
  const app = await openPage(
    '<view class="a">{{seen}}</view>',
    script,
    {},
    {
      transport: async () => ({ status: 200, headers: {}, text: '{}' }),
    },
  );
  await app.waitFor('answered');
  await app.tap('好');
  await app.waitFor('true');
  expect(app.phone.stack.top?.instance.self).toMatchObject({
    first: '1.9.0 dingtalk zh-Hans pages/main/main dingemulator0001',
    measured: 2,
  });
});
