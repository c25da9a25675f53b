import { statementFacts } from '../facts/application.ts';
import { factAt, isMissing } from '../facts/facts.ts';
import { statementsOf } from '../facts/statements.ts';
import { fail, notApplicable, pass, type Rule } from '../rule.ts';

/** Guide, 情况说明模板: what cannot be met is told with its reason, and the owner accepts the risk. */
export const statementsComplete: Rule = {
  id: 'statements-complete',
  section: 'statement',
  title: '达不到规范的问题都写了情况说明：问题、原因、怎样做、风险、日期齐全。',
  severity: 'must',
  how: '看 listing.yaml 的 exceptions：每条的编号是体检的规则，没有通过的规则各项都填了；规则已经通过的，指出不再需要。',
  remedy: '补全 listing.yaml 的 exceptions，再运行 npm run listing 生成情况说明。',
  async check(context) {
    const { listing } = context;
    const { needed, unneeded, wrong } = await statementsOf(context);
    const over = unneeded.map((id) => `exceptions.${id}：这条规则已经通过，不再需要情况说明，可以删掉`);
    if (needed.length === 0 && wrong.length === 0) return notApplicable('没有需要写情况说明的问题。', over);
    const problems = wrong.map((id) => `exceptions.${id}：体检里没有这条规则，或者它不能用情况说明代替`);
    for (const id of needed) {
      for (const fact of statementFacts) {
        if ((listing.exceptions[id]?.[fact] ?? '').trim() === '') {
          problems.push(`exceptions.${id}.${fact}：还没有填`);
        }
      }
    }
    for (const path of ['owner.organisation', 'owner.office', 'app.name']) {
      if (isMissing(listing, path)) problems.push(`${path}：还没有填${factAt(path).title}`);
    }
    return problems.length === 0
      ? pass(`${needed.length} 条情况说明都齐全。`, over)
      : fail(`情况说明还缺 ${problems.length} 处。`, [...problems, ...over]);
  },
};
