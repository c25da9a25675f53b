import { question } from '../rule.ts';

/** Guide 2: 「正式环境参数需要在应用申请上架审批通过之后会回复到申请人」. */
export const productionParameters = question({
  id: 'production-parameters',
  section: '2',
  title: '正式环境的参数在上架审批通过后由平台回复给申请人，不用别的应用的。',
  severity: 'should',
  remedy:
    '等审批通过后，向申请人取得正式参数，填进生产环境的 .env；审批前回答 not-applicable，note 写“审批中”。',
  question: {
    ask: '生产环境用的参数，是否就是审批通过后回复给申请人的那一套？',
    evidence: null,
  },
});
