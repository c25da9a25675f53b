import { askForFacts } from '../facts/facts.ts';
import { reachFirst, told } from '../facts/live.ts';
import { fail, pass, type Rule, unknown } from '../rule.ts';

/** Guide 7: 「采用 Https 访问」: whoever comes by plain http is sent on, and served nothing. */
export const httpRedirected: Rule = {
  id: 'http-redirected',
  section: '6',
  title: 'HTTP 只跳转到 HTTPS，不提供内容。',
  severity: 'must',
  how: '用 http 访问应用域名的 80 端口：应跳转到同一域名的 https，或者端口不开放。',
  remedy: '在网关的 80 端口上只留一行 return 301 https://$host$request_uri;（npm run deploy:files 已写好）。',
  async check({ listing, probes }) {
    const asking = askForFacts(listing, ['domain.name']);
    if (asking !== null) return asking;
    const host = listing.domain.name ?? '';
    const request = { path: '/api/me' };
    const probed = await probes.http(request);
    if (!probed.ok) {
      // Nothing on port 80 is good where the app itself answers; else nobody knows what was reached.
      const app = await probes.https({ path: '/healthz' });
      return app.ok
        ? pass('HTTP 的端口不开放。', [probed.reason])
        : unknown(`没查成：${probed.reason}`, [], reachFirst);
    }
    const { status } = probed.answer;
    const location = probed.answer.headers.location ?? '';
    const evidence = [`${told(request, probed.answer)}${location === '' ? '' : `，跳转到 ${location}`}`];
    if (status < 300 || status >= 400) return fail(`HTTP 直接给了应答（${status}），没有跳转。`, evidence);
    const target = URL.canParse(location) ? new URL(location) : null;
    return target?.protocol === 'https:' && target.hostname === host.toLowerCase()
      ? pass('HTTP 跳转到 HTTPS。', evidence)
      : fail('HTTP 的跳转没有去应用域名的 https 地址。', evidence);
  },
};
