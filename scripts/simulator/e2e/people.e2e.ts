import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { photograph } from '../../listing/materials/photograph.ts';
import { screens } from '../../listing/materials/screens.ts';
import { PhonePage } from './support/phone.ts';
import { inBrowser, useStack } from './support/stack.ts';

inBrowser('who opens the app', () => {
  const used = useStack();
  let phone: PhonePage;

  beforeAll(async () => {
    phone = await PhonePage.open(used.browser, used.stack.url);
  }, 60_000);

  afterEach(() => phone.verify());

  test('a person without permission reads the reason, on both platforms', async () => {
    await phone.choose('zhaoliu', 'dingtalk');
    await phone.waitForText('不在本组织的通讯录');
    await phone.choose('zhaoliu', 'zhezhengding');
    await phone.waitForText('不在本应用的使用范围');
    await phone.choose('sunqi', 'dingtalk');
    await phone.waitForText('不在本应用的使用范围');
    await phone.screenshot('no-permission', { document: true });
  });

  test('all pages of a person who is signed in', async () => {
    await phone.choose('zhangsan');
    await phone.press('清除存储');
    await phone.clearTimeline();
    await phone.press('冷启动');
    await phone.waitForText('，张三', '关于年末值班安排的通知');
    await phone.screenshot('home', { document: true });
    await phone.screenshot('simulator', { whole: true, document: true });
    await phone.tap('通知');
    await phone.waitForText('档案数字化培训报名');
    await phone.screenshot('notices', { document: true });
    await phone.tap('关于年末值班安排的通知');
    await phone.waitForText('值班期间请保持通讯畅通');
    expect(await phone.path()).toBe('pages/notice/index');
    await phone.screenshot('notice', { document: true });
    await phone.page.getByRole('button', { name: '返回' }).click();
    await phone.waitForPath('pages/notices/index');
    await phone.waitForText('已读');
    await phone.tap('我的');
    await phone.waitForText('用户名', 'zhangsan', '退出登录');
    await phone.screenshot('me', { document: true });
  });

  test('with letters of twice the size every page fits on the screen', async () => {
    const fits = async (name: string) => {
      const sideways = await phone.page.evaluate(() => {
        const root = document.querySelector('.phone-screen')?.shadowRoot;
        const screens = [...(root?.querySelectorAll('.mini-screen, .mini-page') ?? [])];
        const pages = screens.filter((page) => page.clientWidth > 0);
        return pages.length > 0 && pages.every((page) => page.scrollWidth <= page.clientWidth);
      });
      await phone.screenshot(`large-${name}`);
      expect([name, sideways]).toEqual([name, true]);
    };
    await phone.choose('zhangsan');
    await phone.press('冷启动');
    await phone.waitForText('，张三');
    await phone.tap('我的');
    await phone.waitForText('用户名', 'zhangsan', '退出登录');
    await phone.tap('特大');
    await fits('me');
    await phone.tap('登录着的设备');
    await phone.waitForText('正在使用');
    await fits('sessions');
    await phone.page.getByRole('button', { name: '返回' }).click();
    await phone.tap('修改密码');
    await phone.waitForText('再输入一次');
    await fits('password');
    await phone.page.getByRole('button', { name: '返回' }).click();
    await phone.tap('首页');
    await phone.waitForText('关于年末值班安排的通知');
    await fits('home');
    await phone.tap('通知');
    await phone.waitForText('档案数字化培训报名');
    await fits('notices');
    await phone.tap('关于年末值班安排的通知');
    await phone.waitForText('值班期间请保持通讯畅通');
    await fits('notice');
    await phone.page.getByRole('button', { name: '返回' }).click();
    await phone.tap('我的');
    await phone.tap('退出登录');
    await phone.waitForText('退出后，再次使用要重新登录。');
    await phone.tap('退出登录');
    await phone.waitForText('您已退出登录');
    await fits('signed-out');
  });

  test('the listing’s pictures show the pages that they are called by, whatever fault was on, and leave none on', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'pictures-'));
    const at = { simulator: used.stack.url, emulator: used.stack.emulator };
    try {
      await phone.turnOn('platform-timeout', 'platform');
      expect(await photograph(at, 'dingtalk', folder)).toBeNull();
      expect((await readdir(folder)).sort()).toEqual(
        Object.keys(screens)
          .map((name) => `${name}.png`)
          .sort(),
      );
      await phone.choose('zhangsan');
      await phone.press('清除存储');
      await phone.press('冷启动');
      await phone.waitForText('，张三');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
