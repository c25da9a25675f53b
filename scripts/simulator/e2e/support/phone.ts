import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PROJECT } from '../../../../server/testing/child.ts';
import type { Platform } from '../../runtime/device.ts';
import { watchForBlanks } from './blank-watch.ts';

const SCREENSHOTS = path.join(PROJECT, 'test-results', 'screenshots');
const IMAGES = path.join(PROJECT, 'docs', 'images');

/** Whether the pictures of the documentation are renewed. */
const PICTURES = process.env.UPDATE_IMAGES === '1';

/** Longest wait for something to show; the slowest fault takes two time-outs of the phone. Milliseconds. */
const WAIT_MS = 30_000;

export interface TimelineRow {
  kind: string;
  title: string;
  detail: string;
  tone: string;
}

/** The simulator's page as a person uses it: by what is written on it. */
export class PhonePage {
  readonly page: Page;
  private readonly errors: string[] = [];
  private expected: RegExp | undefined;

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(WAIT_MS);
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('request', (request) => {
      const { protocol, hostname, href } = new URL(request.url());
      if (/^(?:http|ws)s?:$/.test(protocol) && hostname !== '127.0.0.1')
        this.errors.push(`请求了外网：${href}`);
    });
  }

  /** A browser profile of its own, so that nothing is stored from before. */
  static async open(browser: Browser, url: string): Promise<PhonePage> {
    return PhonePage.openIn(await newProfile(browser), url);
  }

  /** One more tab of a profile; see {@link newProfile}. */
  static async openIn(context: BrowserContext, url: string): Promise<PhonePage> {
    const phone = new PhonePage(await context.newPage());
    await phone.page.addInitScript(watchForBlanks);
    await setClock(phone.page);
    await phone.page.goto(url);
    await phone.page.locator('.mini-page').first().waitFor();
    return phone;
  }

  async choose(person: string, platform: Platform = 'dingtalk'): Promise<void> {
    const client = this.page.locator(`input[name=platform][value=${platform}]`);
    if (!(await client.isChecked())) await client.check();
    const choice = this.page.locator(`input[name=person][value=${person}]`);
    if (!(await choice.isChecked())) await choice.check();
  }

  /** A button beside the phone. */
  async press(name: string): Promise<void> {
    await this.page.locator('.page-layout').getByRole('button', { name, exact: true }).click();
  }

  async turnOn(fault: string, group: string): Promise<void> {
    await this.page.locator(`input[name=fault-group][value=${group}]`).check();
    const control = this.page.locator(`input[data-fault=${fault}]`);
    await control.check();
    await this.notice('打开故障');
  }

  async clearFaults(): Promise<void> {
    await this.press('全部清除');
    await this.notice('已清除全部故障');
  }

  /** What the panel says has been done. */
  async notice(text: string): Promise<void> {
    await this.page
      .locator('[role=status].visually-hidden', { hasText: text })
      .waitFor({ state: 'attached' });
  }

  async httpErrors(value: string): Promise<void> {
    await this.page.locator('.select select').selectOption(value);
  }

  /** Taps a text on the phone: a button, a row, a tab, a choice in a dialog. */
  async tap(text: string): Promise<void> {
    await this.page.locator('.phone-screen').getByText(text, { exact: true }).last().click();
  }

  async type(placeholder: string, value: string): Promise<void> {
    await this.page.locator('.phone-screen').getByPlaceholder(placeholder).fill(value);
  }

  /** What a person can read on the phone now. */
  text(): Promise<string> {
    return this.page.evaluate(() => {
      const root = document.querySelector('.phone-screen')?.shadowRoot;
      // The rendered text: nobody reads what is hidden.
      const shown = root?.querySelector<HTMLElement>('.mini-screen')?.innerText ?? '';
      const above = root?.querySelector<HTMLElement>('.mini-overlay')?.innerText ?? '';
      return `${shown} ${above}`.replace(/\s+/g, ' ').trim();
    });
  }

  async waitForText(...texts: string[]): Promise<string> {
    for (const text of texts) {
      await this.page
        .locator('.phone-screen')
        .getByText(text)
        .and(this.page.locator(':visible'))
        .first()
        .waitFor()
        .catch(async () => {
          const path = await this.path();
          throw new Error(`没有等到“${text}”。页面是 ${path}，屏幕上是：${await this.text()}`);
        });
    }
    return this.text();
  }

  /** Waits for a text, or for a button that can be tapped. */
  async waitForTextOrButton(text: string, button: string): Promise<void> {
    const visible = this.page.locator(':visible');
    const wanted = this.page.locator('.phone-screen').getByText(text).and(visible);
    const next = this.page.locator('.mini-screen mini-button:not([aria-disabled])').and(visible);
    await wanted
      .or(next.filter({ hasText: new RegExp(`^\\s*${button}\\s*$`) }))
      .first()
      .waitFor();
  }

  /** Page on top of the stack. */
  path(): Promise<string> {
    return this.page.evaluate(() => window.simulator?.phone?.currentPath ?? '');
  }

  async waitForPath(wanted: string): Promise<void> {
    await this.page
      .waitForFunction((path) => window.simulator?.phone?.currentPath === path, wanted)
      .catch(async () => {
        throw new Error(`没有到 ${wanted}，停在 ${await this.path()}，屏幕上是：${await this.text()}`);
      });
  }

  /** Buttons on the page that can be tapped now. */
  buttons(): Promise<string[]> {
    return this.page
      .locator('.mini-screen mini-button:not([aria-disabled])')
      .and(this.page.locator(':visible'))
      .allInnerTexts();
  }

  timeline(): Promise<TimelineRow[]> {
    return this.page.evaluate(() =>
      [...(window.simulator?.timeline.entries ?? [])].map(({ kind, title, detail, tone }) => ({
        kind,
        title,
        detail,
        tone,
      })),
    );
  }

  async clearTimeline(): Promise<void> {
    await this.press('清空');
  }

  /**
   * Screenshot of the phone, or of the whole page, for people to look at.
   * @param document also a picture of the documentation (`docs/images`), renewed with `UPDATE_IMAGES=1`
   */
  async screenshot(name: string, { whole = false, document = false } = {}): Promise<void> {
    await this.page.evaluate(() => window.document.fonts.ready);
    // Much text does not compress well as PNG, and pictures of the documentation should stay small.
    const image = whole
      ? await this.page.screenshot({ type: 'jpeg', quality: 85 })
      : await this.page.locator('.phone').screenshot();
    await savePicture(`${name}.${whole ? 'jpg' : 'png'}`, image, document);
  }

  /**
   * @throws Error when the phone showed nothing for a frame, anything was logged as an error, or a request left
   * this machine
   */
  async verify(): Promise<void> {
    const blanks = await this.page.evaluate(() => window.blanks?.splice(0) ?? []);
    const errors = this.errors.splice(0).filter((error) => !this.expected?.test(error));
    if (blanks.length > 0) throw new Error(`出现过空白页面：${blanks.join('、')}`);
    if (errors.length > 0) throw new Error(`浏览器控制台有错误：\n${errors.join('\n')}`);
  }

  /** Errors that the test causes on purpose: they do not fail it, whenever they come. */
  expectErrors(expected: RegExp): void {
    this.expected = expected;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** @param document see {@link PhonePage.screenshot} */
export async function savePicture(file: string, image: Buffer, document = false): Promise<void> {
  const folders = document && PICTURES ? [SCREENSHOTS, IMAGES] : [SCREENSHOTS];
  for (const folder of folders) {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, file), image);
  }
}

/** Pictures of the documentation show a morning. */
export async function setClock(page: Page): Promise<void> {
  if (PICTURES) await page.clock.setSystemTime(lastMorning());
}

/** The last 9:41 in China that has passed: a clock ahead of the server's would end sessions. */
function lastMorning(): Date {
  const day = 24 * 60 * 60 * 1000;
  const morning = (1 * 60 + 41) * 60 * 1000;
  return new Date(Math.floor((Date.now() - morning) / day) * day + morning);
}

/** The size of a window on a desk. */
export const DESK = { width: 1440, height: 960 };

/** A browser profile with nothing stored. The pictures show the time of the people that they are made for. */
export function newProfile(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({
    viewport: DESK,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
}
