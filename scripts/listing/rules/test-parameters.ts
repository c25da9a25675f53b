import { askForFacts } from '../facts/facts.ts';
import { answered, type Question, type Rule } from '../rule.ts';

const asked: Question = {
  ask: '测试用的参数，是否来自自建测试组织的测试应用（浙政钉接口：来自项目组）？',
  evidence: null,
};

/** Guide 2: 「测试环境参数的获取，如果是钉钉标准接口，则使用自建的测试组织新建一个测试应用即可获取」. */
export const testParameters: Rule = {
  id: 'test-parameters',
  section: '2',
  title: '测试环境的参数来自自己的测试组织和测试应用。',
  severity: 'must',
  how: '看 listing.yaml 的 organisations.test，并回答 answers.test-parameters。',
  remedy: '在 https://oa.dingtalk.com 注册测试组织，新建测试应用取得参数；浙政钉接口的测试参数向项目组要。',
  question: asked,
  check: async (context) =>
    askForFacts(context.listing, ['organisations.test']) ?? answered(context, testParameters.id, asked),
};
