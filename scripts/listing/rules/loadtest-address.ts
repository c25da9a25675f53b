import { askForFacts } from '../facts/facts.ts';
import { loadTest } from '../facts/loadtest.ts';
import { fail, pass, type Rule } from '../rule.ts';

/** Guide 9: 「压测的 URL 需要跟应用域名地址保持一致」. */
export const loadtestAddress: Rule = {
  id: 'loadtest-address',
  section: '9',
  title: '压测的地址就是应用域名。',
  severity: 'must',
  how: '读 listing/loadtest/report.json 的 address，与 listing.yaml 的 domain.name 比较。',
  remedy: '用应用域名的 https 地址再压测一次：npm run loadtest。',
  async check(context) {
    const asking = askForFacts(context.listing, ['domain.name']);
    if (asking !== null) return asking;
    const name = context.listing.domain.name?.toLowerCase();
    return loadTest(context, ({ report, told }) => {
      const { protocol, hostname } = new URL(report.address);
      return protocol === 'https:' && hostname === name
        ? pass('压测的是应用域名。', [told])
        : fail(`压测的是 ${report.address}，不是 https://${name}。`, [told]);
    });
  },
};
