import type { Environment } from '../../../server/config/environment.ts';
import { askForFacts } from '../facts/facts.ts';
import { miniConfig } from '../facts/mini-package.ts';
import { chapter, fail, pass, unknown } from '../rule.ts';
import { stageOf } from '../stage.ts';

const credentials = [
  'DINGTALK_APP_KEY',
  'DINGTALK_APP_SECRET',
  'ZHEZHENGDING_APP_KEY',
  'ZHEZHENGDING_APP_SECRET',
] as const;

/** Which of the credentials are the same in both: their names, never their values. */
const shared = (production: Environment, development: Environment) =>
  credentials.filter((name) => {
    const value = production[name]?.trim() ?? '';
    return value !== '' && value === development[name]?.trim();
  });

const noProduction = unknown(
  '没有找到生产环境的配置（NODE_ENV=production）。',
  [],
  '指明生产的环境文件再检查，例如 npm run check env=production.env。',
);

export const parameters = chapter('2', [
  {
    id: 'platform-configured',
    kind: 'own',
    title: '生产配置的平台与上架信息一致。',
    sentence: null,
    how: '比较生产环境变量 PLATFORM 与 listing.yaml 的 app.platform。',
    remedy: '改正生产环境的 PLATFORM，或 listing.yaml 的 app.platform。',
    facts: ['app.platform'],
    check({ listing, env }) {
      if (env.NODE_ENV?.trim() !== 'production') return noProduction;
      const platform = env.PLATFORM?.trim() || 'dingtalk';
      return platform === listing.app.platform
        ? pass(`都是 ${platform}。`)
        : fail(`生产配置是 ${platform}，listing.yaml 是 ${listing.app.platform}。`);
    },
  },
  {
    id: 'test-parameters',
    kind: 'own',
    title: '测试环境的参数来自自己的测试组织和测试应用。',
    sentence: '测试环境参数的获取，如果是钉钉标准接口，则使用自建的测试组织新建一个测试应用即可获取。',
    how: '看 listing.yaml 的 organisations.test。',
    remedy:
      '在 https://oa.dingtalk.com 注册测试组织，新建测试应用取得参数；“浙政钉”接口的文档和测试参数向项目组要。',
    facts: ['organisations.test'],
    check: ({ listing }) => pass(`测试组织是 ${listing.organisations.test}。`),
  },
  {
    id: 'credentials-apart',
    kind: 'required',
    title: '生产环境审批前用测试参数，审批通过后换成回复给申请人的正式参数。',
    sentence: '正式环境参数需要在应用申请上架审批通过之后会回复到申请人',
    how: '看生产配置的组织：不是仿真的参数；审批后是 listing.yaml 的 organisations.production，APP_KEY、APP_SECRET 与开发用的 .env 不同，小程序正式包的 corpId 也是正式组织。',
    remedy:
      '审批通过后，把回复的正式参数写进生产服务器的 .env 和 mini/config/production.ts，不写进开发用的 .env。',
    facts: ['app.platform'],
    async check({ listing, env, developmentEnv, files }) {
      if (env.NODE_ENV?.trim() !== 'production') return noProduction;
      const [prefix, variable] =
        listing.app.platform === 'zhezhengding'
          ? (['ZHEZHENGDING', 'ZHEZHENGDING_TENANT_ID'] as const)
          : (['DINGTALK', 'DINGTALK_CORP_ID'] as const);
      const organisation = env[variable]?.trim() ?? '';
      const evidence = [`生产配置：${variable}=${organisation}`];
      if (/^(?:emulator-|dingemulator)/.test(env[`${prefix}_APP_KEY`]?.trim() ?? '')) {
        return fail('生产配置的参数是本地仿真平台的。', evidence);
      }
      if (stageOf(listing) === '审批前') return pass('审批前，生产服务器用测试参数。', evidence);
      const asking = askForFacts(listing, ['organisations.test', 'organisations.production']);
      if (asking !== null) return asking;
      const { test, production } = listing.organisations;
      if (test === production) return fail('测试组织和正式组织写的是同一个。', [`organisations：${test}`]);
      if (organisation !== production) {
        return fail(`审批已通过，生产配置的组织还不是正式组织 ${production}。`, evidence);
      }
      const same = developmentEnv === null ? [] : shared(env, developmentEnv);
      if (same.length > 0) {
        return fail(
          `生产配置和开发用的 .env 填了相同的 ${same.join('、')}。`,
          same.map((name) => `两处相同：${name}（值不显示）`),
        );
      }
      if (listing.app.platform === 'dingtalk' && listing.app.forms?.includes('miniprogram') === true) {
        const config = await miniConfig(files, 'production');
        if (config instanceof Error) return unknown(config.message);
        evidence.push(`mini/config/production.ts：corpId 是 ${config.corpId}`);
        if (config.corpId !== production) {
          return fail('审批已通过，小程序正式包的 corpId 还不是正式组织。', evidence);
        }
      }
      return pass('生产用的是正式组织的参数，与开发用的不同。', evidence);
    },
  },
]);
