import { loadTest } from '../facts/loadtest.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Days after which a report tells of another app. */
const freshDays = 90;

/** Guide 9: the report is of what is listed now. */
export const loadtestFresh: Rule = {
  id: 'loadtest-fresh',
  section: '9',
  title: '压测报告是最近 90 天内的。',
  severity: 'must',
  how: '看 listing/loadtest/report.json 的 startedAt。',
  remedy: '再压测一次：npm run loadtest。',
  check(context) {
    return loadTest(context, ({ report, told }) => {
      const days = Math.floor((context.now - Date.parse(report.startedAt)) / 86_400_000);
      if (!(days >= -1)) return fail('压测报告的时间不对。', [told]);
      return days <= freshDays
        ? pass(days <= 0 ? '是今天的。' : `是 ${days} 天前的。`, [told])
        : fail(`压测报告是 ${days} 天前的，太旧了。`, [told]);
    });
  },
};
