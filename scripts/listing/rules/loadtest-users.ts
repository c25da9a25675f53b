import { missedBars } from '../../loadtest/verdict.ts';
import { askForFacts } from '../facts/facts.ts';
import { loadTest } from '../facts/loadtest.ts';
import { answered, pass, type Question, type Rule, unknown } from '../rule.ts';

/** The guide names no figure: a rule of thumb for how many of an app's people use it in the same moment. */
const atOnce = 0.05;

const asked: Question = { ask: '压测的并发量是否按实际会同时使用的人数定的？', evidence: null };

/** Guide 9: 「压测的并发量原则不低于 50，具体值可参考实际的使用用户数」. */
export const loadtestUsers: Rule = {
  id: 'loadtest-users',
  section: '9',
  title: '压测的并发量与预计的使用人数相称。',
  severity: 'should',
  how: '比较 listing/loadtest/report.json 里测完并达标的最高一档与 listing.yaml 的 scope.expectedUsers；不到 5% 的（经验值，指南没有定数）回答 answers.loadtest-users。',
  remedy:
    '按会同时使用的人数加压：npm run loadtest https://应用域名 "50,200,1000"；很少同时用的，回答 answers.loadtest-users，在 note 里写明怎样算的。',
  question: asked,
  async check(context) {
    const asking = askForFacts(context.listing, ['scope.expectedUsers']);
    if (asking !== null) return asking;
    const users = context.listing.scope.expectedUsers ?? 0;
    return loadTest(context, async ({ report, told }) => {
      const good = report.steps.filter((step) => step.complete && missedBars(step).length === 0);
      if (good.length === 0) return unknown('没有测完并达标的一档，没法判断。', [told]);
      const most = Math.max(...good.map(({ connections }) => connections));
      const figures = `预计 ${users} 人使用，达标的最高一档是 ${most} 并发。`;
      if (most >= users * atOnce) return pass(figures, [told]);
      const finding = await answered(context, loadtestUsers.id, asked);
      return {
        ...finding,
        detail: `${figures}不到人数的 ${atOnce * 100}%。${finding.detail}`,
        evidence: [told, ...finding.evidence],
      };
    });
  },
};
