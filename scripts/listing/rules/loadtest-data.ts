import { bars } from '../../loadtest/contract.ts';
import { dataShare, decidingStep } from '../../loadtest/verdict.ts';
import { loadTest } from '../facts/loadtest.ts';
import { fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide 9: 「应用的压测主要考虑压测数据接口」: a health page answers fast whatever the database does. */
export const loadtestData: Rule = {
  id: 'loadtest-data',
  section: '9',
  title: '压测的主要是数据接口。',
  severity: 'must',
  how: '读 listing/loadtest/report.json 里不低于 50 并发的最低一档：过半的请求是 /api/ 下的数据接口，健康检查不算。',
  remedy:
    '不写接口就压测模板的数据接口；自己的数据接口写进一个文件再压测：npm run loadtest endpoints=文件，见 scripts/docs/loadtest.md。',
  check(context) {
    return loadTest(context, ({ report, told }) => {
      const step = decidingStep(report.steps);
      if (step === null) return unknown(`没有达到 ${bars.connections} 并发的一档，没法判断。`, [told]);
      const evidence = [told, ...step.endpoints.map(({ name, requests }) => `${name}：${requests} 个请求`)];
      const share = dataShare(step);
      if (share > 0.5) return pass(`数据接口占请求的 ${Math.floor(share * 100)}%。`, evidence);
      return fail(
        share === 0
          ? '没有压测数据接口。'
          : `数据接口只占请求的 ${Math.floor(share * 100)}%，应以数据接口为主。`,
        evidence,
      );
    });
  },
};
