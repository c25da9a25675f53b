import type { Page } from 'playwright-core';
import { accessibilityFaults } from '../../../server/testing/accessibility.ts';
import { DESK, newProfile, savePicture, setClock } from './support/phone.ts';
import { inBrowser, useStack } from './support/stack.ts';

inBrowser('the H5 pages in the simulator', () => {
  const used = useStack();
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    // The first request has the packages bundled, which takes a busy machine its time.
    await fetch(`${used.stack.server}/console/vite/main.ts`);
  });
  beforeEach(async () => {
    page = await (await newProfile(used.browser)).newPage();
    errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused/.test(message.text())) errors.push(message.text());
    });
    await setClock(page);
    await page.goto(`${used.stack.url}/h5.html`);
  });
  afterEach(async () => {
    await page.context().close();
    expect(errors).toEqual([]);
  });

  const choose = (name: string | RegExp) => page.getByRole('radio', { name, exact: true }).check();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const frame = () => page.frameLocator('iframe');
  /** Waits for a text on the H5 page. */
  const sees = (text: string | RegExp) => frame().getByText(text).first().waitFor({ timeout: 30_000 });
  const tab = (name: string) => frame().getByRole('link', { name, exact: true });
  const logins = () => page.getByText('POST /api/auth/login');
  async function turnOn(group: string, title: string): Promise<void> {
    await choose(group);
    await page.getByRole('checkbox', { name: title }).check();
    await page
      .getByRole('status')
      .filter({ hasText: `打开故障：${title}` })
      .waitFor();
  }

  test.each(['钉钉', '浙政钉'])(
    '%s lets everybody in through its clients on phone and PC',
    async (platform) => {
      await choose(platform);
      for (const [screen, menu] of [
        ['手机', 'bottom'],
        ['电脑', 'side'],
      ] as const) {
        await choose(screen);
        await choose(/^张三/);
        await sees(/，张三/);
        const [tabs, content] = [
          await frame().locator('.h5__tabs').boundingBox(),
          await frame().locator('.h5__page').boundingBox(),
        ];
        const beside = (tabs?.x ?? 0) + (tabs?.width ?? 0) <= (content?.x ?? 0);
        expect(beside ? 'side' : 'bottom').toBe(menu);
        await page.setViewportSize({ width: 390, height: 800 });
        expect(await accessibilityFaults(page)).toEqual([]);
        await page.setViewportSize(DESK);
        const picture = await page.screenshot({ type: 'jpeg', quality: 70 });
        await savePicture(
          `h5-simulator-${screen === '手机' ? 'phone' : 'pc'}.jpg`,
          picture,
          screen === '手机',
        );
        // An administrator meets the pages of everybody.
        await choose(/^管理员/);
        await sees(/，管理员/);
      }
    },
  );

  test('each person has a session of their own, apart from the browser’s, until it is cleared', async () => {
    await sees(/，张三/);
    await choose(/^李四/);
    await sees('绑定并登录');
    await press('清空');
    await choose(/^张三/);
    await sees(/，张三/);
    expect(await logins().count()).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    await press('清除登录');
    await logins().waitFor();
    await sees(/，张三/);
  });

  test('the page shows a fault of client or network, and works again after it', async () => {
    for (const [group, title, text] of [
      ['客户端取码', '客户端不给免登码', '没有拿到登录凭证'],
      ['客户端取码', '免登码一直不来', '没有拿到登录凭证'],
      ['客户端取码', '免登码被拒绝', '登录凭证已失效'],
      ['手机与网络', '返回 HTML 页面', '服务器的回应看不懂'],
      ['手机与网络', '本地存储坏了', '浏览器没有保存登录信息'],
      ['平台接口', 'IP 不在白名单', '请联系管理员'],
    ] as const) {
      await sees(/，张三/);
      await turnOn(group, title);
      await press('清除登录');
      await sees(text);
      await press('全部清除');
      await page.getByRole('status').filter({ hasText: '已清除全部故障' }).waitFor();
      await frame().getByRole('button', { name: '重试' }).click();
    }
    // A page that is open already meets a network that breaks.
    await sees(/，张三/);
    await tab('我的').click();
    await sees('登录着的设备');
    await tab('首页').click();
    await sees(/，张三/);
    await turnOn('手机与网络', '没有网络');
    await tab('我的').click();
    await sees('连不上服务器，请检查网络后重试');
  });
});
