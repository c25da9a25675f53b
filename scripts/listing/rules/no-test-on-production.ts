import { zhezhengdingProductionHost } from '../../../server/config/constants.ts';
import { answeredInstead, askForFacts } from '../facts/facts.ts';
import { fail, pass, type Question, type Rule, unknown } from '../rule.ts';

const asked: Question = {
  ask: '还不知道正式组织 id 的：开发测试用的是不是自建的测试组织，而不是浙政钉组织？',
  evidence: null,
};

/** Guide, 注册钉钉组织: 「不允许使用浙政钉组织进行开发测试」. */
export const noTestOnProduction: Rule = {
  id: 'no-test-on-production',
  section: 'organisation',
  title: '不用浙政钉组织（正式组织）做开发测试。',
  severity: 'must',
  how: '看开发用的 .env：组织、平台地址不是正式的，PRODUCTION_ORGANISATIONS 里列着正式组织（服务端据此拒绝启动）。还不知道正式组织的回答 answers.no-test-on-production。',
  remedy: '把开发用的 .env 换成测试组织的参数，并写上 PRODUCTION_ORGANISATIONS=正式组织的 id。',
  question: asked,
  async check(context) {
    const { listing, developmentEnv: env } = context;
    if (env === null) {
      return unknown('这里只有生产配置，没有开发用的 .env。', [], '在开发用的电脑上检查。');
    }
    if (!env.DINGTALK_APP_KEY?.trim() && !env.ZHEZHENGDING_APP_KEY?.trim()) {
      return pass('开发用的是本机的平台仿真，没有连任何组织。');
    }
    const address = env.ZHEZHENGDING_BASE_URL?.trim() ?? '';
    if (URL.canParse(address) && new URL(address).hostname === zhezhengdingProductionHost) {
      return fail('开发用的 .env 连着浙政钉的正式平台（ZHEZHENGDING_BASE_URL）。');
    }
    const asking = askForFacts(listing, ['organisations.production']);
    if (asking !== null) return answeredInstead(context, noTestOnProduction.id, asked, asking);
    const production = listing.organisations.production ?? '';
    const organisation = {
      DINGTALK_CORP_ID: env.DINGTALK_CORP_ID?.trim() ?? '',
      ZHEZHENGDING_TENANT_ID: env.ZHEZHENGDING_TENANT_ID?.trim() ?? '',
    };
    for (const [variable, value] of Object.entries(organisation)) {
      if (value === production) return fail(`开发用的 .env 连着正式组织（${variable}）。`);
    }
    const named = (env.PRODUCTION_ORGANISATIONS ?? '').split(',').map((one) => one.trim());
    return named.includes(production)
      ? pass('开发用的 .env 没有连正式组织，并且服务端会拒绝它。', [
          `PRODUCTION_ORGANISATIONS 里有 ${production}`,
        ])
      : fail('开发用的 .env 没有在 PRODUCTION_ORGANISATIONS 里列出正式组织，服务端不会拒绝它。');
  },
};
