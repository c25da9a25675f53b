import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { accessibilityFaults } from '../../../testing/accessibility.ts';
import { PROJECT } from '../../../testing/child.ts';
import { takeWhatIsNew } from './old-client.ts';

const screenshots = path.join(PROJECT, 'test-results', 'screenshots');
const images = path.join(PROJECT, 'docs', 'images');

/** Longest wait for something to show, in milliseconds. */
const waitMs = 15_000;

declare global {
  interface Window {
    /** Violations of the policy, collected by the page. */
    cspViolations?: string[];
  }
}

/** A window of the console for a person's actions; it collects errors. */
export class PersonPage {
  readonly page: Page;
  readonly #url: string;
  readonly #errors: string[] = [];

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.setDefaultTimeout(waitMs);
    page.on('console', (message) => {
      if (message.type() === 'error') this.#errors.push(message.text());
    });
    page.on('pageerror', (error) => this.#errors.push(String(error)));
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions): Promise<PersonPage> {
    const context = await browser.newContext({
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    await page.addInitScript(takeWhatIsNew);
    await page.addInitScript(() => {
      window.cspViolations = [];
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        window.cspViolations?.push(`${violatedDirective} ${blockedURI}`);
      });
    });
    return new PersonPage(page, url);
  }

  /** @param path below `/console`, with a slash at its beginning. */
  async open(path: string): Promise<void> {
    await this.page.goto(`${this.#url}/console${path}`);
  }

  /** Waits until all of these texts are on the page. */
  async sees(...texts: (string | RegExp)[]): Promise<void> {
    for (const text of texts) {
      const shown = this.page.getByText(text).and(this.page.locator(':visible'));
      await shown
        .first()
        .waitFor()
        .catch(async () => {
          throw new Error(`没有等到“${text}”，地址是 ${this.page.url()}，页面上是：\n${await this.text()}`);
        });
    }
  }

  /** The text of the page. */
  async text(): Promise<string> {
    return (await this.page.locator('body').innerText()).replace(/\s+/g, ' ').trim();
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .first()
      .click();
  }

  /** Types into the field with this label. */
  async fill(label: string, value: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  /** Chooses in the list with this label; a dialog's list comes first. */
  async choose(label: string, option: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).last().click();
    await this.page.locator('.t-select-option:visible').getByText(option, { exact: true }).click();
  }

  accessibilityFaults(): Promise<string[]> {
    return accessibilityFaults(this.page);
  }

  /**
   * Screenshot for people to look at.
   * @param document also a picture of the documentation (`docs/images`), renewed with `UPDATE_IMAGES=1`
   */
  async screenshot(
    name: string,
    { document = false, whole = false }: { document?: boolean; whole?: boolean } = {},
  ): Promise<void> {
    await this.page.evaluate(() => window.document.fonts.ready);
    const image = await this.page.screenshot({ fullPage: whole, animations: 'disabled' });
    const folders = document && process.env.UPDATE_IMAGES === '1' ? [screenshots, images] : [screenshots];
    for (const folder of folders) {
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, `${name}.png`), image);
    }
  }

  /**
   * @param expected what the test itself has provoked, e.g. `/Failed to load resource.*404/`
   * @throws Error when anything was logged as an error, or the policy has refused anything
   */
  async verify(...expected: RegExp[]): Promise<void> {
    const unexpected = (text: string): boolean => !expected.some((known) => known.test(text));
    const violations = await this.page.evaluate(() => window.cspViolations?.splice(0) ?? []);
    const refused = violations.filter(unexpected);
    const errors = this.#errors.splice(0).filter(unexpected);
    if (refused.length > 0) throw new Error(`内容安全策略拦下了：${refused.join('、')}`);
    if (errors.length > 0) throw new Error(`浏览器控制台有错误：\n${errors.join('\n')}`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
