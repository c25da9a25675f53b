import type { BrowserContextOptions } from 'playwright-core';
import { development } from '../../config/constants.ts';
import { type ClientName, clients, putBridge } from './support/bridges.ts';
import { type ConsoleStack, openConsole, phone } from './support/console.ts';

const withoutBrowser = process.env.E2E_WITHOUT_BROWSER !== undefined;
const described = withoutBrowser ? describe.skip : describe;
const { password } = development;
const unauthorised = /status of 401/;

function windowOf(client: ClientName): BrowserContextOptions {
  const { userAgent } = clients[client];
  return client.endsWith('-pc') ? { userAgent } : { userAgent, viewport: phone };
}

/** A window of a client with a person of the emulator. */
async function opened(stack: ConsoleStack, client: ClientName, person: string, path = '') {
  const page = await stack.newPage(windowOf(client));
  const calls = await putBridge(page, client, () => stack.authCode(person));
  await page.open(path);
  return { page, calls };
}

const signInCalls = async (stack: ConsoleStack) =>
  Number(
    (await stack.sql<{ n: string }>(`SELECT count(*) AS n FROM audit_log WHERE action = 'sign-in'`))[0]?.n,
  );

described('within DingTalk', () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await openConsole();
  });
  afterAll(() => stack?.close());

  test.each(['dingtalk-android', 'dingtalk-ios', 'dingtalk-pc'] as const)(
    '%s: the real library asks the client once, and the home shows',
    async (client) => {
      const { page, calls } = await opened(stack, client, 'zhangsan');
      await page.sees('张三', '最新通知');
      expect(calls).toHaveLength(1);
      expect(calls[0]).toMatchObject({
        name: 'runtime.permission.requestAuthCode',
        args: { corpId: expect.stringMatching(/^ding/) },
      });
      // The library for PCs first tries `Function` to find the global object, and accepts the refusal.
      await page.verify(unauthorised, ...(client === 'dingtalk-pc' ? [/^script-src eval$/] : []));
      // With the cookie the next visit needs no sign-in and no call to the client.
      const before = await signInCalls(stack);
      await page.open('/h5/notices');
      await page.sees('通知');
      expect(calls).toHaveLength(1);
      expect(await signInCalls(stack)).toBe(before);
      await page.verify();
    },
  );

  test('an administrator gets the console, and can go to the H5 home', async () => {
    const { page } = await opened(stack, 'dingtalk-android', 'admin', '/h5');
    await page.sees('管理后台', '最新通知');
    await page.screenshot('h5-home-admin');
    await page.page.getByText('管理后台').click();
    await page.page.waitForURL((url) => !url.pathname.includes('/h5'));
    await page.sees('需要处理');
    await page.page.getByRole('button', { name: '打开菜单' }).click();
    await page.sees('政务应用');
    await page.screenshot('console-phone');
    await page.verify(unauthorised);
  });

  test('a person binds once, after a wrong password with the attempts that are left', async () => {
    const { page } = await opened(stack, 'dingtalk-android', 'lisi');
    await page.sees('绑定账号', '李四，您好。首次使用');
    await page.screenshot('h5-bind');
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.press('绑定并登录');
    await page.sees('请输入用户名和密码。');
    await page.fill('用户名', 'lisi');
    await page.fill('密码', 'not-the-password');
    await page.press('绑定并登录');
    await page.sees('用户名或密码不对，请检查后重新输入。还可以试 4 次。');
    await page.fill('密码', password);
    await page.press('绑定并登录');
    await page.sees('李四', '最新通知');
    await page.verify(unauthorised);
  });

  test('a locked account shows the remaining time, and a used ticket asks to sign in again', async () => {
    const { page } = await opened(stack, 'dingtalk-android', 'wangwu');
    await page.sees('绑定账号');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await page.fill('用户名', 'admin');
      await page.fill('密码', 'not-the-password');
      await page.press('绑定并登录');
      await page.sees(
        attempt < 4 ? `还可以试 ${4 - attempt} 次` : /账号已锁定。请 (?:\d+ 秒|1 分钟)后再试。/,
      );
    }
    await page.screenshot('h5-bind-locked');
    expect(await page.accessibilityFaults()).toEqual([]);
    await stack.sql('DELETE FROM lockouts');
    await stack.sql('DELETE FROM bind_tickets');
    await page.page.reload();
    await page.sees('绑定账号');
    await stack.sql('DELETE FROM bind_tickets');
    await page.fill('用户名', 'admin');
    await page.fill('密码', password);
    await page.press('绑定并登录');
    await page.sees('等待时间太久，这次绑定已过期');
    await page.press('重新登录');
    await page.sees('王五，您好');
    await page.verify(unauthorised);
  });

  test.each([
    ['zhaoliu', '您不在本组织的通讯录中', '请联系本单位的人事或通讯录管理员'],
    ['sunqi', '您不在本应用的使用范围', '把您加入应用的可见范围'],
    ['zhouba', '您的账号已停用', '请联系本系统的管理员'],
  ])('%s has no permission, and is told why and whom to ask', async (person, title, ask) => {
    const { page } = await opened(stack, 'dingtalk-android', person);
    await page.sees(title, ask);
    await page.screenshot(`h5-no-permission-${person}`);
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.press('重新登录');
    await page.sees(title);
    await page.verify(unauthorised);
  });

  test('a code that is refused is replaced by a new one, once, and none is sent twice', async () => {
    const page = await stack.newPage(windowOf('dingtalk-android'));
    const used = await stack.authCode('zhangsan');
    const calls = await putBridge(page, 'dingtalk-android', async (call) =>
      call === 1 ? `${used.slice(0, -4)}xxxx` : stack.authCode('zhangsan'),
    );
    const sent: string[] = [];
    page.page.on('request', (request) => {
      if (request.url().endsWith('/api/auth/login')) sent.push(request.postDataJSON().authCode);
    });
    await page.open('');
    await page.sees('最新通知');
    expect(calls).toHaveLength(2);
    expect(new Set(sent).size).toBe(2);
  });

  test('after two refused codes a page says so', async () => {
    const page = await stack.newPage(windowOf('dingtalk-android'));
    const calls = await putBridge(page, 'dingtalk-android', async (call) => `no-such-code-${call}`);
    await page.open('');
    await page.sees('登录凭证已失效，请重新进入应用。', '错误码 AUTH_CODE_INVALID', '请求编号');
    expect(calls).toHaveLength(2);
    await page.screenshot('h5-trouble');
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.press('重试');
    await page.sees('登录凭证已失效，请重新进入应用。');
    expect(calls).toHaveLength(4);
  });

  test('a client that refuses, or never answers, ends on a readable page', async () => {
    const refusing = await stack.newPage(windowOf('dingtalk-ios'));
    await putBridge(refusing, 'dingtalk-ios', async () => null);
    await refusing.open('');
    await refusing.sees('没有拿到登录凭证', '错误码 AUTH_CODE_FAILED');

    const silent = await stack.newPage(windowOf('dingtalk-android'));
    await putBridge(silent, 'dingtalk-android', async () => 'silence');
    await silent.open('');
    await silent.sees('正在登录');
    await silent.sees('没有拿到登录凭证');
  });

  test('a network fault says what to do, and 重试 continues from there', async () => {
    const { page } = await opened(stack, 'dingtalk-android', 'zhangsan');
    await page.sees('最新通知');
    await page.page.context().clearCookies();
    await page.page.route('**/api/auth/login', (route) => route.abort(), { times: 1 });
    await page.page.reload();
    await page.sees('连不上服务器，请检查网络后重试。', '错误码 NETWORK');
    await page.press('重试');
    await page.sees('最新通知');
  });

  test('a person who signed out stays signed out until they choose to sign in again', async () => {
    const { page, calls } = await opened(stack, 'dingtalk-android', 'zhangsan', '/h5/me');
    await page.sees('登录着的设备', '正在使用');
    await page.screenshot('h5-me');
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.press('退出登录');
    await page.sees('退出后，再次使用要重新登录');
    await page.screenshot('h5-ask');
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.page.locator('.ask-dialog').getByRole('button', { name: '退出登录' }).click();
    await page.sees('您已退出登录');
    await page.screenshot('h5-signed-out');
    expect(await page.accessibilityFaults()).toEqual([]);
    expect(calls).toHaveLength(1);
    await page.press('重新登录');
    await page.sees('登录着的设备');
    expect(calls).toHaveLength(2);
  });

  test('a session that ends in use is renewed without a tap, on the same page', async () => {
    const { page, calls } = await opened(stack, 'dingtalk-android', 'zhangsan', '/h5/notices');
    await page.page.locator('.notice-row').first().waitFor();
    await stack.endSessions(page);
    await page.page.locator('.notice-row').first().click();
    await page.page.waitForFunction(() => document.querySelector('.notice__title') !== null);
    expect(page.page.url()).toMatch(/\/h5\/notices\/[0-9a-f-]{36}$/);
    expect(calls).toHaveLength(2);
  });

  test('notices have unread marks, can be read, and a deleted one says so', async () => {
    const { page } = await opened(stack, 'dingtalk-android', 'chenguang', '/h5/notices');
    await page.page.locator('.notice-row').first().waitFor();
    const unread = page.page.getByText('未读', { exact: true });
    const before = await unread.count();
    expect(before).toBeGreaterThan(0);
    await page.screenshot('h5-notices');
    expect(await page.accessibilityFaults()).toEqual([]);
    const read = page.page.waitForResponse((response) => response.url().endsWith('/read'));
    await page.page.locator('.notice-row').first().click();
    await page.page.locator('.notice__title').waitFor();
    await read;
    await page.screenshot('h5-notice');
    await page.page.goBack();
    await page.page.locator('.notice-row').first().waitFor();
    await unread.nth(before - 1).waitFor({ state: 'hidden' });
    expect(await unread.count()).toBe(before - 1);
    for (const more of [1, 2]) {
      await page.press('加载更多');
      await page.page
        .locator('.notice-row')
        .nth(more * 20)
        .waitFor();
    }
    await page.sees('已经到底了');
    await page.open('/h5/notices/019ab000-0000-7000-8000-000000000000');
    await page.sees('通知不存在', '它可能已被撤回或删除。');
    await page.open('/h5');
    await page.sees('最新通知');
    await page.screenshot('h5-home', { document: true });
    expect(await page.accessibilityFaults()).toEqual([]);
    await page.verify(unauthorised, /status of 404/);
  });

  test('an ordinary person who opens an address of the console gets the home page', async () => {
    const { page } = await opened(stack, 'dingtalk-android', 'zhangsan', '/people');
    await page.sees('最新通知');
    expect(new URL(page.page.url()).pathname).toBe('/console/h5');
  });
});

described('within 浙政钉', () => {
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await openConsole({ platform: 'zhezhengding' });
  });
  afterAll(() => stack?.close());

  test.each([
    ['zhezhengding-mobile', 'getAuthCode'],
    ['zhezhengding-ios', 'taurus.common.getAuthCode'],
    ['zhezhengding-pc', 'runtime.permission.requestAuthCode'],
  ] as const)('%s: the real library asks the client by %s', async (client, name) => {
    const { page, calls } = await opened(stack, client, 'zhangsan');
    await page.sees('张三', '最新通知');
    expect(calls.map((call) => call.name)).toEqual([name]);
    await page.verify(unauthorised);
  });

  test('an app of 浙政钉 does not sign in through DingTalk’s client', async () => {
    const { page, calls } = await opened(stack, 'dingtalk-android', 'zhangsan');
    await page.sees('登录管理后台', '请在浙政钉的工作台里打开');
    expect(calls).toEqual([]);
  });
});
