import { needsStatements, onlyFor } from '../facts/conditions.ts';
import { question } from '../rule.ts';

/** Guide, 情况说明模板: 「附在上架申请表单中上传，纸质的拍照上传，电子档的直接上传」. */
export const statementAttached = onlyFor(
  needsStatements,
  question({
    id: 'statement-attached',
    section: 'statement',
    title: '情况说明附在上架申请表单里上传，纸质的拍照上传。',
    severity: 'must',
    remedy:
      '请业主单位在申请表单的附件里上传盖章的情况说明；没有申请前回答 not-applicable，note 写“尚未申请”。',
    question: { ask: '情况说明是否都已附在上架申请表单里？', evidence: null },
  }),
);
