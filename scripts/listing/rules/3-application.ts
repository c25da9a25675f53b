import { applicationFacts, missingForApplication } from '../facts/facts.ts';
import { chapter, fail, pass } from '../rule.ts';

export const application = chapter('3', [
  {
    id: 'development-finished',
    kind: 'required',
    title: '应用开发、测试完毕后才申请上架。',
    sentence: '应用开发测试完毕后，须由业主单位发起上架申请。',
    remedy: '在测试组织里完成测试。',
    question: { ask: '应用是否已开发、测试完毕？', evidence: '测试报告' },
  },
  {
    id: 'owner-applies',
    kind: 'required',
    title: '上架申请由业主单位发起，不由服务商发起。',
    sentence: '应用开发测试完毕后，须由业主单位发起上架申请。',
    how: '看 listing.yaml 的业主单位与服务商：不是同一个。',
    remedy: '请业主单位确定经办处室和联系人，填进 listing.yaml 的 owner；owner 不能是服务商自己。',
    facts: ['owner.organisation', 'vendor.organisation'],
    check: ({ listing: { owner, vendor } }) =>
      owner.organisation?.trim() === vendor.organisation?.trim()
        ? fail(`业主单位和服务商写的是同一个：${owner.organisation}。`)
        : pass(`由${owner.organisation}发起。`),
  },
  {
    id: 'application-complete',
    kind: 'required',
    title: '申请表单要填的信息，服务商都准备好。',
    sentence:
      '相应的审批材料由服务商准备，建议服务商将申请表单上需要填写的信息统一反馈到业主单位，业主单位发起人对着填即可。',
    how: '核对 listing.yaml：应用、业主、服务商、使用范围、域名、部署各项都填了。',
    remedy: '把缺的各项填进 listing.yaml；不知道的向业主单位问清楚，不要编造。',
    check({ listing }) {
      const missing = missingForApplication(listing);
      if (missing.length === 0) return pass(`${applicationFacts.length} 项信息都填了。`);
      return {
        state: 'question',
        detail: `还缺 ${missing.length} 项：${missing.map(({ title }) => title).join('、')}。`,
        evidence: missing.map(({ path, example }) => `listing.yaml：${path}，例如 ${example}`),
        facts: missing.map(({ path }) => path),
      };
    },
  },
]);
