import { onlyFor, superExecutivesUseIt } from '../facts/conditions.ts';
import { question } from '../rule.ts';

/** Guide 5: 「需要得到省大数据局认可，试用通过后才允许上架」. */
export const superExecutiveTrial = onlyFor(
  superExecutivesUseIt,
  question({
    id: 'super-executive-trial',
    section: '5',
    title: '对超级高管开放的应用，得到省大数据局认可、试用通过后才能上架。',
    severity: 'must',
    remedy: '请省大数据局组织试用，把试用通过的书面意见放进项目。',
    question: { ask: '是否已得到省大数据局认可，并试用通过？', evidence: '试用通过的书面意见' },
  }),
);
