import { isUnified, onlyFor } from '../facts/conditions.ts';
import { question } from '../rule.ts';

/** Guide 4: 「所有统建应用的上架，上架之前，建议先线下与省大数据局沟通，确认应用能上，再发起申请」. */
export const unifiedTalkFirst = onlyFor(
  isUnified,
  question({
    id: 'unified-talk-first',
    section: '4',
    title: '统建应用先线下与省大数据局沟通，确认能上再申请。',
    severity: 'should',
    remedy: '请业主单位先与省大数据局沟通，把沟通记录（邮件、会议纪要）放进项目。',
    question: { ask: '是否已线下与省大数据局沟通，确认应用能上？', evidence: '沟通记录' },
  }),
);
