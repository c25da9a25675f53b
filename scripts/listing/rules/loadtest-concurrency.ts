import { bars } from '../../loadtest/contract.ts';
import { decidingStep } from '../../loadtest/verdict.ts';
import { loadTest } from '../facts/loadtest.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 9: 「压测的并发量原则不低于 50」. */
export const loadtestConcurrency: Rule = {
  id: 'loadtest-concurrency',
  section: '9',
  title: '压测的并发量不低于 50，并且测完。',
  severity: 'must',
  how: '读 listing/loadtest/report.json 的各档：有一档不低于 50 并发，其中最低的一档没有中途停止。',
  remedy: '再压测一次，不要中途停止：npm run loadtest（默认 50、100、200 并发）。',
  check(context) {
    return loadTest(context, ({ report, told }) => {
      const step = decidingStep(report.steps);
      if (step === null) return fail(`没有一档达到 ${bars.connections} 并发。`, [told]);
      return step.complete
        ? pass(`${step.connections} 并发测完了。`, [told])
        : fail(`${step.connections} 并发没有测完就停了。`, [told]);
    });
  },
};
