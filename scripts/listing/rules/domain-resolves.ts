import { askForFacts } from '../facts/facts.ts';
import { fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide 7: 「应用的地址需要使用域名解析」. */
export const domainResolves: Rule = {
  id: 'domain-resolves',
  section: '6',
  title: '应用域名能解析到地址。',
  severity: 'must',
  how: '在本机解析 listing.yaml 的 domain.name。',
  remedy: '请管理这个域名的单位加一条解析记录，指向互联网接入区的网关。',
  async check({ listing, probes }) {
    const asking = askForFacts(listing, ['domain.name']);
    if (asking !== null) return asking;
    const found = await probes.lookup(listing.domain.name ?? '');
    if (found.ok) return pass(`解析到 ${found.addresses.join('、')}。`);
    return found.certain ? fail(found.reason) : unknown(found.reason, [], '在能上网的机器上再检查一次。');
  },
};
