import { isH5, onlyFor } from '../facts/conditions.ts';
import { answeredInstead, askForFacts } from '../facts/facts.ts';
import { liveAnswer, told } from '../facts/live.ts';
import { h5Pages, readStabilityCode } from '../facts/stability.ts';
import { type Finding, fail, pass, type Question, type Rule } from '../rule.ts';

/** The `bid` comes with the approval: until then nobody can have the code. */
const asked: Question = {
  ask: '上架审批还没有通过、没有拿到接入代码的：是否会在拿到后马上接入，并重新发布？',
  evidence: null,
};

/** Guide 8: 「服务商需要将接入代码加入应用的 HTML 页面（单页应用添加首页，非单页应用每个页面都需要添加）」. */
export const stabilityCode: Rule = onlyFor(isH5, {
  id: 'stability-code',
  section: '8',
  title: 'H5 的每个页面都有稳定性平台的接入代码：wpk-bid、同一个 bid、spa 为 true。',
  severity: 'must',
  how: '打开应用域名上的 H5 页面（/console），读页面和它自己的脚本，与 listing.yaml 的 stability.bid 比较。还没有 bid 的（审批通过后才给）回答 answers.stability-code。小程序自动接入，不用加。',
  remedy:
    '在生产的 .env 里填 WPK_BID（上架审批通过后给的），重启服务端；listing.yaml 的 stability.bid 填同一个。',
  question: asked,
  async check(context) {
    const asking = askForFacts(context.listing, ['stability.bid']);
    if (asking !== null) return answeredInstead(context, stabilityCode.id, asked, asking);
    const { bid } = context.listing.stability;
    const findings = await Promise.all(
      h5Pages.map((path) =>
        liveAnswer(context, { path }, async (answer): Promise<Finding> => {
          const evidence = [told({ path }, answer)];
          if (answer.status !== 200) return fail(`H5 页面 ${path} 打不开（${answer.status}）。`, evidence);
          const code = await readStabilityCode(answer, context.probes);
          evidence.push(
            `wpk-bid: ${code.metaBid ?? '（没有）'}，bid: ${code.bid ?? '（没有）'}，spa: ${code.spa}`,
            `脚本: ${code.script ?? '（没有）'}`,
          );
          const wrong = [
            ...(code.metaBid === bid ? [] : ['wpk-bid 不对']),
            ...(code.bid === bid ? [] : ['接入代码里的 bid 不对']),
            ...(code.spa ? [] : ['spa 没有设为 true']),
            ...(code.script === null ? ['没有加载 wpkReporter.js'] : []),
            ...(code.installed ? [] : ['没有调用 installAll()']),
          ];
          return wrong.length === 0
            ? pass(`${path} 有接入代码，bid 是 ${bid}。`, evidence)
            : fail(`${path} 的接入代码不对：${wrong.join('、')}（应为 ${bid}）。`, evidence);
        }),
      ),
    );
    const first = findings.find(({ state }) => state !== 'pass') ?? findings[0];
    return first ?? fail('没有 H5 页面可查。');
  },
});
