import { factAt, isMissing, statementFacts } from '../facts/facts.ts';
import { statementsOf } from '../facts/statements.ts';
import { chapter, fail, notApplicable, pass } from '../rule.ts';

export const statement = chapter('statement', [
  {
    id: 'statements-complete',
    kind: 'required',
    title: '达不到规范的问题都写了情况说明：问题、原因、怎样做、日期齐全。',
    sentence:
      '针对应用申请上架,应用存在问题,无法达到“浙政钉”应用上架规范的,业主单位可以选择编写相应的问题情况说明,承担相应的风险,后续进一步改进。',
    how: '看 listing.yaml 的 exceptions：每条的名字是一条“指南要求”，没有通过的各项都填了；已经通过的，指出不再需要。',
    remedy:
      '补全 listing.yaml 的 exceptions，再运行 npm run listing 生成情况说明，交业主单位用红头文件印发。',
    async check(context) {
      const { listing, rules } = context;
      const { needed, unneeded, wrong } = await statementsOf(context);
      const over = unneeded.map(
        (id) => `exceptions.${id}：这条规则已经通过，或者是工程自查，不需要情况说明，可以删掉`,
      );
      if (needed.length === 0 && wrong.length === 0) return notApplicable('没有需要写情况说明的问题。', over);
      const problems = wrong.map((id) =>
        rules.some((rule) => rule.id === id && rule.kind === 'forbidden')
          ? `exceptions.${id}：指南不允许（不可豁免），写情况说明也不能上架，要改好`
          : `exceptions.${id}：没有这条规则，或者它不能用情况说明代替`,
      );
      for (const id of needed) {
        for (const fact of statementFacts) {
          if ((listing.exceptions[id]?.[fact] ?? '').trim() === '')
            problems.push(`exceptions.${id}.${fact}：还没有填`);
        }
      }
      for (const path of ['owner.organisation', 'owner.office', 'app.name']) {
        if (isMissing(listing, path)) problems.push(`${path}：还没有填${factAt(path).title}`);
      }
      return problems.length === 0
        ? pass(`${needed.length} 条情况说明都齐全。`, over)
        : fail(`情况说明有 ${problems.length} 处要改：${problems[0]}。`, [...problems, ...over]);
    },
  },
]);
