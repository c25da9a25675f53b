import { classificationFacts, classify } from '../facts/classification.ts';
import { chapter, fail, pass, unknown } from '../rule.ts';

const names = { owner: '业主单位', 'big-data-bureau': '所在地大数据局' } as const;

export const classification = chapter('4', [
  {
    id: 'self-built-or-unified',
    kind: 'required',
    title: '按使用范围、权限范围和是否对超级高管开放，确定是自建应用还是统建应用。',
    sentence:
      '原则来说应用使用范围以及获取的权限范围（比如通讯录权限）不超出本单位条线的应用，都按照自建应用进行审批。',
    how: '由 listing.yaml 的 scope.users、scope.contacts、scope.superExecutives 判定，并写出理由。',
    remedy: '在 listing.yaml 的 scope 里如实填写使用范围、通讯录权限和是否对超级高管开放。',
    facts: classificationFacts,
    check({ listing }) {
      const found = classify(listing);
      return found === null
        ? unknown('还不能判定。')
        : pass(`按${found.name}申请：${found.reasons.join('；')}。`);
    },
  },
  {
    id: 'applicant-fits',
    kind: 'required',
    title: '由业主单位发起申请；只有使用范围或权限超出本单位的，才可以由所在地大数据局代为发起。',
    sentence: '凡是使用范围超出本单位，权限范围超出本单位，可以由所在地大数据局代为发起申请',
    how: '比较 listing.yaml 的 scope.applicant 与使用范围、权限。',
    remedy: '与所在地大数据局商定由谁发起，改正 listing.yaml 的 scope.applicant。',
    facts: [...classificationFacts, 'scope.applicant'],
    check({ listing }) {
      const applicant = listing.scope.applicant ?? 'owner';
      const found = classify(listing);
      if (found?.applicants.includes(applicant) !== true) {
        return fail(`应由业主单位发起，listing.yaml 写的是${names[applicant]}。`, found?.reasons ?? []);
      }
      const also = applicant === 'owner' && found.applicants.length > 1;
      return pass(`由${names[applicant]}发起。${also ? '也可以请所在地大数据局代为发起。' : ''}`);
    },
  },
  {
    id: 'permissions-listed',
    kind: 'own',
    title: '申请的权限与应用实际使用的一致。',
    sentence: null,
    how: '比较 listing.yaml 的 scope.contacts、scope.permissions 与生产配置（MATCH_BY_MOBILE 要读成员信息和手机号）。',
    remedy: '在 scope.permissions 里列出应用要的每一项权限；用不到通讯录的，scope.contacts 填 none。',
    facts: ['scope.contacts'],
    check({ listing, env }) {
      const { contacts, permissions } = listing.scope;
      const readsMobile = env.MATCH_BY_MOBILE?.trim() === 'on' && listing.app.platform !== 'zhezhengding';
      if (readsMobile && contacts === 'none') {
        return fail('生产配置 MATCH_BY_MOBILE=on 要读成员的手机号，listing.yaml 却写着不要通讯录权限。');
      }
      if (readsMobile && !permissions.some((name) => /手机号|mobile/i.test(name))) {
        return fail(
          '生产配置 MATCH_BY_MOBILE=on 要读手机号，申请的权限里没有“员工手机号信息”。',
          permissions,
        );
      }
      if (contacts !== 'none' && permissions.length === 0) {
        return fail('要通讯录权限，但没有列出是哪几项（scope.permissions）。');
      }
      return pass(
        contacts === 'none' ? '不要通讯录权限。' : `列出了 ${permissions.length} 项权限。`,
        permissions,
      );
    },
  },
  {
    id: 'unified-approval',
    kind: 'forbidden',
    title: '对超级高管开放的应用按统建应用提交，由省大数据局审批。',
    sentence:
      '所有对超级高管（超级高管指省厅级高级别领导）开放的应用，都按照统建应用进行上架审批，统建应用上架需要经省大数据局审批。',
    remedy: '请业主单位在申请表单里选统建应用，提交省大数据局审批。',
    only: ['unified'],
    question: { ask: '是否已和业主单位商定，按统建应用的流程提交省大数据局审批？', evidence: null },
  },
  {
    id: 'unified-talk-first',
    kind: 'own',
    title: '统建应用先线下与省大数据局沟通，确认能上再申请。',
    sentence: '所有统建应用的上架，上架之前，建议先线下与省大数据局沟通，确认应用能上，再发起申请。',
    remedy: '请业主单位先与省大数据局沟通，把沟通记录（邮件、会议纪要）放进项目。',
    only: ['unified'],
    question: { ask: '是否已线下与省大数据局沟通，确认应用能上？', evidence: '沟通记录' },
  },
]);
