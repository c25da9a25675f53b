import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../../server/testing/browser.ts';
import { until } from '../../../server/testing/client.ts';
import { copyProject } from '../../../server/testing/project-copy.ts';
import { devEnvironment, type Run, startDev } from '../../dev/testing/start-dev.ts';
import { median, type PartResult, round, type Verdict } from '../report.ts';
import { memoryOfTree } from './process-tree.ts';

/** Rounds of edits, one of each kind. Somebody who saves every half minute makes forty in twenty minutes. */
const ROUNDS = 10;
const FULL_ROUNDS = 40;
/** Milliseconds between two saves. */
const BETWEEN_MS = 500;
const PATIENCE_MS = 60_000;

/** Milliseconds, by the name of the measurement. */
const bars: Readonly<Record<string, number>> = {
  '保存 AXML 到屏幕更新': 300,
  '保存 ACSS 到屏幕更新': 300,
  '保存小程序的 TS 到屏幕更新': 300,
  保存服务端代码到服务重新应答: 1500,
  保存管理后台的页面到屏幕更新: 1000,
};
const readyBarMs = 8000;
const silenceBarMs = 5000;
const memoryBarMiB = 700;

interface RunningDev {
  pid: number;
  serverUrl: string;
  simulatorUrl: string;
  /** From the start to the table of addresses, in milliseconds. */
  readyMs: number;
  /** Longest time without any output until then, in milliseconds. */
  longestSilenceMs: number;
}

/** One kind of edit: the text of the n-th edit, and how to see that it has arrived. */
interface Edit {
  name: string;
  file: string;
  change: (source: string, run: number) => string;
  seen: (run: number) => Promise<unknown>;
}

/**
 * Measures a developer's day on a copy of the project: the first start, how long a saved file takes to be seen, and
 * what all processes weigh after many edits.
 *
 * @returns null, after saying why, where there is no browser
 */
export async function benchDev(options: {
  full: boolean;
  say: (line: string) => void;
}): Promise<PartResult | null> {
  let browser: Browser;
  try {
    browser = await launchBrowser();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NoBrowser')) throw error;
    options.say(`⚠ 跳过 npm run dev 的测量：${error.message}`);
    return null;
  }
  const project = await copyProject();
  options.say('正在测量 npm run dev（约三分钟，--full 约十分钟）……');
  let run: Run | undefined;
  try {
    const env = await devEnvironment(path.join(project.root, '.data'));
    const began = performance.now();
    run = startDev(project.root, { ...env, SKIP_ENV_FILE: '1' });
    await run.says('启动完成');
    const dev: RunningDev = {
      pid: run.pid,
      serverUrl: `http://127.0.0.1:${env.PORT}`,
      simulatorUrl: `http://127.0.0.1:${env.SIMULATOR_PORT}`,
      readyMs: performance.now() - began,
      longestSilenceMs: run.longestSilence(),
    };
    return await measured(dev, browser, project.root, options.full ? FULL_ROUNDS : ROUNDS);
  } finally {
    run?.stop();
    await run?.exitCode;
    await browser.close();
    await project.remove();
  }
}

async function measured(
  dev: RunningDev,
  browser: Browser,
  root: string,
  rounds: number,
): Promise<PartResult> {
  const phone = await browser.newPage();
  await phone.goto(dev.simulatorUrl, { waitUntil: 'domcontentloaded', timeout: PATIENCE_MS });
  await showsOnPhone(phone, '，张三');
  const consolePage = await browser.newPage();
  await consolePage.goto(`${dev.serverUrl}/console`, { timeout: PATIENCE_MS });
  await consolePage.getByText('登录管理后台').waitFor({ timeout: PATIENCE_MS });
  const edits = editsOf(dev, phone, consolePage);
  const before = await memoryOfTree(dev.pid);
  const times = new Map(edits.map(({ name }): [string, number[]] => [name, []]));
  for (let run = 0; run < rounds; run += 1) {
    for (const { name, file, change, seen } of edits) {
      const absolute = path.join(root, file);
      const source = await readFile(absolute, 'utf8');
      const shown = seen(run);
      const began = performance.now();
      await writeFile(absolute, change(source, run));
      await shown;
      times.get(name)?.push(performance.now() - began);
      await setTimeout(BETWEEN_MS);
    }
  }
  const after = await memoryOfTree(dev.pid);
  const medians = [...times].map(([name, all]) => ({ name, ms: median(all) }));
  return {
    part: 'dev',
    figures: [
      {
        title: `npm run dev，各 ${rounds} 次的中位数`,
        columns: ['', 'ms'],
        rows: medians.map(({ name, ms }) => [name, round(ms)]),
      },
      {
        title: '内存（所有进程，PSS，MiB）',
        columns: ['打开两个页面以后', `${rounds * edits.length} 次修改以后`],
        rows: [[text(before), text(after)]],
      },
    ],
    verdicts: [
      { name: '启动到可用', value: dev.readyMs, bar: readyBarMs, kind: 'max', unit: ' ms' },
      {
        name: '启动时最久没有一句话',
        value: dev.longestSilenceMs,
        bar: silenceBarMs,
        kind: 'max',
        unit: ' ms',
      },
      ...medians.flatMap(({ name, ms }): Verdict[] => {
        const bar = bars[name];
        return bar === undefined ? [] : [{ name, value: ms, bar, kind: 'max', unit: ' ms' }];
      }),
      ...(after === null
        ? []
        : [{ name: '所有进程的内存', value: after, bar: memoryBarMiB, kind: 'max', unit: ' MiB' } as const]),
    ],
    raw: { times: Object.fromEntries(times), before, after },
  };
}

const text = (value: number | null): string => (value === null ? '—' : String(Math.round(value)));

function editsOf(dev: RunningDev, phone: Page, consolePage: Page): Edit[] {
  return [
    {
      name: '保存 AXML 到屏幕更新',
      file: 'mini/pages/home/index.axml',
      change: (source, run) =>
        `${source.replace(/\n<view>第 \d+ 次<\/view>\n$/, '')}\n<view>第 ${run} 次</view>\n`,
      seen: (run) => showsOnPhone(phone, `第 ${run} 次`),
    },
    {
      name: '保存 ACSS 到屏幕更新',
      file: 'mini/app.acss',
      change: (source, run) =>
        `${source.replace(/\npage[^}]*}\n$/, '')}\npage { outline-offset: ${run + 1}px; }\n`,
      seen: (run) =>
        phone.waitForFunction(
          (wanted) =>
            document
              .querySelector('.phone-screen')
              ?.shadowRoot?.querySelector('style[data-style=app]')
              ?.textContent?.replace(/\s/g, '')
              .includes(wanted),
          `outline-offset:${run + 1}px`,
          { timeout: PATIENCE_MS },
        ),
    },
    {
      name: '保存小程序的 TS 到屏幕更新',
      file: 'mini/app.ts',
      change: (source, run) =>
        `${source.replace(/\nsetTimeout.*\n$/, '')}\nsetTimeout(() => dd.showToast({ content: '脚本 ${run}' }), 0);\n`,
      seen: (run) => showsOnPhone(phone, `脚本 ${run}`),
    },
    {
      name: '保存服务端代码到服务重新应答',
      file: 'server/plugins/headers.ts',
      change: (source, run) =>
        source.replace(
          /'cache-control': 'no-store'(, 'x-run': '\d+')? \}/,
          `'cache-control': 'no-store', 'x-run': '${run}' }`,
        ),
      seen: (run) =>
        until(
          async () => {
            const answer = await fetch(`${dev.serverUrl}/healthz`).catch(() => null);
            return answer?.headers.get('x-run') === String(run);
          },
          PATIENCE_MS,
          'the server answers again',
        ),
    },
    {
      name: '保存管理后台的页面到屏幕更新',
      file: 'server/console/app/sign-in/PasswordForm.vue',
      change: (source, run) => source.replace(/title="登录管理后台[^"]*"/, `title="登录管理后台 ${run}"`),
      seen: (run) =>
        consolePage.getByText(`登录管理后台 ${run}`, { exact: true }).waitFor({ timeout: PATIENCE_MS }),
    },
  ];
}

async function showsOnPhone(page: Page, wanted: string): Promise<void> {
  await page.waitForFunction(
    (part) =>
      document
        .querySelector('.phone-screen')
        ?.shadowRoot?.querySelector('.mini-phone')
        ?.textContent?.includes(part),
    wanted,
    { timeout: PATIENCE_MS },
  );
}
