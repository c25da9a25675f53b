import { columns } from '../../dev/table.ts';
import type { Finding, Rule } from '../rule.ts';
import { fail, notApplicable, pass, question, unknown } from '../rule.ts';
import { filledListing } from '../testing/filled.ts';
import { contextFor } from '../testing/project.ts';
import { checkPage } from './html-report.ts';
import { outcomeOf } from './outcome.ts';
import { projectFiles } from './project-files.ts';
import { runRules } from './run.ts';
import { terminalReport, wrapped } from './terminal.ts';

const rule = (id: string, check: Rule['check'], more: Partial<Rule> = {}): Rule => ({
  id,
  section: '6',
  title: '证书有效',
  severity: 'must',
  how: '看证书',
  remedy: '换证书',
  check,
  ...more,
});
const gives = (id: string, finding: Finding, more: Partial<Rule> = {}) => rule(id, async () => finding, more);
const context = contextFor(projectFiles(process.cwd()));

test('a broken rule is its own fault, and the others go on', async () => {
  let aborted = false;
  const report = await runRules(
    [
      rule('throws', async () => {
        throw new Error('oops');
      }),
      rule(
        'never-ends',
        (_context, signal) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              aborted = true;
            });
          }),
      ),
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
  expect(aborted).toBe(true);
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
] as const)('a must that is %s', async (_state, finding, passed) => {
  expect((await runRules([gives('one', finding)], context)).passed).toBe(passed);
  expect((await runRules([gives('one', finding, { severity: 'should' })], context)).passed).toBe(true);
});

test('an unanswered question is in the way, and what to do is the finding’s own where it has any', async () => {
  const asked = question({
    id: 'asked',
    section: '4',
    title: '沟通过',
    severity: 'must',
    remedy: '去沟通',
    question: { ask: '沟通过吗？', evidence: null },
  });
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

test('a rule runs once in a check, also for those that ask what it came to', async () => {
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

test('a 情况说明 is told beside a rule that is not met, and changes nothing else', async () => {
  const listing = filledListing();
  listing.exceptions.one = { problem: 'a', reason: 'b', plan: 'c', risk: 'd', date: '2026-11-24' };
  const { results, passed } = await runRules([gives('one', fail('x'))], { ...context, listing });
  expect(results[0]?.excused).toBe(true);
  expect(passed).toBe(false);
});

describe('what people read', () => {
  const report = () =>
    runRules(
      [
        gives('good', pass('好')),
        gives('bad', fail('证书已于 2026-11-01 过期，钉钉会拦截，应用打不开。'.repeat(4), ['<b>证据</b>'])),
        gives('advice', unknown('没有网络'), { severity: 'should', section: '7' }),
      ],
      context,
      { rehearsal: ['app:443 换成了 127.0.0.1:8443。'] },
    );

  test('the terminal: no line is wider than it, Chinese counted as two', async () => {
    const text = terminalReport(await report(), { colour: false, width: 80 });
    for (const line of text.split('\n')) expect(columns(line)).toBeLessThanOrEqual(80);
    expect(text).toContain('6、域名以及 SSL 证书（1/2）');
    expect(text).toContain('怎么办：换证书');
    expect(text).toContain('还有 1 条必须的规则没有通过：bad。另有 1 条建议可以改进。');
    expect(text).toContain('演练');
    expect(text).not.toContain('\u001b');
  });

  test('colours only where they are wanted', async () => {
    expect(terminalReport(await report(), { colour: true, width: 80 })).toContain('\u001b[31m不通过');
  });

  test('a page that shows everything and runs nothing', async () => {
    const page = checkPage(await report());
    expect(page).toContain('先解决这 1 条');
    expect(page).toContain('&lt;b&gt;证据&lt;/b&gt;');
    expect(page).toContain('不能作为上架材料');
    expect(page).not.toMatch(/<script|https?:\/\//);
  });

  test.each([
    ['中文字，标点不在行首。', 6, ['中文', '字，标', '点不在', '行首。']],
    ['one two three', 8, ['one two', 'three']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['', 10, []],
  ])('%s in %i columns', (text, width, expected) => {
    expect(wrapped(text, width, '')).toEqual(expected);
  });
});
