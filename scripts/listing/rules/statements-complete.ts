import { statementFacts } from '../facts/application.ts';
import { hasExceptions, onlyFor } from '../facts/conditions.ts';
import { factAt, isMissing } from '../facts/facts.ts';
import { fail, pass } from '../rule.ts';

/** Guide, 情况说明模板: what cannot be met is told with its reason, and the owner accepts the risk. */
export const statementsComplete = onlyFor(hasExceptions, {
  id: 'statements-complete',
  section: 'statement',
  title: '达不到规范的问题都写了情况说明：问题、原因、怎样做、风险、日期齐全。',
  severity: 'must',
  how: '看 listing.yaml 的 exceptions：每条的编号是体检的规则，各项都填了。',
  remedy: '补全 listing.yaml 的 exceptions，再运行 npm run listing 生成情况说明。',
  async check({ listing }) {
    // The list of all rules holds this one, so it is loaded only now.
    const { rules } = await import('./index.ts');
    const known = new Set(rules.map(({ id }) => id));
    const exceptions = Object.entries(listing.exceptions);
    const wrong = exceptions.flatMap(([id, exception]) => [
      ...(known.has(id) ? [] : [`exceptions.${id}：体检里没有这条规则`]),
      ...statementFacts
        .filter((fact) => (exception[fact] ?? '').trim() === '')
        .map((fact) => `exceptions.${id}.${fact}：还没有填`),
    ]);
    for (const path of ['owner.organisation', 'owner.office', 'app.name']) {
      if (isMissing(listing, path)) wrong.push(`${path}：还没有填${factAt(path).title}`);
    }
    return wrong.length === 0
      ? pass(`${exceptions.length} 条情况说明都齐全。`)
      : fail(`情况说明还缺 ${wrong.length} 处。`, wrong);
  },
});
