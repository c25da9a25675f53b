import { fileURLToPath } from 'node:url';
import { closeApps, openApp } from './open-app.ts';
import { openPage } from './testing.ts';

const counter = fileURLToPath(new URL('../fixtures/counter', import.meta.url));

test('opens an app of files, taps, types, goes to a page and back', async () => {
  const app = await openApp({ root: counter });
  expect(app.text()).toContain('你好，张三');
  await app.tap('加二');
  expect(app.text()).toContain('数到 2');
  await app.type('姓名', '李四');
  expect(app.text()).toContain('你好，李四');
  await app.tap('打开');
  expect(app.path).toBe('pages/detail/index');
  expect(app.title()).toBe('详情');
  expect(app.text()).toBe('编号 1');
  await app.back();
  expect(app.stack).toEqual(['pages/home/index']);
});

test('a mistake in the sources is thrown with file, line and column', async () => {
  await expect(openPage('<view>\n<vie /></view>')).rejects.toThrow('pages/main/main.axml:2:1');
});

describe('what fails a test', () => {
  test('an error while drawing', async () => {
    const sjs = { 'pages/main/m.sjs': 'export default (nothing) => nothing.text;' };
    const template = '<import-sjs name="m" from="./m.sjs" /><view>{{m()}}</view>';
    await expect(openPage(template, '', sjs)).rejects.toThrow("reading 'text'");
  });

  test('an error in a life-cycle function', async () => {
    await expect(openPage('<view />', "onLoad() { throw new Error('装不上'); }")).rejects.toThrow(
      'onLoad：装不上',
    );
  });

  test('the message names the place in the sources', async () => {
    const app = await openPage(
      '<view onTap="go">按</view>',
      "\n  go() {\n    throw new Error('坏了');\n  },\n",
    );
    await expect(app.tap('按')).rejects.toThrow('坏了（pages/main/main.js:3:11）');
  });

  test('a rejected promise of a handler', async () => {
    const app = await openPage('<view onTap="go">按</view>', "async go() { throw new Error('没人接'); }");
    await expect(app.tap('按')).rejects.toThrow('没人接');
  });

  test('console.error', async () => {
    const app = await openPage('<view onTap="go">按</view>', "go() { console.error('坏消息'); }");
    await expect(app.tap('按')).rejects.toThrow('console.error：坏消息');
  });

  test('a handler that is not there, found when drawing', async () => {
    await expect(openPage('<view onTap="{{name}}" />', "data: { name: 'gone' }")).rejects.toThrow(
      '没有方法 gone',
    );
  });

  test('an error after the last step, when the app is closed', async () => {
    const app = await openPage('<view>页</view>');
    app.phone.report(new Error('迟到的错'), '定时器');
    await expect(closeApps()).rejects.toThrow('迟到的错');
  });

  test.each([
    ['an error of onUnload', "onUnload() { throw new Error('收尾'); }", '收尾'],
    ['a promise of onUnload', "async onUnload() { await 0; throw new Error('收尾'); }", '收尾'],
    ['console.error after the end', "async onUnload() { await 0; console.error('收尾'); }", '收尾'],
  ])('while the app is closed: %s', async (_name, script, message) => {
    await openPage('<view>页</view>', script);
    await expect(closeApps()).rejects.toThrow(message);
  });

  test('while the app is closed by the test itself', async () => {
    const app = await openPage('<view>页</view>', "async onUnload() { await 0; throw new Error('收尾'); }");
    app.close();
    await expect(closeApps()).rejects.toThrow('收尾');
  });

  test('a promise that the last step of a test has begun', async () => {
    const app = await openPage(
      '<view onTap="go">按</view>',
      "async go() { await 0; throw new Error('还没完'); }",
    );
    app.document.querySelector<HTMLElement>('mini-view')?.click();
    await expect(closeApps()).rejects.toThrow('还没完');
  });

  test('code of the page that does not load', async () => {
    await expect(openPage('<view />', 'data: { a: [].gone.a }')).rejects.toThrow("reading 'a'");
  });
});

test('errors that a test expects are taken, and fail nothing', async () => {
  const app = await openPage('<view>页</view>');
  app.phone.report(new Error('料到的错'), '这里');
  expect(app.takeErrors().map((error) => error.message)).toEqual(['这里：料到的错']);
});

test('the app hears of its errors, and one that fails at each of them ends', async () => {
  const app = await openPage('<view onTap="go">按</view>', "go() { throw new Error('一'); }", {
    'app.js':
      "App({ count: 0, onError(message) { this.count += 1; dd.reLaunch({ url: '/pages/main/main' }); throw new Error('二'); } });",
  });
  await expect(app.tap('按')).rejects.toThrow('一');
  expect(app.takeErrors().length).toBeLessThan(10);
});

test('waitFor says what is on the screen when it gives up', async () => {
  const app = await openPage('<view>别的</view>');
  await expect(app.waitFor('这个', { timeoutMs: 10 })).rejects.toThrow(
    /没有等到 这个。页面是 pages\/main\/main，屏幕上是：别的/,
  );
});

test('tap refuses a text that is there twice, unless it is told which', async () => {
  const app = await openPage(
    '<view onTap="go" data-n="1">按</view><view onTap="go" data-n="2">按</view><text>{{n}}</text>',
    'data: {}, go(e) { this.setData({ n: "n" + e.target.dataset.n }); }',
  );
  await expect(app.tap('按')).rejects.toThrow('有 2 处');
  await app.tap('按', { index: 1 });
  expect(app.text()).toContain('n2');
});

test('hidden things are neither read nor tapped', async () => {
  const app = await openPage('<view hidden>藏</view><view style="display: none">也藏</view><view>见</view>');
  expect(app.text()).toBe('见');
  await expect(app.tap('藏')).rejects.toThrow('没有“藏”');
});

test('browser globals that a device lacks are not there', async () => {
  const names = ['window', 'document', 'location', 'localStorage', 'fetch', 'XMLHttpRequest', 'navigator'];
  const app = await openPage(
    '<view>{{seen}}</view>',
    `data: { seen: [${names.map((name) => `typeof ${name}`)}].join() }`,
  );
  expect(app.text()).toBe(names.map(() => 'undefined').join());
});

test('an old engine has neither the newer functions nor code from text', async () => {
  const script = `data: { seen: '' }, onLoad() {
    const names = ['at', 'flat', 'finally', 'matchAll'];
    const has = names.filter((name) => [[], '', Promise.resolve()].some((value) => typeof value[name] === 'function'));
    let made = 'refused';
    try { made = names.map[['constructor'][0]]('return 1')(); } catch (error) {}
    this.setData({ seen: has.length + ' ' + made });
  }`;
  expect((await openPage('<view>{{seen}}</view>', script)).text()).toBe('4 1');
  expect((await openPage('<view>{{seen}}</view>', script, {}, { oldEngine: true })).text()).toBe('0 refused');
});

test('an old engine tells errors and rejected promises as the other does', async () => {
  const options = { oldEngine: true };
  const thrown = await openPage(
    '<view onTap="go">按</view>',
    "\ngo() { throw new Error('坏了'); }",
    {},
    options,
  );
  await expect(thrown.tap('按')).rejects.toThrow('坏了（pages/main/main.js:2:');
  const rejected = await openPage(
    '<view onTap="go">按</view>',
    "async go() { throw new Error('没人接'); }",
    {},
    options,
  );
  await expect(rejected.tap('按')).rejects.toThrow('没人接');
});

test('two apps in one test: console.error is heard while either is open, and is itself again after both', async () => {
  const original = console.error;
  const first = await openPage('<view>一</view>');
  const second = await openPage('<view onTap="go">二</view>', "go() { console.error('第二个'); }");
  first.close();
  await expect(second.tap('二')).rejects.toThrow('第二个');
  second.close();
  await closeApps();
  expect(console.error).toBe(original);
});

describe('type', () => {
  const FIELDS =
    '<input placeholder="再输一次新密码" password /><input placeholder="新密码" password onInput="a" /><view>{{n}}</view>';
  const SCRIPT = "data: { n: '' }, a(e) { this.setData({ n: e.detail.value }); }";

  test('takes the field with exactly that label before others that contain it', async () => {
    const app = await openPage(FIELDS, SCRIPT);
    await app.type('新密码', 'secret');
    expect(app.text()).toBe('secret');
  });

  test('refuses a label that two fields have', async () => {
    const app = await openPage(FIELDS, SCRIPT);
    await expect(app.type('密码', 'x')).rejects.toThrow('有 2 个输入框“密码”');
  });
});
