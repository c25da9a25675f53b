import { isMiniProgram, onlyFor } from '../facts/conditions.ts';
import { askForFacts } from '../facts/facts.ts';
import { miniConfig } from '../facts/mini-package.ts';
import { fail, notApplicable, pass, unknown } from '../rule.ts';

/** Guide, 注册钉钉组织: 「不允许使用浙政钉组织进行开发测试」, which a test package could do as well. */
export const miniOrganisation = onlyFor(isMiniProgram, {
  id: 'mini-organisation',
  section: 'organisation',
  title: '小程序的开发包、测试包不指向正式组织，正式包指向正式组织。',
  severity: 'must',
  how: '读 mini/config 三个环境的 corpId，与 listing.yaml 的 organisations 比较（浙政钉容器不用 corpId）。',
  remedy: '改正 mini/config/development.ts、test.ts、production.ts 的 corpId。',
  async check({ listing, files }) {
    const asking = askForFacts(listing, ['app.platform']);
    if (asking !== null) return asking;
    if (listing.app.platform === 'zhezhengding') return notApplicable('浙政钉的授权码不分 corpId。');
    const missing = askForFacts(listing, ['organisations.test', 'organisations.production']);
    if (missing !== null) return missing;
    const formal = listing.organisations.production;
    const evidence: string[] = [];
    const wrong: string[] = [];
    for (const env of ['development', 'test', 'production'] as const) {
      const config = await miniConfig(files, env);
      if (config instanceof Error) return unknown(config.message);
      evidence.push(`mini/config/${env}.ts：corpId 是 ${config.corpId}`);
      if ((env === 'production') !== (config.corpId === formal)) wrong.push(env);
    }
    return wrong.length === 0
      ? pass('三个环境的组织都对。', evidence)
      : fail(`${wrong.join('、')} 的 corpId 不对：正式组织是 ${formal}，只有 production 用它。`, evidence);
  },
});
