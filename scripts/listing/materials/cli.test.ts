import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { runHere } from '../../../server/testing/run-here.ts';
import { newListing } from '../listing-template.ts';
import { rules } from '../rules/index.ts';
import { answersTo } from '../testing/filled.ts';
import { openLive, restore } from '../testing/live.ts';
import { whole } from '../testing/materials.ts';
import { createProject, evidence, type TestProject } from '../testing/project.ts';
import { readRequest } from './arguments.ts';
import { main } from './command.ts';

/** The command as a vendor runs it, in their project, without a terminal. */

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** The app is in the process that checks it, and answers when that is not busy. */
const patienceMs = 60_000;

let project: TestProject;
beforeEach(async () => {
  project = await createProject();
});
afterEach(() => project.remove());

const runIn = (cwd: string, args: readonly string[]) =>
  runHere((words) => main(words, patienceMs), args, { cwd, env: { NODE_ENV: 'test' } });

test('a listing in which nothing is known yet ends with 1 and the list of what is missing', async () => {
  await project.write('listing.yaml', newListing([]));
  const { code, output } = await runIn(project.folder, ['out']);
  expect(output).toMatch(/还缺 \d+ 项/);
  expect(output).toMatch(/业主联系电话\n\s+listing\.yaml 的 owner\.phone\n\s+例如 phone: "0571-00000000"/);
  expect(output).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
  const made = path.join(project.folder, 'out', '上架材料');
  for (const name of ['0-目录.html', '1-上架申请信息.docx', '6-体检报告.html', '6-体检报告.json']) {
    expect([name, existsSync(path.join(made, name))]).toEqual([name, true]);
  }
  expect(existsSync(`${made}.zip`)).toBe(true);
  // The check-up's own report, of all rules.
  const report = JSON.parse(await readFile(path.join(made, '6-体检报告.json'), 'utf8')) as {
    results: { id: string; state: string }[];
  };
  expect(report.results.length).toBeGreaterThan(60);
  expect(report.results.filter(({ state }) => state === 'fault')).toEqual([]);
});

test('what cannot be understood is answered with the usage', () => {
  for (const args of [['--nonsense'], ['one', 'two'], ['--out', 'one', 'two'], ['--connect', 'x']]) {
    expect(() => readRequest(args)).toThrow(/用法：\n {2}npm run (?:listing|check)/);
  }
  expect(readRequest(['--help'])).toBeNull();
  expect(readRequest([])).toMatchObject({ out: 'listing', envFile: null, rehearsal: [] });
  expect(readRequest(['elsewhere', '--env', 'production.env'])).toMatchObject({
    out: 'elsewhere',
    envFile: 'production.env',
  });
});

test('a complete listing of a running app ends with 0: every file, and nothing is missing', async () => {
  const live = await openLive();
  try {
    await restore(live);
    live.listing.answers = answersTo(rules, evidence);
    const env = Object.entries(live.env).map(([name, value]) => `${name}=${value}\n`);
    const developmentEnv = Object.entries(live.developmentEnv).map(([name, value]) => `${name}=${value}\n`);
    for (const [file, text] of [
      ['listing.yaml', stringify(live.listing)],
      ['.env', developmentEnv.join('')],
      ['production.env', env.join('')],
      ['root.pem', live.system.root.cert],
      ['listing/loadtest/压测报告.docx', 'report'],
      ['listing/loadtest/压测报告.html', 'report'],
    ] as const) {
      await live.project.write(file, text);
    }
    const connect = [...live.system.connect].flatMap(([from, to]) => [
      '--connect',
      `${from}=${to.host}:${to.port}`,
    ]);
    const { code, output } = await runIn(live.project.folder, [
      '--env',
      'production.env',
      '--ca',
      'root.pem',
      ...connect,
    ]);
    expect(output).toContain('材料齐全');
    expect(output).not.toContain('还缺');
    expect(code).toBe(0);
    const made = path.join(live.project.folder, 'listing', '上架材料');
    const files = (await readdir(made)).filter((name) => name !== '.generated.json').sort();
    expect(files).toEqual([...whole, '8-证明材料']);
    // It was a rehearsal, and the contents page says so.
    expect(await readFile(path.join(made, '0-目录.html'), 'utf8')).toContain('不能提交');
  } finally {
    await live.system.close();
    await live.project.remove();
  }
});
