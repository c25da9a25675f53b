import { question } from '../rule.ts';

/** Guide 3: 「上架申请表单可以联系“浙政钉”项目组获取」. */
export const applicationForm = question({
  id: 'application-form',
  section: '3',
  title: '上架申请表单向“浙政钉”项目组获取。',
  severity: 'should',
  remedy: '请业主单位联系“浙政钉”项目组取得最新的申请表单。',
  question: { ask: '业主单位是否已取得最新的上架申请表单？', evidence: null },
});
