import { askForFacts } from '../facts/facts.ts';
import { answered, type Question, type Rule } from '../rule.ts';

const asked: Question = {
  ask: '应用在开发者后台的类型是否是“企业内部应用”（小程序或 H5 微应用）？',
  evidence: '开发者后台应用详情的截图',
};

/** Guide, 注册钉钉组织: 「所有上架到浙政钉的应用均采用企业内部开发（小程序或者 H5 微应用）」. */
export const internalApp: Rule = {
  id: 'internal-app',
  section: 'organisation',
  title: '应用采用企业内部开发，形态是小程序或 H5 微应用。',
  severity: 'must',
  how: '看 listing.yaml 的 app.forms，并回答 answers.internal-app。',
  remedy: '在开发者后台选“企业内部应用”重新创建；第三方企业应用不能上架。',
  question: asked,
  check: async (context) =>
    askForFacts(context.listing, ['app.forms']) ?? answered(context, internalApp.id, asked),
};
