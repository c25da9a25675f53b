import { question } from '../rule.ts';

/** Guide 3: 「应用开发测试完毕后，须由业主单位发起上架申请」. */
export const developmentFinished = question({
  id: 'development-finished',
  section: '3',
  title: '应用开发、测试完毕后才申请上架。',
  severity: 'must',
  remedy: '在测试组织里完成测试，把测试报告放进项目，例如 evidence/test-report.pdf。',
  question: { ask: '应用是否已开发、测试完毕？', evidence: '测试报告' },
});
