import { bars } from '../../loadtest/contract.ts';
import { decidingStep, missedBars } from '../../loadtest/verdict.ts';
import { loadTest } from '../facts/loadtest.ts';
import { fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide 9 asks for a report and names no figures: these are the bars of DingTalk's self-check of apps. */
export const loadtestGoodEnough: Rule = {
  id: 'loadtest-good-enough',
  section: '9',
  title: '压测达标：成功率不低于 98.99%，平均响应时间低于 300 毫秒。',
  severity: 'must',
  how: '读 listing/loadtest/report.json 里不低于 50 并发的最低一档，由数字重新判断。',
  remedy: '看压测报告里的错误和各接口的时间：多半是数据库连接数、机器配置或网关限速，改好后再压测。',
  check(context) {
    return loadTest(context, ({ report, told }) => {
      const step = decidingStep(report.steps);
      if (step === null) return unknown(`没有达到 ${bars.connections} 并发的一档，没法判断。`, [told]);
      // That it was broken off is loadtest-concurrency's finding.
      if (!step.complete) return unknown(`${step.connections} 并发没有测完，没法判断。`, [told]);
      const missed = missedBars(step);
      const percent = Math.floor(step.successRate * 10_000) / 100;
      return missed.length === 0
        ? pass(`${step.connections} 并发时成功率 ${percent}%，平均 ${Math.round(step.meanMs)} 毫秒。`, [told])
        : fail(`${step.connections} 并发时${missed.join('；')}。`, [told]);
    });
  },
};
