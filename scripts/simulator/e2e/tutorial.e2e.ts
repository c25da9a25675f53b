import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { development } from '../../../server/config/constants.ts';
import { launchBrowser } from '../../../server/testing/browser.ts';
import { PROJECT } from '../../../server/testing/child.ts';
import { type Dev, prepareDev } from '../../dev/testing/run-dev.ts';
import type { Run } from '../../dev/testing/start-dev.ts';
import { newProfile, PhonePage } from './support/phone.ts';

/** docs/tutorial.md, step by step as it stands there: its commands are run, its edits are made. */

/** Milliseconds: a busy machine takes its time. */
const patience = 240_000;

/** A step that a reader takes. */
type Step = { command: string } | { edit: string; lines: string[] };

const steps: Step[] = [
  ...readFileSync('docs/tutorial.md', 'utf8').matchAll(/^```(sh|diff)\n([\s\S]*?)\n```$/gm),
].flatMap(([, kind, text = '']): Step[] => {
  const lines = text.split('\n');
  if (kind === 'sh') return lines.map((command) => ({ command }));
  const [file = '', ...rest] = lines;
  return [{ edit: file.replace(/^\+\+\+ /, ''), lines: rest }];
});

/**
 * Makes an edit as a reader does: looks for the lines that stand there, from the top or from the last place on, and
 * puts the new ones in. A line with `@@` names the place to look from.
 */
function edited(text: string, lines: readonly string[]): string {
  const result = text.split('\n');
  let at = 0;
  const find = (matches: (line: string) => boolean, wanted: string): number => {
    const found = result.findIndex((line, index) => index >= at && matches(line));
    if (found === -1) throw new Error(`没有这一行：${wanted}`);
    return found;
  };
  for (let next = 0; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    const [sign, words] = [line[0] ?? ' ', line.slice(1)];
    if (sign === '@') at = find((one) => one.includes(words.slice(2)), words) + 1;
    else if (sign === '-') {
      at = find((one) => one === words, words);
      result.splice(at, 1);
    } else if (sign === '+') {
      // New lines that nothing stands above go above the next line that is there.
      const behind = lines.slice(next).find((one) => one[0] !== '+') ?? '';
      const before = lines[next - 1]?.[0];
      if (before === '@') at = find((one) => one === behind.slice(1), behind);
      result.splice(at, 0, words);
      at += 1;
    } else at = find((one) => one === words, words) + 1;
  }
  return result.join('\n');
}

// An app of somebody's own may have another feature of that name, or no console.
const possible =
  !process.env.E2E_WITHOUT_BROWSER && !existsSync('mini/pages/feedback') && existsSync('server/console');

describe.runIf(possible)('the tutorial', () => {
  const subject: Dev = prepareDev();
  let browser: Browser;
  let running: Run;
  let simulator = '';
  let server = '';

  beforeAll(async () => {
    for (const file of [
      'vitest.config.ts',
      'biome.json',
      'tsconfig.mini.json',
      'tsconfig.server.json',
      'docs',
      '.gitignore',
    ])
      cpSync(path.join(PROJECT, file), subject.at(file), { recursive: true });
    browser = await launchBrowser();
    server = `http://127.0.0.1:${subject.env.PORT}`;
    simulator = `http://127.0.0.1:${subject.env.SIMULATOR_PORT}`;
  });
  afterAll(() => browser?.close());

  /** Runs `npm run …` or `npm test …` to its end. */
  function npm(command: string): Promise<string> {
    const [run = '', ...words] = command.replace(/^npm (?:run )?/, '').split(' ');
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const script = (scripts[run] ?? '').split(' ').slice(1);
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...script, ...words], {
        cwd: subject.at(),
        env: { ...process.env, ...subject.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (data) => {
          said += data;
        });
      child.on('close', (code) =>
        code === 0 ? resolve(said) : reject(new Error(`${command}: ${code}\n${said}`)),
      );
    });
  }

  async function start(): Promise<void> {
    running = subject.run();
    await running.says('秒启动完成');
    // The first page is compiled as it is asked for.
    const page = await browser.newPage();
    await page.goto(simulator, { timeout: patience });
    await page.locator('.mini-page').first().waitFor({ timeout: patience });
    await page.close();
  }
  async function stop(): Promise<void> {
    running.stop();
    await running.exitCode;
  }

  /** Takes the tutorial's steps up to and with the next one that is this command. */
  let next = 0;
  async function follow(last: string): Promise<void> {
    for (let done = false; !done; next += 1) {
      const step = steps[next];
      if (step === undefined) throw new Error(`没有这一步：${last}`);
      if ('edit' in step) {
        const file = subject.at(step.edit);
        writeFileSync(file, edited(readFileSync(file, 'utf8'), step.lines));
        continue;
      }
      done = step.command === last;
      if (step.command === 'npm run dev') await start();
      else await npm(step.command);
    }
  }

  async function onPhone(work: (phone: PhonePage) => Promise<void>): Promise<void> {
    const phone = await PhonePage.open(browser, simulator);
    // The copy's packages lie elsewhere: Vite does not serve their pictures.
    phone.expectErrors(/403 \(Forbidden\)/);
    await phone.choose('zhangsan');
    await phone.waitForText('，张三');
    await phone.tap('我的');
    await phone.waitForText('意见反馈');
    await phone.tap('意见反馈');
    await phone.waitForText('我提交的');
    await work(phone);
    await phone.verify();
    await phone.close();
  }

  async function onConsole(work: (page: Page) => Promise<void>): Promise<void> {
    const context = await newProfile(browser);
    const page = await context.newPage();
    // The first page has its packages bundled.
    page.setDefaultTimeout(patience);
    await page.goto(`${server}/console`);
    await page.getByLabel('用户名').fill('admin');
    await page.getByLabel('密码', { exact: true }).fill(development.password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByRole('link', { name: '意见反馈' }).click();
    await work(page);
    await context.close();
  }

  /** What is changed in a console page is there at once, with what was typed; a mistake is told until it is mended. */
  async function changesShow(): Promise<void> {
    const context = await newProfile(browser);
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    await page.goto(`${server}/console`);
    await page.getByLabel('用户名').fill('typed-before');
    let loads = 0;
    page.on('load', () => {
      loads += 1;
    });
    const file = subject.at('server', 'console', 'app', 'sign-in', 'PasswordForm.vue');
    const source = readFileSync(file, 'utf8');
    const save = async (text: string, seen: Locator, state: 'visible' | 'detached' = 'visible') => {
      // Again where nothing comes: watchers take two saves in one moment for one.
      for (let shown = false; !shown; ) {
        writeFileSync(file, text);
        shown = await seen.waitFor({ state, timeout: 10_000 }).then(
          () => true,
          () => false,
        );
      }
    };
    await save(
      source.replace('title="登录管理后台', 'title="登录已经改过的后台'),
      page.getByText('登录已经改过的后台'),
    );
    const overlay = page.locator('vite-error-overlay');
    await save(source.replace('</template>', '<div></template>'), overlay);
    await running.says(
      '管理后台的页面有错：server/console/app/sign-in/PasswordForm.vue'.replaceAll('/', path.sep),
    );
    await save(source, overlay, 'detached');
    await running.says('管理后台的页面已恢复');
    await page.getByText('登录管理后台').waitFor();
    expect(await page.getByLabel('用户名').inputValue()).toBe('typed-before');
    expect(loads).toBe(0);
    await context.close();
  }

  async function picture(page: Page, name: string): Promise<void> {
    const folders = [
      'test-results/screenshots',
      ...(process.env.UPDATE_IMAGES === '1' ? ['docs/images'] : []),
    ];
    const image = await page.screenshot({ animations: 'disabled' });
    for (const folder of folders) {
      mkdirSync(path.join(PROJECT, folder), { recursive: true });
      writeFileSync(path.join(PROJECT, folder, `${name}.png`), image);
    }
  }

  test('leads from a fresh clone to a new feature on phone and console, and to one more field', async () => {
    await follow('npm run dev');
    await stop();

    await follow('npm run dev');
    await onPhone(async (phone) => {
      await phone.type('请输入标题', '三楼的电梯');
      await phone.type('请输入内容', '早上八点到九点等得太久，能不能错开停靠楼层？');
      await phone.tap('提交');
      await phone.waitForText('待处理');
      await phone.screenshot('tutorial-phone', { document: true });
    });
    await onConsole(async (page) => {
      await page.getByRole('button', { name: '三楼的电梯' }).click();
      await page.getByRole('dialog').getByText('早上八点到九点').waitFor();
      await picture(page, 'tutorial-console');
      await page.getByRole('button', { name: '标为已处理' }).click();
      await page.getByText('已标为已处理').waitFor();
    });
    await onPhone((phone) => phone.waitForText('已处理').then(() => undefined));
    await stop();

    await follow('npm run dev');
    await onPhone(async (phone) => {
      await phone.type('请输入标题', '会议室');
      await phone.type('请输入内容', '希望能在小程序里预订。');
      await phone.type('选填', '0571-8888');
      await phone.tap('提交');
      await phone.waitForText('希望能在小程序里预订。');
    });
    await onConsole(async (page) => {
      await page.getByText('0571-8888').waitFor();
      await picture(page, 'tutorial-contact');
    });
    await changesShow();
    await stop();

    for (; next < steps.length; next += 1) {
      const step = steps[next];
      if (step !== undefined && 'command' in step) await npm(step.command);
    }
  }, 1_200_000);
});
