import { classificationFacts, classify } from '../facts/classification.ts';
import { askForFacts } from '../facts/facts.ts';
import { pass, type Rule, unknown } from '../rule.ts';

/** Guide 4: 自建 within the own line, 统建 as soon as 超级高管 may use it. */
export const selfBuiltOrUnified: Rule = {
  id: 'self-built-or-unified',
  section: '4',
  title: '按使用范围、权限范围和是否对超级高管开放，确定是自建应用还是统建应用。',
  severity: 'must',
  how: '由 listing.yaml 的 scope.users、scope.contacts、scope.superExecutives 判定，并写出理由。',
  remedy: '在 listing.yaml 的 scope 里如实填写使用范围、通讯录权限和是否对超级高管开放。',
  async check({ listing }) {
    const asking = askForFacts(listing, classificationFacts);
    if (asking !== null) return asking;
    const found = classify(listing);
    return found === null
      ? unknown('还不能判定。')
      : pass(`按${found.name}申请：${found.reasons.join('；')}。`, [
          `给谁用：${listing.scope.users === 'beyond' ? '超出本单位' : '本单位条线内'}`,
          `超级高管：${listing.scope.superExecutives === true ? '开放' : '不开放'}`,
        ]);
  },
};
