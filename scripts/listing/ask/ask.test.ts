import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runHere } from '../../../server/testing/run-here.ts';
import { emptyListing } from '../listing.ts';
import { parseListing } from '../listing-file.ts';
import { newListing } from '../listing-template.ts';
import { rules } from '../rules/index.ts';
import { filledListing } from '../testing/filled.ts';
import { withAnswer } from './answer.ts';
import type { Ask } from './ask-one.ts';
import { askAll, main } from './command.ts';
import { formQuestions, openQuestions } from './questions.ts';

/** The form of a listing, in a terminal and from a file. */

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'form-'));
  await writeFile(path.join(folder, 'listing.yaml'), newListing([]));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = () => readFile(path.join(folder, 'listing.yaml'), 'utf8');
const run = (args: readonly string[]) => runHere(main, args, { cwd: folder });

/** Answers by the question's words; Enter for all others. */
async function talk(answers: Readonly<Record<string, string[]>>, again = false) {
  const said: string[] = [];
  const ask: Ask = async () => {
    const title = said.findLast((line) => line.startsWith('\n')) ?? '';
    const key = Object.keys(answers).find((one) => title.includes(one));
    if (key === '停') return null;
    return answers[key ?? '']?.shift() ?? '';
  };
  const { code } = await runHere(async () => askAll(ask, again, (line) => said.push(line)), [], {
    cwd: folder,
  });
  return { code, said: said.join('\n') };
}

test('every example is accepted exactly as it is shown, and an app of one form needs 28 answers in all', async () => {
  let file = newListing([]);
  let answered = 0;
  for (;;) {
    const [question] = openQuestions(parseListing(file), rules);
    if (question === undefined) break;
    const result = withAnswer(file, question, question.example);
    expect([question.path, result]).toEqual([question.path, { text: expect.any(String) }]);
    file = 'text' in result ? result.text : '';
    answered += 1;
  }
  expect(parseListing(file).app).toMatchObject({ name: '工单助手', forms: ['miniprogram'], stage: '审批前' });
  expect(answered).toBe(28);
});

test('questions about other kinds of apps, or about the time after the approval, are not asked', () => {
  const set = Object.assign;
  const asked = (change: (listing: ReturnType<typeof filledListing>) => unknown) => {
    const listing = filledListing();
    change(listing);
    return formQuestions(listing, rules).map(({ path: at }) => at);
  };
  const mini = asked(() => {});
  expect(mini).not.toEqual(expect.arrayContaining(['scope.applicant']));
  for (const none of [
    'scope.permissions',
    'stability.bid',
    'organisations.production',
    'answers.session-cache',
  ]) {
    expect(mini).not.toContain(none);
  }
  expect(asked(({ app }) => set(app, { stage: '审批后' }))).toContain('organisations.production');
  expect(asked(({ app }) => set(app, { forms: ['h5'], stage: '审批后' }))).toEqual(
    expect.arrayContaining(['stability.bid', 'answers.session-cache', 'answers.stability-tested-on-phone']),
  );
  expect(asked(({ scope }) => set(scope, { superExecutives: true }))).toContain(
    'answers.super-executive-trial',
  );
  expect(asked(({ scope }) => set(scope, { users: 'beyond' }))).toContain('scope.applicant');
  expect(formQuestions(emptyListing(), rules).map(({ path: at }) => at)).not.toContain(
    'answers.gray-release',
  );
});

test.each([
  ['app.forms', '微信', '只能选：1 小程序，2 H5 微应用；几个都要的用逗号隔开，如 1,2，例如 小程序'],
  ['app.pc', '也许', '只能选：1 是，2 否，例如 否'],
  ['scope.expectedUsers', '三百', '要写一个整数，例如 300'],
  ['deployment.instances', '10.1.0.11', '要写成 地址:端口，几个用逗号隔开，例如 10.1.0.11:3001'],
  [
    'domain.name',
    'https://app.gov.cn',
    '应是一个域名，不是 IP 地址，不带 https:// 和路径，例如 app.example.gov.cn',
  ],
  ['answers.internal-app', '大概', '要写 是 或 否，例如 是'],
])('%s: “%s” is answered with what was expected and an example', (at, typed, expected) => {
  const file = newListing([]);
  const [question] = formQuestions(filledListing(), rules).filter(({ path: one }) => one === at);
  if (question === undefined) throw new Error(`not asked: ${at}`);
  expect(withAnswer(file, question, typed)).toEqual({ expected });
});

test('in a terminal each answer is stored at once beside the comments, a wrong one is asked again', async () => {
  const { code, said } = await talk({
    应用名称: ['工单助手'],
    应用形态: ['微信', '1，2'],
    '是否要在 PC 端使用': ['2'],
    '平台\n': ['钉钉'],
    互联网接入区的网关地址: ['10.0.0.10，10.0.0.11'],
    应用实例: ['10.1.0.11:3001 10.1.0.12:3001'],
    企业内部应用: ['是 evidence/app.png'],
  });
  expect(code).toBe(1);
  expect(said).toMatch(/ {2}只能选：1 小程序/);
  expect(said).toMatch(/还有 \d+ 项没有填，答过的都已存好/);
  const listing = parseListing(await text());
  expect(listing.app).toMatchObject({ name: '工单助手', forms: ['miniprogram', 'h5'], pc: false });
  expect(listing.deployment).toMatchObject({
    gateway: ['10.0.0.10', '10.0.0.11'],
    instances: [
      { host: '10.1.0.11', port: 3001 },
      { host: '10.1.0.12', port: 3001 },
    ],
  });
  expect(listing.answers).toEqual({ 'internal-app': { answer: 'yes', evidence: 'evidence/app.png' } });
  const comments = (file: string) => file.split('\n').filter((line) => /^\s*#/.test(line));
  expect(comments(await text())).toEqual(comments(newListing([])));
  // The next run asks the remaining questions.
  expect((await talk({})).said).not.toContain('应用名称');
  expect((await talk({ 应用名称: [''] }, true)).said).toContain('应用名称');
});

test('an app of the own line is not asked who applies: it is the owner', async () => {
  await talk({ 给谁用: ['本单位条线内'], 通讯录权限: ['1'] });
  expect(parseListing(await text()).scope).toMatchObject({
    users: 'own-line',
    contacts: 'none',
    applicant: 'owner',
  });
});

test('without a terminal the open questions are listed as a file, which is taken as it is', async () => {
  const { code, stdout } = await run([]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^# 还有 \d+ 项/);
  await writeFile(path.join(folder, '答案.yaml'), stdout);
  expect(await run(['答案.yaml'])).toMatchObject({ code: 0, stdout: '都填好了。下一步：npm run check\n' });
});

test('a file of answers may use names or paths; wrong answers are named and the others are taken', async () => {
  await writeFile(
    path.join(folder, 'a.yaml'),
    '应用名称: 工单助手\napp.forms: [小程序, H5 微应用]\n预计使用人数: 很多\n没有的: 1\n是否使用 VPN 接入: no\n',
  );
  const { code, stderr } = await run(['a.yaml']);
  expect(code).toBe(1);
  expect(stderr).toBe('预计使用人数：要写一个整数，例如 300\n没有的：没有这一项，或者这个应用不用填\n');
  expect(parseListing(await text())).toMatchObject({
    app: { name: '工单助手', forms: ['miniprogram', 'h5'] },
    deployment: { vpn: false },
  });
});

test.each([
  [['no-such-file.yaml'], '读不了 no-such-file.yaml'],
  [['--nonsense'], '用法：'],
  [['a', 'b'], '用法：'],
])('%j is answered with what is expected', async (args, words) => {
  expect((await run(args)).stderr).toContain(words);
});
