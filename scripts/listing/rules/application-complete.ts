import { applicationFacts, missingForApplication } from '../facts/application.ts';
import { pass, type Rule } from '../rule.ts';

/** Guide 3: 「建议服务商将申请表单上需要填写的信息统一反馈到业主单位」: all of it must be there. */
export const applicationComplete: Rule = {
  id: 'application-complete',
  section: '3',
  title: '申请表单要填的信息齐全。',
  severity: 'must',
  how: '核对 listing.yaml：应用、业主、服务商、使用范围、域名、部署各项都填了。',
  remedy: '把缺的各项填进 listing.yaml；不知道的向业主单位问清楚，不要编造。',
  async check({ listing }) {
    const missing = missingForApplication(listing);
    if (missing.length === 0) return pass(`${applicationFacts.length} 项信息都填了。`);
    return {
      state: 'question',
      detail: `还缺 ${missing.length} 项：${missing.map(({ title }) => title).join('、')}。`,
      evidence: missing.map(({ path, example }) => `listing.yaml：${path}，例如 ${example}`),
    };
  },
};
