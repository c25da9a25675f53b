import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BuiltConsole, buildConsole } from '../../server/console/build.ts';
import { type ConsoleStack, openConsole } from '../../server/console/e2e/support/console.ts';
import type { PersonPage } from '../../server/console/e2e/support/person-page.ts';
import type { Measurement } from './measurements.ts';

const RUNS = 7;

/**
 * Measures how long a page of the console takes from its address to its content, in the browser that is installed:
 * in a new profile, where every file comes over the wire, and opened again in the same one.
 *
 * @returns the times, and what the build says of its first pages.
 * @throws NoBrowser where no browser is installed.
 */
export async function benchConsole(): Promise<{ measurements: Measurement[]; built: BuiltConsole }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'console-bench-'));
  let stack: ConsoleStack | null = null;
  try {
    const built = await buildConsole(folder);
    stack = await openConsole({ folder });
    const open = (page: PersonPage) => page.open('/');
    const measurements = [
      ...(await loads(
        stack,
        '登录页',
        (one) => one.newPage(),
        async (page) => {
          await open(page);
          await page.page.getByRole('textbox', { name: '密码' }).waitFor();
        },
      )),
      ...(await loads(stack, '概览（管理员已登录）', signedIn, async (page) => {
        await page.open('/overview');
        await page.sees('需要处理');
      })),
      ...(await loads(stack, '人员（管理员已登录）', signedIn, async (page) => {
        await page.open('/people');
        await page.sees('zhangsan');
      })),
    ];
    return { measurements, built };
  } finally {
    await stack?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A window with a live session, on a page that loads none of the console's files. */
async function signedIn(stack: ConsoleStack): Promise<PersonPage> {
  const page = await stack.newPage();
  const answer = await page.page.request.post(`${stack.url}/api/auth/console/sign-in`, {
    data: { username: 'admin', password: 'dev-pass-2026' },
  });
  if (!answer.ok()) throw new Error(await answer.text());
  return page;
}

async function loads(
  stack: ConsoleStack,
  name: string,
  start: (stack: ConsoleStack) => Promise<PersonPage>,
  show: (page: PersonPage) => Promise<void>,
): Promise<Measurement[]> {
  const cold: number[] = [];
  const warm: number[] = [];
  const plain: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const page = await start(stack);
    cold.push(await timed(() => show(page)));
    warm.push(await timed(() => show(page)));
    plain.push(await timed(() => page.page.goto(`${stack.url}/healthz`)));
    await page.close();
  }
  const baseline = { name: '打开一个空页面', ms: median(plain) };
  return [
    { name: `${name}，首次打开`, ms: median(cold), baseline, runs: RUNS },
    { name: `${name}，再次打开`, ms: median(warm), baseline, runs: RUNS },
  ];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
