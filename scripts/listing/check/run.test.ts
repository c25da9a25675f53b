import { columns } from '../../dev/table.ts';
import type { Finding, Rule } from '../rule.ts';
import { fail, notApplicable, pass, unknown } from '../rule.ts';
import { filledListing } from '../testing/filled.ts';
import { contextFor } from '../testing/project.ts';
import { checkPage } from './html-report.ts';
import { outcomeOf } from './outcome.ts';
import { projectFiles } from './project-files.ts';
import { runRules } from './run.ts';
import { terminalReport, wrapped } from './terminal.ts';

const rule = (id: string, check: NonNullable<Rule['check']>, more: Partial<Rule> = {}): Rule => ({
  id,
  section: '6',
  title: '证书有效',
  kind: 'forbidden',
  sentence: '不允许使用自制证书',
  how: '看证书',
  remedy: '换证书',
  check,
  ...more,
});
const gives = (id: string, finding: Finding, more: Partial<Rule> = {}) => rule(id, async () => finding, more);
const context = contextFor(projectFiles(process.cwd()));

test('a rule that throws or never ends is reported as a fault, and the others go on', async () => {
  const report = await runRules(
    [
      rule('throws', async () => {
        throw new Error('oops');
      }),
      rule('never-ends', () => new Promise(() => {})),
      gives('good', pass('好的')),
    ],
    context,
    { timeoutMs: 50 },
  );
  expect(report.results.map(({ id, state }) => [id, state])).toEqual([
    ['throws', 'fault'],
    ['never-ends', 'fault'],
    ['good', 'pass'],
  ]);
  expect(report.results[0]).toMatchObject({ detail: '规则自己出错了：oops' });
  expect(report.results[1]?.detail).toContain('没有查完');
  expect(report).toMatchObject({
    passed: false,
    open: ['throws', 'never-ends'],
    totals: { fault: 2, pass: 1 },
  });
});

test.each([
  ['pass', pass('x'), true],
  ['not-applicable', notApplicable('x'), true],
  ['fail', fail('x'), false],
  ['unknown', unknown('x'), false],
] as const)(
  'a rule of the guide that is %s blocks a listing, or does not',
  async (_state, finding, passed) => {
    expect((await runRules([gives('one', finding)], context)).passed).toBe(passed);
    expect((await runRules([gives('one', finding, { kind: 'required' })], context)).passed).toBe(passed);
    expect((await runRules([gives('one', finding, { kind: 'own' })], context)).passed).toBe(true);
  },
);

test('an unanswered question blocks the listing; the remedy of the finding goes before that of the rule', async () => {
  const asked: Rule = {
    id: 'asked',
    section: '4',
    title: '沟通过',
    kind: 'required',
    sentence: '先线下沟通',
    remedy: '去沟通',
    question: { ask: '沟通过吗？', evidence: null },
  };
  const report = await runRules(
    [asked, gives('other', fail('x', [], '自己的办法')), gives('good', pass('x'))],
    context,
  );
  expect(report.open).toEqual(['asked', 'other']);
  expect(report.results.map(({ remedy }) => remedy)).toEqual([
    expect.stringContaining('answers.asked'),
    '自己的办法',
    '',
  ]);
});

test('a rule runs once in a check, also where another rule asks for its result', async () => {
  let times = 0;
  const counted = rule('counted', async () => {
    times += 1;
    return fail(`第 ${times} 次`);
  });
  const one = { ...context };
  const curious = rule('curious', async () => pass((await outcomeOf(counted, one)).detail));
  const { results } = await runRules([curious, counted], one);
  expect(results.map(({ detail }) => detail)).toEqual(['第 1 次', '第 1 次']);
  // Another check looks anew.
  expect((await runRules([counted], { ...context })).results[0]?.detail).toBe('第 2 次');
});

test('a 情况说明 excuses what the guide demands, and nothing that it forbids', async () => {
  const listing = filledListing();
  listing.exceptions.one = { problem: 'a', reason: 'b', plan: 'c', date: '2026-11-24' };
  const look = (kind: Rule['kind']) => runRules([gives('one', fail('x'), { kind })], { ...context, listing });
  expect(await look('required')).toMatchObject({ passed: true, results: [{ excused: true, state: 'fail' }] });
  expect(await look('forbidden')).toMatchObject({ passed: false, results: [{ excused: false }] });
});

test('a rule is skipped for other kinds of apps, and asks for the facts that it needs', async () => {
  const listing = filledListing();
  listing.owner.phone = null;
  const never = () => {
    throw new Error('was looked at');
  };
  const { results } = await runRules(
    [
      rule('h5-only', never, { only: ['h5'] }),
      rule('approved-only', never, { only: ['approved'] }),
      rule('by-phone', never, { facts: ['owner.phone', 'owner.office'] }),
    ],
    { ...context, listing },
  );
  expect(results.map(({ state, facts }) => [state, facts])).toEqual([
    ['not-applicable', []],
    ['not-applicable', []],
    ['question', ['owner.phone']],
  ]);
});

describe('what people read', () => {
  const report = () =>
    runRules(
      [
        gives('good', pass('好')),
        gives('bad', fail('证书已于 2026-11-01 过期，钉钉会拦截，应用打不开。'.repeat(4), ['<b>证据</b>'])),
        gives('advice', unknown('没有网络'), { kind: 'own', section: '7' }),
        gives('far', unknown('没有应答'), { after: 'deploy', section: '7' }),
        gives('https-only', fail('没有应答'), { after: 'deploy' }),
      ],
      context,
      { rehearsal: ['app:443 换成了 127.0.0.1:8443。'] },
    );

  test('no line of the report is wider than the terminal; a Chinese character takes two columns', async () => {
    const text = terminalReport(await report(), { colour: false, width: 80 });
    for (const line of text.split('\n')) expect(columns(line)).toBeLessThanOrEqual(80);
    expect(text).toMatch(
      /下一步：再改好这几条，共 1 项。\n\n再改好这几条\n {2}证书有效（bad）[\s\S]*\n再部署：[^\n]*\n {2}证书有效（https-only）[^\n]*\n {2}其余 1 条，等应用域名打得开再查/,
    );
    expect(text).toContain('6、域名以及 SSL 证书（1/3）');
    expect(text).toContain('怎么办：换证书');
    expect(text).toContain('还有 3 条指南的要求没有通过。工程自查另有 1 条可以改进，不影响上架。');
    expect(text).toContain('演练');
    expect(text).not.toContain('\u001b');
  });

  test('the terminal gets colours only where they are wanted', async () => {
    expect(terminalReport(await report(), { colour: true, width: 80 })).toContain('\u001b[31m不通过');
  });

  test('the page of the report shows every rule and runs no script', async () => {
    const page = checkPage(await report());
    expect(page).toContain('再改好这几条');
    expect(page).toContain('不允许使用自制证书');
    expect(page).toContain('&lt;b&gt;证据&lt;/b&gt;');
    expect(page).toContain('不能作为上架材料');
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  test.each([
    ['中文字，标点不在行首。', 6, ['中文', '字，标', '点不在', '行首。']],
    ['one two three', 8, ['one two', 'three']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['', 10, []],
  ])('“%s” is broken into lines of %i columns', (text, width, expected) => {
    expect(wrapped(text, width, '')).toEqual(expected);
  });
});
