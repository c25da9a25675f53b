import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { type EndedHere, runHere } from '../../../server/testing/run-here.ts';
import { rules } from '../rules/index.ts';
import { answersTo } from '../testing/filled.ts';
import { type Live, openLive, restore } from '../testing/live.ts';
import { evidence } from '../testing/project.ts';
import { host, send } from '../testing/system.ts';
import { main } from './command.ts';
import type { CheckReport } from './report.ts';

/** `npm run check` as vendors run it, in a project, against a running system. */

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** The app is in the process that checks it, and answers when that is not busy. */
const patienceMs = 60_000;

let h: Live;
beforeAll(async () => {
  h = await openLive();
});
afterAll(async () => {
  await h?.system.close();
  await h?.project.remove();
});
beforeEach(async () => {
  await restore(h);
  h.listing.answers = answersTo(rules, evidence);
  h.listing.app.forms = ['miniprogram', 'h5'];
  await save();
});

/** Writes what the test has in hand into the project. */
async function save(): Promise<void> {
  await h.project.write('listing.yaml', stringify(h.listing));
  const lines = (env: Record<string, string>) =>
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  await h.project.write('.env', lines(h.developmentEnv));
  await h.project.write('production.env', lines(h.env));
  await h.project.write('root.pem', h.system.root.cert);
  await rm(path.join(h.project.folder, 'listing/check'), { recursive: true, force: true });
}

function run(args: readonly string[]): Promise<EndedHere> {
  const connect = [...h.system.connect].flatMap(([from, to]) => [
    '--connect',
    `${from}=${to.host}:${to.port}`,
  ]);
  return start([...connect, '--ca', 'root.pem', '--env', 'production.env', ...args]);
}

const start = (args: readonly string[], cwd = h.project.folder) =>
  runHere((words) => main(words, patienceMs), args, { cwd, env: { NODE_ENV: undefined } });

const written = async () =>
  JSON.parse(await readFile(path.join(h.project.folder, 'listing/check/report.json'), 'utf8')) as CheckReport;

test('everything in order: 0, a table, and both reports', async () => {
  const { code, stdout, stderr } = await run([]);
  expect({ code, stderr, open: (await written()).open }).toEqual({ code: 0, stderr: '', open: [] });
  expect(stdout).toContain('必须的规则都通过了');
  expect(stdout).not.toContain('\u001b');
  const report = await written();
  expect(report).toMatchObject({ app: '工单助手', domain: host, passed: true, partial: false });
  expect(report.results).toHaveLength(rules.length);
  expect(report.rehearsal.join()).toContain('root.pem');
  const page = await readFile(path.join(h.project.folder, 'listing/check/体检报告.html'), 'utf8');
  for (const { title } of rules) expect(page).toContain(title);
  // What rules must never tell.
  expect(JSON.stringify(report)).not.toMatch(/app:secret/);
});

test('one thing broken: 1, and exactly that rule is in the way', async () => {
  h.system.answers.set('/readyz', send(503, {}));
  const { code, stdout } = await run(['--json']);
  expect(code).toBe(1);
  const report = JSON.parse(stdout) as CheckReport;
  expect(report.open).toEqual(['service-ready']);
  expect(await written()).toEqual(report);
});

test('one question unanswered: 1', async () => {
  delete h.listing.answers['owner-applies'];
  h.listing.scope.applicant = null;
  h.listing.answers['development-finished'] = { answer: null };
  await save();
  const { code, stdout } = await run(['--only', 'development-finished', '--json']);
  expect(code).toBe(1);
  expect((JSON.parse(stdout) as CheckReport).open).toEqual(['development-finished']);
});

test('single rules by name: nothing else is looked at, and the whole report stays', async () => {
  const { code, stdout } = await run(['hsts', 'https-only']);
  expect(code).toBe(0);
  expect(stdout).toContain('查的这几条里');
  expect(stdout).not.toContain('signin-live');
  expect(existsSync(path.join(h.project.folder, 'listing/check'))).toBe(false);
});

test('advice alone is not in the way', async () => {
  h.system.headers.delete('strict-transport-security');
  const { code, stdout } = await run(['hsts']);
  expect(code).toBe(0);
  expect(stdout).toContain('另有 1 条建议');
});

test.each([
  [['no-such-rule'], '没有这条规则：no-such-rule'],
  [['--connect', 'nonsense'], '--connect 应写成'],
  [['--ca', 'no-such-file.pem'], '读不到文件 no-such-file.pem'],
  [['--what'], '看不懂这些参数'],
])('%j', async (args, words) => {
  const { code, stderr } = await start(args);
  expect(code).toBe(1);
  expect(stderr).toContain(words);
});

test('no listing.yaml yet: says how to make it', async () => {
  const { code, stderr } = await start([], path.join(h.project.folder, 'evidence'));
  expect(code).toBe(1);
  expect(stderr).toContain('npm run init');
});
