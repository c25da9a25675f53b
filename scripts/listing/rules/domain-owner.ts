import { askForFacts } from '../facts/facts.ts';
import { answered, pass, type Question, type Rule } from '../rule.ts';

const asked: Question = {
  ask: '用的是服务商的域名：业主单位没有域名，当地大数据局也协调不到，是吗？',
  evidence: null,
};

/** Guide 6: 「建议使用业主单位的二级域名，如业主单位没有域名，可以联系当地大数据局协调…如果还没有，可以采用服务商的二级域名」. */
export const domainOwner: Rule = {
  id: 'domain-owner',
  section: '6',
  title: '域名建议用业主单位的；没有就用大数据局协调的；都没有可以用服务商的。',
  severity: 'should',
  how: '看 listing.yaml 的 domain.belongsTo；是服务商的，还要回答 answers.domain-owner。',
  remedy: '先向业主单位要二级域名；没有就联系当地大数据局；用服务商的域名要说明前两者都没有。',
  question: asked,
  async check(context) {
    const { listing } = context;
    const asking = askForFacts(listing, ['domain.belongsTo']);
    if (asking !== null) return asking;
    const { belongsTo } = listing.domain;
    if (belongsTo === 'vendor') return answered(context, domainOwner.id, asked);
    return pass(belongsTo === 'owner' ? '是业主单位的域名。' : '是大数据局提供的域名。');
  },
};
