import { chapter } from '../rule.ts';

export const executives = chapter('5', [
  {
    id: 'super-executive-trial',
    kind: 'forbidden',
    title: '对超级高管开放的应用，得到省大数据局认可、试用通过后才能上架。',
    sentence: '申请流程按统建应用进行申请，需要得到省大数据局认可，试用通过后才允许上架。',
    remedy: '请省大数据局组织试用，把试用通过的书面意见放进项目。',
    only: ['executives'],
    question: { ask: '是否已得到省大数据局认可，并试用通过？', evidence: '试用通过的书面意见' },
  },
  {
    id: 'super-executive-support',
    kind: 'forbidden',
    title: '服务商和业主单位保障超级高管的使用体验，出问题按严重故障处理。',
    sentence:
      '应用服务商以及业主单位需保障超级高管的应用使用体验，如超级高管在使用过程中出现问题，将被定义为严重故障，务必重视。',
    remedy: '与业主单位定好保障办法：双方负责人、值班电话、监控告警、处理时限。',
    only: ['executives'],
    question: { ask: '服务商和业主单位是否已定好怎样保障、谁负责？', evidence: '保障方案' },
  },
]);
