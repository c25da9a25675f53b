import { onlyFor, superExecutivesUseIt } from '../facts/conditions.ts';
import { question } from '../rule.ts';

/** Guide 5: 「应用服务商以及业主单位需保障超级高管的应用使用体验，如…出现问题，将被定义为严重故障」. */
export const superExecutiveSupport = onlyFor(
  superExecutivesUseIt,
  question({
    id: 'super-executive-support',
    section: '5',
    title: '服务商和业主单位保障超级高管的使用体验，出问题按严重故障处理。',
    severity: 'must',
    remedy: '写一份保障方案：双方负责人、值班电话、监控告警、处理时限，放进项目。',
    question: { ask: '服务商和业主单位是否已定好保障方案和负责人？', evidence: '保障方案' },
  }),
);
