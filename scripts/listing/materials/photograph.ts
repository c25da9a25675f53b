import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser, NoBrowser } from '../../../server/testing/browser.ts';
import type { Listing } from '../listing.ts';
import { type ScreenName, screensFolder } from './screens.ts';

/** The person that the simulator signs in for each picture; people of the emulated platform. */
const people: readonly [ScreenName, string, fault?: string][] = [
  ['首页', 'zhangsan'],
  ['绑定', 'lisi'],
  ['无权限', 'sunqi'],
  ['出错', 'zhangsan', 'platform-timeout'],
];

/** Milliseconds without a change after which a page is complete, and the longest wait for that. */
const quietMs = 1_500;
const patienceMs = 40_000;

/**
 * Takes the pictures of the app's sign-in in the simulator of a running `npm run dev`, with the installed browser.
 *
 * @param at the addresses of simulator and emulator.
 * @param folder where they are written, {@link screensFolder} by default.
 * @returns why there are none, in Chinese; null where all four were taken.
 */
export async function photograph(
  at: { simulator: string; emulator: string },
  platform: Listing['app']['platform'],
  folder = screensFolder,
): Promise<string | null> {
  // The emulator keeps a fault until somebody clears it.
  const clearFaults = () => fetch(`${at.emulator}/_emulator/faults/clear`, { method: 'POST' });
  try {
    const signal = AbortSignal.timeout(3_000);
    await Promise.all([fetch(at.simulator, { signal }), clearFaults()]);
  } catch {
    return `模拟器没有运行（${at.simulator}）`;
  }
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  try {
    browser = await launchBrowser();
  } catch (error) {
    if (error instanceof NoBrowser) return '没有找到 Chrome、Edge 或 Chromium';
    throw error;
  }
  try {
    const page = await browser.newPage({
      viewport: { width: 1440, height: 960 },
      deviceScaleFactor: 2,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
    });
    page.setDefaultTimeout(patienceMs);
    const press = (name: string) =>
      page.locator('.page-layout').getByRole('button', { name, exact: true }).click();
    await page.goto(at.simulator);
    await page.locator('.mini-page').first().waitFor();
    await page.locator(`input[name=platform][value=${platform ?? 'dingtalk'}]`).check();
    await mkdir(folder, { recursive: true });
    for (const [name, person, fault] of people) {
      await page.locator(`input[name=person][value=${person}]`).check();
      if (fault !== undefined) {
        await page.locator('input[name=fault-group][value=platform]').check();
        await page.locator(`input[data-fault=${fault}]`).check();
        await page.locator('[role=status]', { hasText: '打开故障' }).waitFor({ state: 'attached' });
      }
      await press('清除存储');
      await press('冷启动');
      await rest(page);
      const failed = (await page.evaluate('window.simulator.phone.currentPath')) === 'pages/trouble/index';
      if (failed && fault === undefined) return `${name}打不开，模拟器停在“出了点问题”`;
      await writeFile(path.join(folder, `${name}.png`), await page.locator('.phone').screenshot());
    }
    return null;
  } finally {
    await browser.close();
    await clearFaults();
  }
}

async function rest(page: Page): Promise<void> {
  const screen = page.locator('.phone-screen .mini-screen');
  const started = Date.now();
  let last = '';
  let since = started;
  while (Date.now() - started < patienceMs) {
    const text = await screen.innerText();
    if (text !== last) [last, since] = [text, Date.now()];
    if (Date.now() - since > quietMs && !/正在|加载中/.test(text)) return;
    await page.waitForTimeout(100);
  }
}
