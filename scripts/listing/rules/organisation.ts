import { zhezhengdingProductionHost } from '../../../server/config/constants.ts';
import { askForFacts } from '../facts/facts.ts';
import { miniConfig } from '../facts/mini-package.ts';
import { chapter, fail, pass, unknown } from '../rule.ts';

const noTesting = '不允许使用浙政钉组织进行开发测试。';

export const organisation = chapter('organisation', [
  {
    id: 'no-test-on-production',
    kind: 'forbidden',
    title: '不用浙政钉组织（正式组织）做开发测试。',
    sentence: noTesting,
    how: '看开发用的 .env：平台地址不是正式的，组织是 listing.yaml 的 organisations.test，不是 organisations.production。',
    remedy: '把开发用的 .env 换成测试组织的参数，并写上 PRODUCTION_ORGANISATIONS=正式组织的 id。',
    check({ listing, developmentEnv: env }) {
      if (env === null) return unknown('这里只有生产配置，没有开发用的 .env。', [], '在开发用的电脑上检查。');
      if (!env.DINGTALK_APP_KEY?.trim() && !env.ZHEZHENGDING_APP_KEY?.trim()) {
        return pass('开发用的是本机的平台仿真，没有连任何组织。');
      }
      const address = env.ZHEZHENGDING_BASE_URL?.trim() ?? '';
      if (URL.canParse(address) && new URL(address).hostname === zhezhengdingProductionHost) {
        return fail('开发用的 .env 连着浙政钉的正式平台（ZHEZHENGDING_BASE_URL）。');
      }
      const { test, production } = listing.organisations;
      const used = (['DINGTALK_CORP_ID', 'ZHEZHENGDING_TENANT_ID'] as const).flatMap((variable) => {
        const id = env[variable]?.trim() ?? '';
        return id === '' ? [] : [{ variable, id }];
      });
      const formal = used.find(({ id }) => id === production);
      if (formal !== undefined) return fail(`开发用的 .env 连着正式组织（${formal.variable}）。`);
      const asking = askForFacts(listing, ['organisations.test']);
      if (asking !== null) return asking;
      const strange = used.find(({ id }) => id !== test);
      if (strange !== undefined) {
        return fail(
          `开发用的 .env 的 ${strange.variable} 不是 listing.yaml 写的测试组织 ${test}。`,
          [`${strange.variable}=${strange.id}`],
          '改正 .env，或 listing.yaml 的 organisations.test。',
        );
      }
      const named = (env.PRODUCTION_ORGANISATIONS ?? '').split(',').map((one) => one.trim());
      const refused = production !== null && named.includes(production);
      return pass(
        `开发用的是测试组织 ${test}。${refused ? '服务端会拒绝正式组织。' : '在 PRODUCTION_ORGANISATIONS 里写上正式组织，服务端就会拒绝它。'}`,
      );
    },
  },
  {
    id: 'mini-organisation',
    kind: 'forbidden',
    title: '小程序的开发包、测试包不指向正式组织。',
    sentence: noTesting,
    how: '读 mini/config 的 development.ts 和 test.ts，与 listing.yaml 的 organisations.production 比较（浙政钉容器不用 corpId）。',
    remedy: '改正 mini/config/development.ts、test.ts 的 corpId。',
    only: ['mini', 'dingtalk'],
    async check({ listing, files }) {
      const { production } = listing.organisations;
      if (production === null) return pass('还没有正式组织，不会用到它。');
      const evidence: string[] = [];
      const wrong: string[] = [];
      for (const env of ['development', 'test'] as const) {
        const config = await miniConfig(files, env);
        if (config instanceof Error) return unknown(config.message);
        evidence.push(`mini/config/${env}.ts：corpId 是 ${config.corpId}`);
        if (config.corpId === production) wrong.push(env);
      }
      return wrong.length === 0
        ? pass('都没有指向正式组织。', evidence)
        : fail(`${wrong.join('、')} 的 corpId 是正式组织 ${production}。`, evidence);
    },
  },
  {
    id: 'internal-app',
    kind: 'required',
    title: '应用采用企业内部开发，形态是小程序或 H5 微应用。',
    sentence: '所有上架到浙政钉的应用均采用企业内部开发（小程序或者 H5 微应用）',
    remedy: '在开发者后台选“企业内部应用”重新创建；第三方企业应用不能上架。',
    facts: ['app.forms'],
    question: {
      ask: '应用在开发者后台的类型是否是“企业内部应用”（小程序或 H5 微应用）？',
      evidence: '开发者后台应用详情的截图',
    },
  },
]);
