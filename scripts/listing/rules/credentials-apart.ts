import type { Environment } from '../../../server/config/environment.ts';
import { answeredInstead, askForFacts } from '../facts/facts.ts';
import { fail, pass, type Question, type Rule } from '../rule.ts';

/** Production's parameters come with the approval. */
const asked: Question = {
  ask: '上架审批还没有通过、没有正式参数的：拿到以后，是否会只放在生产服务器上，不与测试混用？',
  evidence: null,
};

const credentials = [
  'DINGTALK_APP_KEY',
  'DINGTALK_APP_SECRET',
  'ZHEZHENGDING_APP_KEY',
  'ZHEZHENGDING_APP_SECRET',
] as const;

/** Which of the credentials are the same in both: their names, never their values. */
function shared(production: Environment, development: Environment): string[] {
  return credentials.filter((name) => {
    const value = production[name]?.trim() ?? '';
    return value !== '' && value === development[name]?.trim();
  });
}

/** Guide 2: test parameters come from a test organisation, production's with the approval; they are never the same. */
export const credentialsApart: Rule = {
  id: 'credentials-apart',
  section: '2',
  title: '测试和正式用不同的组织、不同的参数。',
  severity: 'must',
  how: '比较 listing.yaml 的 organisations.test 与 organisations.production；再看生产配置的组织是不是正式的那一个、不是仿真的参数，APP_KEY 和 APP_SECRET 与开发用的 .env 不相同。还没有正式参数的（审批通过后才给）回答 answers.credentials-apart。',
  remedy: '测试用自建测试组织的参数，生产用审批通过后回复的参数，分别写在两台机器各自的 .env 里。',
  question: asked,
  async check(context) {
    const { listing, env, developmentEnv } = context;
    const inProduction = env.NODE_ENV?.trim() === 'production';
    // Wrong whatever else is known. Without production's variables, both would be the same developer's.
    if (inProduction && developmentEnv !== null) {
      const same = shared(env, developmentEnv);
      if (same.length > 0) {
        return fail(
          `生产配置和开发用的 .env 填了相同的 ${same.join('、')}。`,
          same.map((name) => `两处相同：${name}（值不显示）`),
        );
      }
    }
    const missing = askForFacts(listing, ['organisations.test']);
    if (missing !== null) return missing;
    const asking = askForFacts(listing, ['organisations.production']);
    if (asking !== null) return answeredInstead(context, credentialsApart.id, asked, asking);
    const { test, production } = listing.organisations;
    const evidence = [`测试组织 ${test}，正式组织 ${production}`];
    if (test === production) return fail('测试组织和正式组织是同一个。', evidence);
    if (!inProduction) return pass('测试和正式是两个组织。', evidence);
    const prefix = env.PLATFORM?.trim() === 'zhezhengding' ? 'ZHEZHENGDING' : 'DINGTALK';
    const variable = prefix === 'DINGTALK' ? 'DINGTALK_CORP_ID' : 'ZHEZHENGDING_TENANT_ID';
    const organisation = env[variable]?.trim() ?? '';
    evidence.push(`生产配置：${variable}=${organisation}`);
    if (organisation !== production) return fail('生产配置的组织不是正式组织。', evidence);
    if (/^(?:emulator-|dingemulator)/.test(env[`${prefix}_APP_KEY`]?.trim() ?? '')) {
      return fail('生产配置的参数是本地仿真平台的。', evidence);
    }
    return pass('测试和正式是两个组织，生产配置用的是正式组织。', evidence);
  },
};
