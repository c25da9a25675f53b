import { onlyFor, superExecutivesUseIt } from '../facts/conditions.ts';
import { question } from '../rule.ts';

/** Guide 10: 「超级高管的手机号无法通过接口获取，需要手工维护超级高管的 id」. */
export const superExecutiveIds = onlyFor(
  superExecutivesUseIt,
  question({
    id: 'super-executive-ids',
    section: '10',
    title: '超级高管的平台 id 由人工维护，每一位都已填好。',
    severity: 'must',
    remedy: '向“浙政钉”项目组取得超级高管的 id，在管理台的“超级高管”里逐一录入并核对。',
    question: {
      ask: '每一位超级高管的平台 id 是否都已录入并核对？',
      evidence: '核对记录（不要写 id 和手机号）',
    },
  }),
);
