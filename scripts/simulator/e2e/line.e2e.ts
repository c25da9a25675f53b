import { fillLine } from '../../../server/testing/herd.ts';
import { PhonePage } from './support/phone.ts';
import { inBrowser, useStack } from './support/stack.ts';

inBrowser('many people open the app at once', () => {
  const used = useStack({ PLATFORM_CALLS_PER_SECOND: '1' });

  test('a person who comes too early reads how long it takes, and is signed in without a tap', async () => {
    const phone = await PhonePage.open(used.browser, used.stack.url);
    await phone.choose('zhangsan');
    await phone.waitForText('，张三');
    await phone.press('清除存储');
    const others = fillLine(used.stack.server, 20);
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
