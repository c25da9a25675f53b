import { accessibilityFaults } from '../../../server/testing/accessibility.ts';
import { newProfile, PhonePage } from './support/phone.ts';
import { inBrowser, useStack } from './support/stack.ts';

inBrowser('the page around the phone', () => {
  const used = useStack();

  /** 720 and 640 are 1440 and 1280 zoomed to 200 %. */
  test.each([1440, 1280, 1024, 768, 720, 640, 390, 320])('nothing is cut off at %d px', async (width) => {
    const phone = await PhonePage.open(used.browser, used.stack.url);
    await phone.page.setViewportSize({ width, height: 800 });
    await phone.waitForText('，张三', '欢迎使用本应用');
    const outside = await phone.page.evaluate(() => {
      const parts = document.querySelectorAll(
        'h1, .top-links a, .phone, .phone-tools button, .person, .fault, .once button, .timeline',
      );
      return [...parts].flatMap((part) => {
        const { left, right } = part.getBoundingClientRect();
        return left < 0 || right > window.innerWidth
          ? [`${part.className || part.localName} ${left}–${right}`]
          : [];
      });
    });
    expect(outside).toEqual([]);
    const overlap = await phone.page.evaluate(() => {
      const title = document.querySelector('h1')?.getBoundingClientRect();
      const links = document.querySelector('.top-links')?.getBoundingClientRect();
      return title && links && links.left < title.right && links.top < title.bottom;
    });
    expect(overlap).toBe(false);
    expect(await accessibilityFaults(phone.page)).toEqual([]);
    // Every part can be scrolled to and used.
    await phone.page.locator('.filter').last().click();
    await phone.page.locator('input[data-fault=no-network]').check();
    await phone.page.locator('input[data-fault=no-network]').uncheck();
    await phone.screenshot(`width-${width}`, { whole: true });
    await phone.verify();
    await phone.close();
  });

  test('text is drawn in the bundled font', async () => {
    const phone = await PhonePage.open(used.browser, used.stack.url);
    await phone.waitForText('，张三');
    const fonts = await phone.page.evaluate(async () => {
      await document.fonts.ready;
      const screen = document.querySelector('.phone-screen')?.shadowRoot?.querySelector('.mini-screen');
      return {
        loaded: [...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family),
        phone: screen ? getComputedStyle(screen).fontFamily : '',
      };
    });
    expect(fonts.loaded.join()).toContain('Noto Sans SC');
    expect(fonts.phone).toContain('Noto Sans SC');
    await phone.verify();
    await phone.close();
  });

  test('all tabs show the faults that the platform has, whichever of them asked for it', async () => {
    const profile = await newProfile(used.browser);
    const first = await PhonePage.openIn(profile, used.stack.url);
    const open = await PhonePage.openIn(profile, used.stack.url);
    await first.turnOn('ip-not-whitelisted', 'platform');
    const later = await PhonePage.openIn(profile, used.stack.url);
    const active = (phone: PhonePage) =>
      phone.page.locator('.active-faults').filter({ hasText: 'IP 不在白名单' });
    await active(open).waitFor();
    await active(later).waitFor();

    await open.clearFaults();
    await active(first).waitFor({ state: 'detached' });
    await active(later).waitFor({ state: 'detached' });
    await first.press('清除存储');
    await first.press('冷启动');
    await first.waitForText('，张三', '欢迎使用本应用');
    for (const phone of [first, open, later]) await phone.verify();
    await profile.close();
  });

  test('one button signs in anew, and meets a fault of the sign-in', async () => {
    const phone = await PhonePage.open(used.browser, used.stack.url);
    await phone.waitForText('，张三');
    await phone.turnOn('code-hangs', 'client');
    await phone.press('重新登录一次');
    await phone.waitForText('等待登录凭证超时');
    await phone.clearFaults();
    await phone.tap('重试');
    await phone.waitForText('，张三');
    await phone.verify();
    await phone.close();
  });

  test('an emulator that has ended is named, on the timeline and after loading the page again', async () => {
    const phone = await PhonePage.open(used.browser, used.stack.url);
    await phone.waitForText('，张三');
    await phone.page.route('**/_emulator/**', (route) => route.abort());
    await phone.press('清除存储');
    await phone.press('冷启动');
    await phone.waitForText('没有拿到登录凭证', '重试');
    const failed = (await phone.timeline()).find(
      (row) => row.title === 'dd.getAuthCode' && row.tone === 'bad',
    );
    expect(failed?.detail).toContain('平台仿真没有应答');
    await phone.page.reload();
    await phone.page.locator('.callout').filter({ hasText: '平台仿真没有应答' }).waitFor();
    await phone.waitForText('没有拿到登录凭证', '重试');
    phone.expectErrors(/ERR_FAILED/);
    await phone.verify();
    await phone.close();
  });

  test('a timeline of which everything is filtered out does not say that nothing happened', async () => {
    const phone = await PhonePage.open(used.browser, used.stack.url);
    await phone.waitForText('，张三', '欢迎使用本应用');
    for (const filter of await phone.page.locator('.filter').all()) await filter.click();
    const empty = phone.page.locator('.entries-empty');
    await empty.filter({ hasText: /^\d+ 条记录都被上面的筛选隐藏了/ }).waitFor();
    await phone.press('清空');
    await empty.filter({ hasText: '还没有记录' }).waitFor();
    await phone.verify();
    await phone.close();
  });

  test('a request and setData open on their content; what is stored can be looked at, changed and deleted', async () => {
    const phone = await PhonePage.open(used.browser, used.stack.url);
    await phone.waitForText('，张三');
    const { page } = phone;
    await page.locator('summary').filter({ hasText: 'POST /api/auth/login' }).first().click();
    const parts = page.locator('.parts').filter({ hasText: '应答内容' });
    await parts.getByText(/"outcome": "signed-in"/).waitFor();
    await parts
      .getByText(/x-request-id: [0-9a-f-]{36}/)
      .first()
      .waitFor();
    await page.locator('summary').filter({ hasText: 'GET /api/' }).first().click();
    await page.getByText(/authorization: Bearer .{4}….{4}\n/).waitFor();
    await page.locator('summary').filter({ hasText: 'setData' }).first().click();
    await page.locator('.parts').filter({ hasText: '内容' }).first().waitFor();
    const store = page.getByRole('region', { name: '本地存储' });
    await store.locator('summary').first().click();
    await store.getByText('"token"').waitFor();
    await phone.screenshot('timeline-details', { whole: true });
    await store.getByRole('button', { name: '修改' }).click();
    const field = store.getByRole('textbox');
    await field.fill('{');
    await store.getByRole('button', { name: '保存' }).click();
    await page
      .getByText(/没有保存 .*不是 JSON/)
      .first()
      .waitFor();
    await field.fill('{"token":"changed","expiresAt":1,"user":{}}');
    await store.getByRole('button', { name: '保存' }).click();
    await store.getByText('"changed"').waitFor();
    // A session that is over is not used: the person is signed in anew.
    await phone.clearTimeline();
    await phone.press('冷启动');
    await page.getByText('POST /api/auth/login').waitFor();
    await phone.waitForText('，张三');
    await store.getByRole('button', { name: '全部删除' }).click();
    await store.getByText('没有存储任何内容').waitFor();
    await phone.verify();
    await phone.close();
  });
});
