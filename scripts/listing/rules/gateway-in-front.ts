import { askForFacts } from '../facts/facts.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 7: 「通过在互联网接入区，设置“网关”服务器用作请求的转发」. */
export const gatewayInFront: Rule = {
  id: 'gateway-in-front',
  section: '7',
  title: '互联网接入区有网关转发请求，应用和数据库不在网关上。',
  severity: 'must',
  how: '看 listing.yaml 的 deployment：网关、应用、数据库的地址互不相同；生产配置的 TRUST_PROXY 要认得网关。',
  remedy:
    '在互联网接入区放一台网关（npm run deploy:files 生成 nginx 配置），生产的 .env 里 TRUST_PROXY 填网关的地址。',
  async check({ listing, env }) {
    const asking = askForFacts(listing, [
      'deployment.gateway',
      'deployment.instances',
      'deployment.database',
    ]);
    if (asking !== null) return asking;
    const { gateway, instances, database } = listing.deployment;
    const evidence = [
      `网关：${gateway.join('、')}`,
      `应用：${instances.map(({ host, port }) => `${host}:${port}`).join('、')}`,
      `数据库：${database.map(({ host, port }) => `${host}:${port}`).join('、')}`,
    ];
    const shared = [...instances, ...database].find(({ host }) => gateway.includes(host));
    if (shared !== undefined) return fail(`${shared.host} 既是网关，又放着应用或数据库。`, evidence);
    if (env.NODE_ENV?.trim() === 'production') {
      const trusted = env.TRUST_PROXY?.trim() ?? '';
      evidence.push(`生产配置：TRUST_PROXY=${trusted}`);
      if (trusted === '') {
        return fail('生产配置里没有 TRUST_PROXY：应用会把所有人当成网关这一个地址，限流会误伤。', evidence);
      }
    }
    return pass('网关在前，应用和数据库在后。', evidence);
  },
};
