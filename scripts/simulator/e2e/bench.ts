import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../server/testing/browser.ts';
import type { Measurement } from '../../bench/measurements.ts';
import { startSimulator } from '../web/server.ts';
import { SETUP_PATH, type Setup } from '../web/setup.ts';
import { mountRows, PAGE, updateRow, writeBenchPage } from './bench-page.ts';
import { copyMini } from './support/mini-copy.ts';
import { PhonePage } from './support/phone.ts';
import { startStack } from './support/stack.ts';

const ROWS = 200;
const LIST_RUNS = 15;
const LOAD_RUNS = 5;
const RELOAD_RUNS = 10;
const BETWEEN_SAVES_MS = 300;

/**
 * Measures the simulator in the browser that is installed: a list of 200 rows, a change of one row, the way from
 * the page's address to the home page shown, and hot reload. Takes about a minute.
 *
 * @throws NoBrowser where no browser is installed
 */
export async function benchSimulator(): Promise<Measurement[]> {
  const browser = await launchBrowser();
  const stack = await startStack();
  const copy = await copyMini();
  try {
    const setup = (await (await fetch(`${stack.url}${SETUP_PATH}`)).json()) as Setup;
    await writeBenchPage(copy.root, ROWS);
    const simulator = await startSimulator({ ...setup, root: copy.root, port: 0 });
    try {
      return [
        ...(await lists(browser, simulator.url)),
        ...(await loads(browser, stack.url)),
        await reloads(browser, simulator.url, copy.root),
      ];
    } finally {
      await simulator.close();
    }
  } finally {
    await browser.close();
    await stack.close();
    await copy.remove();
  }
}

async function lists(browser: Browser, url: string): Promise<Measurement[]> {
  const phone = await PhonePage.open(browser, url);
  try {
    await phone.page.evaluate((page) => {
      window.simulator?.phone?.stop();
      window.simulator?.phone?.start({ path: page });
    }, PAGE);
    const mounts = await phone.page.evaluate(mountRows, LIST_RUNS);
    const updates = await phone.page.evaluate(updateRow, LIST_RUNS);
    return [
      {
        name: `显示 ${ROWS} 行通知`,
        ms: median(mounts.phone),
        baseline: { name: '直接建同样的 DOM', ms: median(mounts.plain) },
        runs: LIST_RUNS,
      },
      {
        name: `${ROWS} 行里用 setData 改一行`,
        ms: median(updates.phone),
        baseline: { name: '直接改 DOM', ms: median(updates.plain) },
        runs: LIST_RUNS,
      },
    ];
  } finally {
    await phone.close();
  }
}

/** From the address to the home page with its notices: a first visit that signs in, and a later one. */
async function loads(browser: Browser, url: string): Promise<Measurement[]> {
  const cold: number[] = [];
  const warm: number[] = [];
  const plain: number[] = [];
  for (let run = 0; run < LOAD_RUNS; run += 1) {
    const began = performance.now();
    const phone = await PhonePage.open(browser, url);
    await phone.waitForText('欢迎使用本应用');
    cold.push(performance.now() - began);
    const again = performance.now();
    await phone.page.reload();
    await phone.waitForText('欢迎使用本应用');
    warm.push(performance.now() - again);
    const empty = performance.now();
    await phone.page.goto(`${url}${SETUP_PATH}`);
    plain.push(performance.now() - empty);
    await phone.close();
  }
  const baseline = { name: '打开一个空页面', ms: median(plain) };
  return [
    { name: '首次打开网址到首页显示（含登录）', ms: median(cold), baseline, runs: LOAD_RUNS },
    { name: '再次打开到首页显示（已登录）', ms: median(warm), baseline, runs: LOAD_RUNS },
  ];
}

/** From writing an AXML file to the new text in the browser. */
async function reloads(browser: Browser, url: string, root: string): Promise<Measurement> {
  const phone = await PhonePage.open(browser, url);
  const file = path.join(root, 'pages', 'home', 'index.axml');
  const source = await readFile(file, 'utf8');
  const times: number[] = [];
  try {
    await phone.waitForText('最新通知');
    for (let run = 0; run < RELOAD_RUNS; run += 1) {
      const title = `最新通知 ${run}`;
      const shown = phone.page.waitForFunction((text) => {
        const screen = document.querySelector('.phone-screen')?.shadowRoot?.querySelector('.mini-screen');
        return screen?.textContent?.includes(text);
      }, title);
      const began = performance.now();
      await writeFile(file, source.replace('>最新通知<', `>${title}<`));
      await shown;
      times.push(performance.now() - began);
      // Nobody saves twice in a moment, and file watchers may take two quick changes for one.
      await setTimeout(BETWEEN_SAVES_MS);
    }
  } finally {
    await phone.close();
  }
  return { name: '保存 AXML 到屏幕更新', ms: median(times), baseline: null, runs: RELOAD_RUNS };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
