import { isIP } from 'node:net';
import { isMiniProgram, onlyFor } from '../facts/conditions.ts';
import { askForFacts } from '../facts/facts.ts';
import { miniConfig } from '../facts/mini-package.ts';
import { fail, pass, unknown } from '../rule.ts';

/** Guide 6 and 开发应用: the address of the app is its domain name, by https. */
export const miniServerAddress = onlyFor(isMiniProgram, {
  id: 'mini-server-address',
  section: 'development',
  title: '小程序访问的服务端是应用域名的 https 地址，不是本机、内网或 IP 地址。',
  severity: 'must',
  how: '读 mini/config/production.ts 的 serverUrl，与 listing.yaml 的 domain.name 比较。',
  remedy:
    '在 mini/config/production.ts 里把 serverUrl 写成 https:// 加应用域名，例如 https://app.hangzhou-dept.cn。',
  async check({ listing, files }) {
    const asking = askForFacts(listing, ['domain.name']);
    if (asking !== null) return asking;
    const config = await miniConfig(files, 'production');
    if (config instanceof Error) return unknown(config.message);
    const { serverUrl } = config;
    const evidence = [`mini/config/production.ts：serverUrl 是 ${serverUrl}`];
    if (!URL.canParse(serverUrl)) return fail('serverUrl 不是网址。', evidence);
    const { protocol, hostname } = new URL(serverUrl);
    if (protocol !== 'https:') return fail('serverUrl 不是 https。', evidence);
    if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !hostname.includes('.')) {
      return fail('serverUrl 是 IP 或本机地址，不是域名。', evidence);
    }
    return hostname === listing.domain.name?.toLowerCase()
      ? pass('用的是应用域名，https。', evidence)
      : fail(`serverUrl 的域名与 listing.yaml 的 domain.name（${listing.domain.name}）不同。`, evidence);
  },
});
