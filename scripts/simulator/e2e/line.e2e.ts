import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../server/testing/browser.ts';
import { fillLine } from '../../../server/testing/herd.ts';
import { PhonePage } from './support/phone.ts';
import { type Stack, startStack } from './support/stack.ts';

const run = process.env.E2E_WITHOUT_BROWSER ? describe.skip : describe;

run('many people open the app at once', () => {
  let stack: Stack;
  let browser: Browser;

  beforeAll(async () => {
    stack = await startStack({ PLATFORM_CALLS_PER_SECOND: '1' });
    browser = await launchBrowser();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  }, 60_000);

  test('whoever comes too early reads how long it takes, and is in without a tap', async () => {
    const phone = await PhonePage.open(browser, stack.url);
    await phone.choose('zhangsan');
    await phone.waitForText('，张三');
    await phone.press('清除存储');
    const others = fillLine(stack.server, 20);
    await phone.press('冷启动');
    await phone.waitForText('正在排队登录', '大约还要');
    expect(await phone.path()).toBe('pages/wait/index');
    await phone.screenshot('wait', { document: true });
    await phone.waitForText('，张三', '最新通知');
    expect(await phone.path()).toBe('pages/home/index');
    await phone.verify();
    await others;
  });
});
