import { isUnified, onlyFor } from '../facts/conditions.ts';
import { question } from '../rule.ts';

/** Guide 4: 「统建应用上架需要经省大数据局审批」. */
export const unifiedApproval = onlyFor(
  isUnified,
  question({
    id: 'unified-approval',
    section: '4',
    title: '统建应用按统建流程提交，由省大数据局审批。',
    severity: 'must',
    remedy: '请业主单位在申请表单里选统建应用，提交省大数据局审批。',
    question: { ask: '申请是否按统建应用的流程提交，由省大数据局审批？', evidence: null },
  }),
);
