import { isIP } from 'node:net';
import { askForFacts } from '../facts/facts.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 7: 「应用的地址需要使用域名解析」. */
export const domainIsName: Rule = {
  id: 'domain-is-name',
  section: '6',
  title: '应用地址是域名，不是 IP 地址。',
  severity: 'must',
  how: '看 listing.yaml 的 domain.name。',
  remedy: '向业主单位或当地大数据局要一个二级域名，填进 listing.yaml 的 domain.name。',
  async check({ listing }) {
    const asking = askForFacts(listing, ['domain.name']);
    if (asking !== null) return asking;
    const name = listing.domain.name ?? '';
    if (isIP(name) !== 0) return fail(`${name} 是 IP 地址。`);
    if (!name.includes('.')) return fail(`${name} 不是完整的域名。`);
    if (/(?:^|\.)example(?:\.|$)|\.(?:invalid|localhost|local|internal|test)$/i.test(name)) {
      return fail(`${name} 是示例或本地用的名字，不是真实的域名。`);
    }
    return pass(`应用域名是 ${name}。`);
  },
};
