import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Child, startChild } from '../../../server/testing/child.ts';
import { SETUP_PATH, type Setup } from '../web/setup.ts';
import { copyMini, type MiniCopy } from './support/mini-copy.ts';
import { PhonePage } from './support/phone.ts';
import { inBrowser, useStack } from './support/stack.ts';

inBrowser('hot reload', () => {
  const used = useStack();
  let copy: MiniCopy;
  let simulator: Child<{ kind: 'ready'; url: string }>;
  let phone: PhonePage;

  beforeAll(async () => {
    copy = await copyMini();
    const setup = (await (await fetch(`${used.stack.url}${SETUP_PATH}`)).json()) as Setup;
    simulator = await startChild('scripts/simulator/e2e/support/simulator-process.ts', {
      args: [JSON.stringify({ ...setup, root: copy.root })],
    });
  }, 180_000);

  beforeEach(async () => {
    phone = await PhonePage.open(used.browser, simulator.ready.url);
    await phone.choose('lisi');
    await phone.waitForText('李四，您好');
    await phone.type('请输入用户名', 'typed-before');
    await phone.clearTimeline();
  });

  afterEach(async () => {
    await phone.verify();
    await phone.close();
  });

  afterAll(async () => {
    await simulator?.close();
    await copy?.remove();
  }, 60_000);

  async function edit(file: string, change: (source: string) => string): Promise<void> {
    const absolute = path.join(copy.root, ...file.split('/'));
    const source = await readFile(absolute, 'utf8');
    const changed = change(source);
    expect(changed).not.toBe(source);
    await writeFile(absolute, changed);
  }

  function typed(): Promise<string> {
    return phone.page.locator('.phone-screen').getByPlaceholder('请输入用户名').inputValue();
  }

  async function starts(): Promise<number> {
    return (await phone.timeline()).filter((row) => row.title === '冷启动').length;
  }

  test('a change of AXML shows at once and keeps what was typed', async () => {
    await edit('pages/bind/index.axml', (source) => source.replace('>绑定账号<', '>绑定账号（已修改）<'));
    await phone.waitForText('绑定账号（已修改）');
    expect(await typed()).toBe('typed-before');
    expect(await starts()).toBe(0);
  });

  test('a change of ACSS shows at once and keeps what was typed', async () => {
    await edit('pages/bind/index.acss', (source) => `${source}\n.bind-title { color: rgb(1, 2, 3); }\n`);
    await phone.page.waitForFunction(() => {
      const title = document.querySelector('.phone-screen')?.shadowRoot?.querySelector('.bind-title');
      return title instanceof HTMLElement && getComputedStyle(title).color === 'rgb(1, 2, 3)';
    });
    expect(await typed()).toBe('typed-before');
    expect(await starts()).toBe(0);
  });

  test('a mistake is shown with its place, the page stays, and the correction takes it away', async () => {
    await edit('pages/bind/index.axml', (source) =>
      source.replace('<view class="bind-page">', '<vieww class="bind-page">'),
    );
    const problems = phone.page.locator('.problems');
    await problems.getByText('pages/bind/index.axml:2:').first().waitFor();
    await phone.screenshot('problems', { whole: true, document: true });
    expect(await typed()).toBe('typed-before');
    await edit('pages/bind/index.axml', (source) =>
      source.replace('<vieww class="bind-page">', '<view class="bind-page">'),
    );
    await problems.waitFor({ state: 'detached' });
    expect(await typed()).toBe('typed-before');
  });

  test('a mistake in code is shown like one in a template, and does not hide behind a template saved later', async () => {
    const broken = '\nconst half = ;\n';
    await edit('pages/bind/index.ts', (source) => source + broken);
    const problems = phone.page.locator('.problems');
    await problems.getByText('pages/bind/index.ts:').waitFor();
    expect(await problems.innerText()).toContain('请检查附近的括号');
    await edit('pages/bind/index.axml', (source) => `${source}\n<view>后来加的一行</view>\n`);
    await edit('pages/bind/index.axml', (source) => `${source}\n<view>又加的一行</view>\n`);
    expect(await problems.isVisible()).toBe(true);
    expect(await starts()).toBe(0);
    await edit('pages/bind/index.ts', (source) => source.replace(broken, ''));
    await problems.waitFor({ state: 'detached' });
    await phone.waitForText('后来加的一行', '又加的一行');
    expect(await starts()).toBeGreaterThan(0);
  });

  test('a broken .json comes before the mistakes that it makes elsewhere', async () => {
    await edit('pages/home/index.json', (source) => source.replace('{', '{,'));
    const problems = phone.page.locator('.problems li');
    await problems.first().waitFor();
    expect(await problems.count()).toBeGreaterThan(1);
    expect(await problems.first().innerText()).toContain('pages/home/index.json');
    await edit('pages/home/index.json', (source) => source.replace('{,', '{'));
    await problems.first().waitFor({ state: 'detached' });
  });

  test('files saved together start the mini program once or twice, not once each', async () => {
    const pages = ['home', 'notices', 'notice', 'me', 'bind', 'no-permission', 'trouble'];
    await Promise.all(
      pages.map((page) => edit(`pages/${page}/index.ts`, (source) => `${source}\n// saved with others\n`)),
    );
    await edit('pages/bind/index.axml', (source) => `${source}\n<view>全部保存完了</view>\n`);
    await phone.waitForText('全部保存完了');
    expect(await starts()).toBeLessThanOrEqual(3);
    expect(await starts()).toBeGreaterThan(0);
  });

  test('a change of code starts the mini program anew without loading the page again', async () => {
    await phone.page.evaluate(() => {
      document.title = 'not loaded again';
    });
    await edit('pages/bind/rejection.ts', (source) => source.replace('用户名或密码不对', '用户名或密码错误'));
    await phone.page.waitForFunction(() =>
      window.simulator?.timeline.entries.some((entry) => entry.title === '冷启动'),
    );
    await phone.waitForText('绑定账号');
    expect(await phone.page.title()).toBe('not loaded again');
  });

  test('a mistake while running is told with its .ts line, on the page and in the terminal, and once', async () => {
    const fails = "\n      safely(async () => {\n        throw new Error('半途坏了');\n      });\n";
    await edit('pages/bind/index.ts', (source) =>
      source.replace('onUsername(event: InputEvent) {', (head) => head + fails),
    );
    await phone.page.waitForFunction(() =>
      window.simulator?.timeline.entries.some((entry) => entry.title === '冷启动'),
    );
    await phone.waitForText('李四，您好');
    await phone.type('请输入用户名', 'x');
    await phone.waitForText('页面出了点问题', '复制');
    const rows = (await phone.timeline()).filter(({ title }) => title.includes('半途坏了'));
    const place = /^pages\/bind\/index\.ts:\d+:\d+\nthrow new Error\('半途坏了'\);$/;
    await phone.page.getByText(/pages\/bind\/index\.ts:\d+/).waitFor();
    expect(rows).toHaveLength(1);
    const [entry] = (await phone.timeline()).filter(({ title }) => title.includes('半途坏了'));
    expect(entry?.detail).toMatch(place);
    const lines = simulator.output().split('\n');
    const first = lines.findIndex((line) => line.includes('半途坏了'));
    expect(lines.slice(first, first + 3)).toEqual([
      '小程序出错：uncaught error Error: 半途坏了',
      expect.stringMatching(/^ {2}在 .*pages[/\\]bind[/\\]index\.ts:\d+:\d+$/),
      expect.stringMatching(/^ {2}\d+ \| throw new Error\('半途坏了'\);$/),
    ]);
    expect(lines.slice(first + 3).join('')).not.toContain('半途坏了');
    await phone.screenshot('mistake-while-running', { whole: true, document: true });
    await edit('pages/bind/index.ts', (source) => source.replace(fails, ''));
    await phone.waitForText('李四，您好');
    phone.expectErrors(/半途坏了/);
  });

  test('a template that begins to use an SJS module gets it', async () => {
    await writeFile(
      path.join(copy.root, 'pages', 'bind', 'loud.sjs'),
      "export default { loud: (text) => text + '！' };\n",
    );
    // Saved first, and used by nothing yet: the phone's script does not have it.
    await phone.page.waitForFunction(() =>
      window.simulator?.timeline.entries.some((entry) => entry.title === '冷启动'),
    );
    await edit(
      'pages/bind/index.axml',
      (source) => `<import-sjs name="m" from="./loud.sjs" />\n${source}\n<view>{{m.loud('用上了')}}</view>\n`,
    );
    await phone.waitForText('用上了！');
    await edit('pages/bind/index.axml', (source) => source.replace("'用上了'", "'又改了'"));
    await phone.waitForText('又改了！');
  });

  test('an update that the phone cannot take is on the timeline, and the phone goes on', async () => {
    await phone.page.evaluate(async () => {
      const { built } = window.simulator?.phone ?? {};
      const unit = built?.units['pages/bind/index'];
      if (!built || !unit) throw new Error('no page');
      const template = "(r) => { r.j('gone.sjs'); return { render: () => [] }; }";
      const units = { ...built.units, 'pages/bind/index': { ...unit, template } };
      await window.simulator?.update({ style: built.style, units });
    });
    const [row] = (await phone.timeline()).filter(({ tone }) => tone === 'bad');
    expect(`${row?.title}${row?.detail}`).toContain('新的模板没有换上：没有载入 SJS 模块 gone.sjs');
    expect(await typed()).toBe('typed-before');
  });

  test('a page whose npm run dev has ended says so', async () => {
    await simulator.close();
    await phone.page.getByRole('alert').filter({ hasText: 'npm run dev 已经停止' }).waitFor();
    phone.expectErrors(/WebSocket|ERR_CONNECTION_REFUSED|server connection lost/);
  });
});
