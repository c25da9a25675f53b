import { askForFacts } from '../facts/facts.ts';
import { fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide 1 and 2: the parameters belong to the set of interfaces that the app uses. */
export const platformConfigured: Rule = {
  id: 'platform-configured',
  section: '2',
  title: '生产配置的平台与上架信息一致。',
  severity: 'must',
  how: '比较生产环境变量 PLATFORM 与 listing.yaml 的 app.platform。',
  remedy: '改正生产环境的 PLATFORM，或 listing.yaml 的 app.platform。',
  async check({ listing, env }) {
    const asking = askForFacts(listing, ['app.platform']);
    if (asking !== null) return asking;
    if (env.NODE_ENV?.trim() !== 'production') {
      return unknown(
        '没有找到生产环境的配置（NODE_ENV=production），不知道生产用哪个平台。',
        [],
        '在放着生产 .env 的机器上检查，或用生产的 .env 运行检查。',
      );
    }
    const platform = env.PLATFORM?.trim() || 'dingtalk';
    return platform === listing.app.platform
      ? pass(`都是 ${platform}。`)
      : fail(`生产配置是 ${platform}，listing.yaml 是 ${listing.app.platform}。`);
  },
};
