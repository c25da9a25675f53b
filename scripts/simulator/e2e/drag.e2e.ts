import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../server/testing/browser.ts';
import { buildApp } from '../compiler/build.ts';
import { appFiles, emptyRoot } from '../harness/testing.ts';
import type { Device } from '../runtime/device.ts';
import type { Phone } from '../runtime/phone.ts';
import { inBrowser } from './support/stack.ts';

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const AXML = `<swiper onChange="change">
  <swiper-item><image class="fill" src="data:image/png;base64,${PIXEL}" onTap="tap" /></swiper-item>
  <swiper-item><view class="fill" onTap="tap">二</view></swiper-item>
  <swiper-item><view>三</view></swiper-item>
</swiper>
<view class="log">{{log}}</view>`;
const SCRIPT = `Page({
  data: { log: '' },
  change(e) { this.setData({ log: this.data.log + '换到' + e.detail.current + ' ' }); },
  tap() { this.setData({ log: this.data.log + '点了 ' }); },
});`;

declare const phoneModule: { Phone: typeof Phone };

/** A phone alone, without the page around it or a server. */
async function openPhone(browser: Browser): Promise<Page> {
  const files = { 'pages/main/main.axml': AXML, 'pages/main/main.js': SCRIPT };
  const style = { 'pages/main/main.acss': '.fill { display: block; width: 100%; height: 100% }' };
  const app = await buildApp(emptyRoot, { replace: appFiles({ ...files, ...style }) });
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../runtime/phone.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'phoneModule',
    define: {
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      'process.env.NODE_ENV': '"development"',
    },
  });
  const page = await browser.newPage({ viewport: { width: 400, height: 700 } });
  await page.setContent('<div id="mount" style="width:375px;height:650px"></div>');
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  await page.evaluate((built) => {
    const mount = document.querySelector<HTMLElement>('#mount');
    if (!mount) throw new Error('no mount');
    const device = { platform: 'dingtalk', faults: {}, httpErrors: 'fail' } as Device;
    new phoneModule.Phone({ app: built, mount, device }).start();
  }, app);
  await page.locator('mini-swiper').waitFor();
  return page;
}

async function drag(page: Page): Promise<void> {
  await page.mouse.move(300, 120);
  await page.mouse.down();
  await page.mouse.move(100, 120, { steps: 10 });
  await page.mouse.up();
}

inBrowser('a swiper under a mouse', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);

  afterAll(() => browser?.close());

  test('is dragged over an image as over anything else, and a drag is no tap', async () => {
    const page = await openPhone(browser);
    const log = page.locator('.log');
    await drag(page);
    await log.getByText(/^换到1 $/).waitFor();
    await page.mouse.click(200, 120);
    await log.getByText(/^换到1 点了 $/).waitFor();
    await drag(page);
    await log.getByText(/换到2/).waitFor();
    expect(await log.innerText()).toBe('换到1 点了 换到2');
  });

  test('is tapped while it moves: the item under the finger gets the tap', async () => {
    const page = await openPhone(browser);
    const at = (): Promise<string> =>
      page.evaluate(() => document.elementFromPoint(200, 120)?.localName ?? '');
    await page.addStyleTag({ content: '.mini-swiper-track { transition: transform 2s linear !important }' });
    await drag(page);
    expect(await at()).toBe('img');
    await page.mouse.move(200, 120);
    await page.mouse.down();
    await page.waitForFunction(() => document.elementFromPoint(200, 120)?.localName !== 'img');
    await page.mouse.up();
    await page
      .locator('.log')
      .getByText(/^换到1 点了 $/)
      .waitFor();
  });
});
