import { bars } from '../../loadtest/contract.ts';
import { loadTest } from '../facts/loadtest.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 9: 「压测的并发量原则不低于 50，具体值可参考实际的使用用户数」. */
export const loadtestConcurrency: Rule = {
  id: 'loadtest-concurrency',
  section: '9',
  title: '压测的并发量不低于 50，并且测完。',
  severity: 'must',
  how: '读 listing/loadtest/report.json 的各档：至少有一档不低于 50 并发，没有中途停止。',
  remedy: '再压测一次，不要中途停止：npm run loadtest（默认 50、100、200 并发）。',
  check(context) {
    return loadTest(context, ({ report, told }) => {
      const enough = report.steps.filter(({ connections }) => connections >= bars.connections);
      if (enough.length === 0) return fail(`没有一档达到 ${bars.connections} 并发。`, [told]);
      return enough.some(({ complete }) => complete)
        ? pass(`最高 ${Math.max(...enough.map(({ connections }) => connections))} 并发。`, [told])
        : fail(`达到 ${bars.connections} 并发的那一档没有测完。`, [told]);
    });
  },
};
