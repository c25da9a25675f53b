import { askForFacts } from '../facts/facts.ts';
import { answered, pass, type Question, type Rule } from '../rule.ts';

const asked: Question = {
  ask: '是否已确认钉钉标准接口满足不了需求，所以用“浙政钉”接口（在 note 里写哪些需求）？',
  evidence: null,
};

/** Guide 1: 「请先查阅钉钉开放平台的标准接口，如果能满足业务需求，则直接使用」. */
export const standardApiFirst: Rule = {
  id: 'standard-api-first',
  section: '1',
  title: '钉钉标准接口能满足需求的用标准接口，满足不了的才用“浙政钉”接口。',
  severity: 'should',
  how: '看 listing.yaml 的平台；用“浙政钉”接口又不发 DING 的，回答 answers.standard-api-first。',
  remedy: '对照钉钉开放平台的接口文档；能满足的把 PLATFORM 改成 dingtalk，不能的在 note 里写明原因。',
  question: asked,
  async check(context) {
    const { listing } = context;
    const asking = askForFacts(listing, ['app.platform', 'app.sendsDing']);
    if (asking !== null) return asking;
    if (listing.app.platform === 'dingtalk') return pass('使用钉钉标准接口。');
    if (listing.app.sendsDing === true) return pass('服务端要发 DING，指南规定必须用“浙政钉”接口。');
    return answered(context, standardApiFirst.id, asked);
  },
};
