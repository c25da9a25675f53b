import { question } from '../rule.ts';

/** Guide 3: 「审批材料由服务商准备，建议服务商将申请表单上需要填写的信息统一反馈到业主单位」. */
export const materialsHandedOver = question({
  id: 'materials-handed-over',
  section: '3',
  title: '审批材料由服务商准备，统一交给业主单位。',
  severity: 'should',
  remedy: '运行 npm run listing 生成材料，检查后把压缩包交给业主单位的发起人。',
  question: { ask: '材料是否已统一交给业主单位的发起人？', evidence: null },
});
