import { bars } from '../../loadtest/contract.ts';
import { dataShare, decidingStep, missedBars } from '../../loadtest/verdict.ts';
import { isFinding, type LoadTest, loadTestOf, reportFile } from '../facts/load-test.ts';
import { type Context, chapter, type Finding, fail, pass, type Rule, unknown } from '../rule.ts';

/** Days after which a report is too old, since the app has changed. */
const freshDays = 90;

/** A rule of thumb: the share of an app's people who use it at the same time. */
const atOnce = 0.05;

type LoadTestRule = Omit<Rule, 'section' | 'check'> & {
  /** @param told the load test in one line. */
  judge(
    test: LoadTest,
    told: string,
    context: Context,
    answer: () => Promise<Finding>,
  ): Finding | Promise<Finding>;
};

/** A rule about the load test; says how to get one where there is none. */
const loadTest = ({ judge, ...rule }: LoadTestRule): Omit<Rule, 'section'> => ({
  ...rule,
  async check(context, answer) {
    const test = await loadTestOf(context);
    if (isFinding(test)) return test;
    const steps = test.steps.map(({ connections }) => connections).join('、');
    const tool = test.own === null ? `，${context.listing.loadtest?.tool}，数字由人填写` : '';
    const told = `${test.address}，${test.startedAt.slice(0, 10)}，并发 ${steps}${tool}`;
    return judge(test, told, context, answer);
  },
});

const tooFew = (told: string) => unknown(`没有达到 ${bars.connections} 并发的一档，没法判断。`, [told]);

export const loadtest = chapter(
  '9',
  [
    loadTest({
      id: 'loadtest-address',
      kind: 'required',
      title: '压测的地址就是应用域名。',
      sentence: '压测的 URL 需要跟应用域名地址保持一致',
      how: `读 ${reportFile} 的 address，与 listing.yaml 的 domain.name 比较。`,
      remedy: '用应用域名的 https 地址再压测一次：npm run loadtest https://应用域名。',
      facts: ['domain.name'],
      judge(report, told, { listing }) {
        const { protocol, hostname } = new URL(report.address);
        const name = listing.domain.name?.toLowerCase();
        return protocol === 'https:' && hostname === name
          ? pass('压测的是应用域名。', [told])
          : fail(`压测的是 ${report.address}，不是 https://${name}。`, [told]);
      },
    }),
    loadTest({
      id: 'loadtest-data',
      kind: 'required',
      title: '压测的主要是数据接口。',
      sentence: '应用的压测主要考虑压测数据接口',
      how: '看不低于 50 并发的最低一档：过半的请求由数据接口答对，并且有数据。健康检查、/api/me 和空的列表不算。',
      remedy:
        '先在库里放一些接近真实的数据；自己的数据接口写进一个文件再压测：npm run loadtest endpoints=文件，见 scripts/docs/loadtest.md。',
      judge({ steps }, told) {
        const step = decidingStep(steps);
        if (step === null) return tooFew(told);
        const evidence = [told, ...step.endpoints.map(({ name, requests }) => `${name}：${requests} 个请求`)];
        const share = dataShare(step);
        if (share > 0.5) return pass(`有数据的数据接口占请求的 ${Math.floor(share * 100)}%。`, evidence);
        return fail(
          share === 0
            ? '没有压测到有数据的数据接口。'
            : `有数据的数据接口只占请求的 ${Math.floor(share * 100)}%，应以它们为主。`,
          evidence,
        );
      },
    }),
    loadTest({
      id: 'loadtest-concurrency',
      kind: 'required',
      title: `压测的并发量不低于 ${bars.connections}。`,
      sentence: '压测的并发量原则不低于 50，具体值可参考实际的使用用户数。',
      how: `看各档：有一档不低于 ${bars.connections} 并发，并且测完了。`,
      remedy: '再压测一次，不要中途停止：npm run loadtest（默认 50、100、200 并发）。',
      judge({ steps }, told) {
        const enough = steps.filter(({ connections }) => connections >= bars.connections);
        if (enough.length === 0) return fail(`没有一档达到 ${bars.connections} 并发。`, [told]);
        const whole = enough.find(({ complete }) => complete);
        return whole === undefined
          ? fail(`${enough[0]?.connections} 并发没有测完就停了。`, [told])
          : pass(`${whole.connections} 并发测完了。`, [told]);
      },
    }),
    loadTest({
      id: 'loadtest-users',
      kind: 'own',
      title: '压测的并发量与预计的使用人数相称。',
      sentence: '具体值可参考实际的使用用户数',
      how: `比较测完并达标的最高一档与 listing.yaml 的 scope.expectedUsers；不到 ${atOnce * 100}% 的（经验值）回答 answers.loadtest-users。`,
      remedy:
        '按会同时使用的人数加压：npm run loadtest https://应用域名 "50,200,1000"；很少同时用的，回答 answers.loadtest-users，在 note 里写明怎样算的。',
      facts: ['scope.expectedUsers'],
      question: { ask: '压测的并发量是否按实际会同时使用的人数定的？', evidence: null },
      async judge({ steps }, told, { listing }, answer) {
        const users = listing.scope.expectedUsers ?? 0;
        const good = steps.filter((step) => step.complete && missedBars(step).length === 0);
        if (good.length === 0) return unknown('没有测完并达标的一档，没法判断。', [told]);
        const most = Math.max(...good.map(({ connections }) => connections));
        const figures = `预计 ${users} 人使用，达标的最高一档是 ${most} 并发。`;
        if (most >= users * atOnce) return pass(figures, [told]);
        const finding = await answer();
        return { ...finding, detail: figures + finding.detail };
      },
    }),
    loadTest({
      id: 'loadtest-good-enough',
      kind: 'own',
      title: `压测成功率不低于 ${bars.successRate * 100}%，平均响应时间低于 ${bars.meanMs} 毫秒。`,
      sentence: null,
      how: '看不低于 50 并发的最低一档。两个数字是钉钉应用质量自检的标准，指南没有定数。',
      remedy: '看压测报告里的错误和各接口的时间：多半是数据库连接数、机器配置或网关限速，改好后再压测。',
      judge({ steps }, told) {
        const step = decidingStep(steps);
        if (step === null) return tooFew(told);
        const missed = missedBars(step);
        const percent = Math.floor(step.successRate * 10_000) / 100;
        return missed.length === 0
          ? pass(`${step.connections} 并发时成功率 ${percent}%，平均 ${Math.round(step.meanMs)} 毫秒。`, [
              told,
            ])
          : fail(`${step.connections} 并发时${missed.join('；')}。`, [told]);
      },
    }),
    loadTest({
      id: 'loadtest-fresh',
      kind: 'own',
      title: `压测报告是最近 ${freshDays} 天内的。`,
      sentence: null,
      how: `看 ${reportFile} 的 startedAt。`,
      remedy: '再压测一次：npm run loadtest。',
      judge({ startedAt }, told, { now }) {
        const days = Math.floor((now - Date.parse(startedAt)) / 86_400_000);
        if (!(days >= -1)) return fail('压测报告的时间不对。', [told]);
        return days <= freshDays
          ? pass(days <= 0 ? '是今天的。' : `是 ${days} 天前的。`, [told])
          : fail(`压测报告是 ${days} 天前的，太旧了。`, [told]);
      },
    }),
  ],
  { after: 'loadtest' },
);
