import { askForFacts } from '../facts/facts.ts';
import { told } from '../facts/live.ts';
import { fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide 6: 「SSL 证书涉及数据安全，是强要求，未使用 SSL 证书的应用地址都会被拒绝上架」. */
export const httpsOnly: Rule = {
  id: 'https-only',
  section: '6',
  title: '应用用 HTTPS 访问。',
  severity: 'must',
  how: '用 https 访问应用域名的 443 端口，看有没有应答。',
  remedy: '在网关上配置证书并监听 443（npm run deploy:files 生成 nginx 配置），确认防火墙放行。',
  async check({ listing, probes }) {
    const asking = askForFacts(listing, ['domain.name']);
    if (asking !== null) return asking;
    const request = { path: '/healthz' };
    const probed = await probes.https(request);
    if (probed.ok) return pass('https 有应答。', [told(request, probed.answer)]);
    return probed.certain
      ? fail(`https 访问不了：${probed.reason}`)
      : unknown(`https 访问不了：${probed.reason}`, [], '确认本机能访问应用域名后再检查一次。');
  },
};
