import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { runHere } from '../../server/testing/run-here.ts';
import { main as checkMain } from './check/command.ts';
import type { CheckReport } from './check/report.ts';
import { newListing } from './listing-template.ts';
import { main as listingMain } from './materials/command.ts';
import { screens, screensFolder } from './materials/screens.ts';
import { rules } from './rules/index.ts';
import {
  answersTo,
  approvedListing,
  developersEnvironment,
  host,
  loadTest,
  productionEnvironment,
} from './testing/filled.ts';
import { picture, whole } from './testing/materials.ts';
import { createProject, evidence, type TestProject } from './testing/project.ts';
import { startSystem, type TestSystem } from './testing/system.ts';

/** `npm run check` and `npm run listing` as vendors run them, in a project, against a running system. */

let system: TestSystem;
let project: TestProject;
beforeAll(async () => {
  [system, project] = await Promise.all([startSystem(), createProject()]);
  const lines = (env: Record<string, string>) =>
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  const listing = { ...approvedListing(['miniprogram', 'h5']), answers: answersTo(rules, evidence) };
  for (const [file, text] of [
    ['listing.yaml', stringify(listing)],
    ['.env', lines(developersEnvironment())],
    ['production.env', lines(productionEnvironment())],
    ['root.pem', system.root],
    ['listing/loadtest/report.json', JSON.stringify(loadTest())],
    ...Object.keys(screens).map((name) => [`${screensFolder}/${name}.png`, picture] as const),
    ['empty/listing.yaml', newListing([])],
  ] as const) {
    await project.write(file, text);
  }
});
afterAll(async () => {
  await system?.close();
  await project?.remove();
});

/** The app is in the process that checks it, and answers when that is not busy. */
const patienceMs = 60_000;

/** A simulator that somebody runs on this machine takes no pictures for the tests. */
const env = { NODE_ENV: undefined, SIMULATOR_PORT: '1' };

const start = (main: typeof checkMain, args: readonly string[], cwd = project.folder) =>
  runHere((words) => main(words, patienceMs), args, { cwd, env });

/** With the network of the test in place of the real one. */
const rehearse = (main: typeof checkMain, args: readonly string[] = []) =>
  start(main, [
    ...[...system.connect].flatMap(([from, to]) => ['--connect', `${from}=${to}`]),
    ...['--ca', 'root.pem', '--env', 'production.env', ...args],
  ]);

const written = async () =>
  JSON.parse(await readFile(path.join(project.folder, 'listing/check/report.json'), 'utf8')) as CheckReport;

describe('npm run check', () => {
  test('an app in order: the check ends with 0 and writes both reports', async () => {
    const { code, stdout, stderr } = await rehearse(checkMain);
    const report = await written();
    expect({ code, stderr, open: report.open }).toEqual({ code: 0, stderr: '', open: [] });
    expect(stdout).toMatch(/审批后：.*\n下一步：没有要做的/);
    expect(stdout).toContain('指南的要求都通过了');
    expect(stdout).not.toContain('\u001b');
    expect(report).toMatchObject({
      app: '工单助手',
      domain: host,
      passed: true,
      partial: false,
      stage: '审批后',
    });
    expect(report.results.filter(({ state }) => !/^(pass|not-applicable)$/.test(state))).toEqual([]);
    expect(report.results).toHaveLength(rules.length);
    expect(report.rehearsal.join()).toContain('root.pem');
    const page = await readFile(path.join(project.folder, 'listing/check/体检报告.html'), 'utf8');
    for (const { title } of rules) expect(page).toContain(title);
    // Words that rules must never show.
    expect(JSON.stringify(report)).not.toMatch(/app:secret/);
  });

  test('an empty listing.yaml: the check ends with 1 and begins with the facts that most rules wait for', async () => {
    const { code, stdout } = await start(checkMain, [], path.join(project.folder, 'empty'));
    expect(code).toBe(1);
    const lines = stdout.split('\n');
    expect(lines.findIndex((line) => line.startsWith('1、接口'))).toBeLessThan(40);
    expect(stdout).toMatch(
      /审批前：生产服务器用测试参数[\s\S]*下一步：先填这几项（npm run listing ask[^\n]*，共 \d+ 项。\n\n先填这几项[^\n]*\n {2}域名：应用域名（不带 https:\/\/）：domain\.name，例如 name: [^\n]*（\d+ 条规则等它）/,
    );
    expect(stdout).not.toMatch(/organisations\.production/);
  });

  test('rules may be checked by name, and the report of the whole check stays', async () => {
    await rm(path.join(project.folder, 'listing/check'), { recursive: true, force: true });
    system.answers.set('/api/auth/login', { status: 503, type: 'application/json', body: '{}' });
    const { code, stdout } = await rehearse(checkMain, ['signin-live', 'hsts', '--json']);
    system.answers.delete('/api/auth/login');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ open: ['signin-live'], partial: true });
    expect(existsSync(path.join(project.folder, 'listing/check'))).toBe(false);
  });

  test.each([
    [['no-such-rule'], '没有这条规则：no-such-rule'],
    [['--connect', 'nonsense'], '--connect 应写成'],
    [['--ca', 'no-such-file.pem'], '读不到文件 no-such-file.pem'],
    [['--what'], '看不懂这些参数'],
  ])('%j is answered with what is expected', async (args, words) => {
    const { code, stderr } = await start(checkMain, args);
    expect(code).toBe(1);
    expect(stderr).toContain(words);
  });

  test('without a listing.yaml the check says how to make one', async () => {
    const { code, stderr } = await start(checkMain, [], path.join(project.folder, 'evidence'));
    expect(code).toBe(1);
    expect(stderr).toContain('npm run init');
  });
});

describe('npm run listing', () => {
  test('an empty listing.yaml: the materials end with 1 and the list of what is missing', async () => {
    const { code, output } = await start(listingMain, ['out'], path.join(project.folder, 'empty'));
    expect(output).toMatch(/还缺 \d+ 项/);
    expect(output).toMatch(/业主联系电话\n\s+listing\.yaml 的 owner\.phone\n\s+例如 phone: "0571-00000000"/);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
    const made = path.join(project.folder, 'empty', 'out', '上架材料');
    for (const name of ['0-目录.html', '1-上架申请信息.docx', '6-自查报告.docx']) {
      expect([name, existsSync(path.join(made, name))]).toEqual([name, true]);
    }
    expect(existsSync(`${made}.zip`)).toBe(true);
  });

  test('an app in order: every file is written, nothing is missing, and it ends with 0', async () => {
    const { code, output } = await rehearse(listingMain);
    expect(output).toContain('材料齐全');
    expect(output).not.toContain('还缺');
    expect(code).toBe(0);
    const made = path.join(project.folder, 'listing', '上架材料');
    const files = (await readdir(made)).filter((name) => name !== '.generated.json').sort();
    expect(files).toEqual([...whole, '8-证明材料']);
    // It was a rehearsal, and the contents page says so.
    expect(await readFile(path.join(made, '0-目录.html'), 'utf8')).toContain('不能提交');
  });

  test.each([[['--nonsense']], [['one', 'two']], [['--connect', 'x']]])(
    '%j is answered with the usage',
    async (args) => {
      expect((await start(listingMain, args)).stderr).toMatch(/用法：\n {2}npm run listing/);
    },
  );
});
