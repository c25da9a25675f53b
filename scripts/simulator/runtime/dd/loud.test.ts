import { openPage } from '../../harness/testing.ts';

/** What the simulator does not have fails by its name, however the code asks for it; nothing is silently absent. */
describe('an API that is not modelled', () => {
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

  test('what every object has is no API', async () => {
    const script = `data: { seen: '' }, onLoad() {
      this.setData({ seen: [dd.hasOwnProperty('getAuthCode'), dd.hasOwnProperty('chooseImage'), \`\${dd}\`, dd.constructor === Object].join() });
    }`;
    const app = await openPage('<view>{{seen}}</view>', script);
    expect(app.text()).toMatch(/^true,false,\[object Object\],/);
  });

  test('what only one platform has may be asked for', async () => {
    const names = ['corpId', 'dtBridge', 'getAuthCode', 'getUpdateManager'];
    const script = `data: { seen: '' }, onLoad() { this.setData({ seen: ${JSON.stringify(names)}.map((n) => typeof dd[n]).join() }); }`;
    const app = await openPage('<view>{{seen}}</view>', script, {}, { corpId: null, update: 'absent' });
    expect(app.text()).toBe('undefined,undefined,function,undefined');
  });
});

test('a tag that is not modelled is a mistake of the sources, by its name and place', async () => {
  await expect(openPage('<view>\n  <map />\n</view>')).rejects.toThrow(/pages\/main\/main\.axml:2:3.*map/);
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
       this.setData({ seen: JSON.stringify([data, dd.getStorageSync({ key: 'k' }).data, dd.getSystemInfoSync().windowWidth]) });
       dd.clearStorageSync();
       dd.getStorageInfoSync();
     }`,
  );
  expect(app.text()).toBe('[{"a":1},null,375]');
  expect(app.calls).toEqual([
    'setStorageSync',
    'getStorageSync',
    'removeStorageSync',
    'getStorageSync',
    'getSystemInfoSync',
    'clearStorageSync',
    'getStorageInfoSync',
  ]);
});

test('a synchronous API that fails throws, and the timeline says so', async () => {
  const app = openPage('<view />', "onLoad() { dd.setStorageSync({ key: '', data: 1 }); }");
  await expect(app).rejects.toThrow('key 应是非空的字符串');
});
