import { soonDays } from '../../../server/certificate/report.ts';
import { certificate, live, reachFirst, told } from '../facts/live.ts';
import { chapter, fail, pass, unknown } from '../rule.ts';

/** Half a year, in seconds: the least that browser makers ask for. */
const leastHstsSeconds = 15_552_000;

const days = (seconds: number) => Math.floor(seconds / 86_400);

export const domain = chapter('6', [
  {
    id: 'domain-owner',
    kind: 'own',
    title: '域名建议用业主单位的；没有就用大数据局协调的；都没有可以用服务商的。',
    sentence:
      '应用的域名建议使用业主单位的二级域名，如业主单位没有域名，可以联系当地大数据局协调是否有域名提供，如果还没有，可以采用服务商的二级域名。',
    how: '看 listing.yaml 的 domain.belongsTo；是服务商的，还要回答 answers.domain-owner。',
    remedy: '先向业主单位要二级域名；没有就联系当地大数据局。',
    facts: ['domain.belongsTo'],
    question: {
      ask: '用的是服务商的域名：业主单位没有域名，当地大数据局也协调不到，是吗？',
      evidence: null,
    },
    check({ listing }, answer) {
      const { belongsTo } = listing.domain;
      if (belongsTo === 'vendor') return answer();
      return pass(belongsTo === 'owner' ? '是业主单位的域名。' : '是大数据局提供的域名。');
    },
  },
  {
    id: 'https-only',
    kind: 'forbidden',
    title: '应用用 HTTPS 访问。',
    sentence: 'SSL 证书涉及数据安全，是强要求，未使用 SSL 证书的应用地址都会被拒绝上架。',
    how: '用 https 访问应用域名的 443 端口，看有没有应答。',
    remedy: '在网关上配置证书并监听 443（npm run deploy:files 生成 nginx 配置），确认防火墙放行。',
    facts: ['domain.name'],
    after: 'deploy',
    async check({ probes }) {
      const request = { path: '/healthz' };
      const probed = await probes.https(request);
      if (probed.ok) return pass('https 有应答。', [told(request, probed.answer)]);
      return probed.certain
        ? fail(`https 访问不了：${probed.reason}`)
        : unknown(`https 访问不了：${probed.reason}`, [], '确认本机能访问应用域名后再检查一次。');
    },
  },
  certificate({
    id: 'certificate-trusted',
    kind: 'forbidden',
    title: '证书由公共证书机构签发，不是自制证书。',
    sentence: 'SSL 证书不允许使用自制证书，自制证书无法通过浏览器安全验证。',
    how: '连接应用域名，用浏览器信任的根证书（Mozilla 名单）验证签名，并看密钥强度。',
    remedy: '向正规证书机构申请证书（免费的也可以），装到网关上并重新加载 nginx。',
    codes: ['SELF_SIGNED', 'UNTRUSTED_AUTHORITY', 'WEAK_KEY', 'WEAK_SIGNATURE', 'REFUSED'],
    good: ({ issuer }) => `由 ${issuer} 签发。`,
    doubt: ({ trusted }) => (trusted ? null : '证书链不完整，补全后才知道是不是公共机构签发的。'),
  }),
  certificate({
    id: 'certificate-dates',
    kind: 'forbidden',
    title: '证书在有效期内。',
    sentence:
      'SSL 证书过期，会导致应用链接不安全，钉钉内置浏览器会直接拦截，导致应用地址不可访问，请务必记得在证书过期前，替换新的证书',
    how: '连接应用域名，看证书的起止日期。',
    remedy: '申请新证书，换到网关上并重新加载 nginx。',
    codes: ['EXPIRED', 'NOT_YET_VALID'],
    good: ({ daysLeft }) => `还有 ${daysLeft} 天。`,
  }),
  certificate({
    id: 'certificate-renewal',
    kind: 'own',
    title: `证书至少还有 ${soonDays} 天，快到期的先换。`,
    sentence: '请务必记得在证书过期前，替换新的证书',
    how: '连接应用域名，看证书的到期日期。',
    remedy: '申请新证书，换到网关上并重新加载 nginx。',
    codes: ['EXPIRES_SOON'],
    good: ({ daysLeft }) => `还有 ${daysLeft} 天。`,
  }),
  {
    id: 'certificate-watched',
    kind: 'own',
    title: '证书到期前有人会收到提醒。',
    sentence: '请务必记得在证书过期前，替换新的证书',
    how: '看生产配置的 PUBLIC_ORIGIN：填了它，服务端每天看证书，到期前 30、14、7、1 天给管理员发工作通知。',
    remedy: '在生产的 .env 里填 PUBLIC_ORIGIN=https:// 加应用域名，并让管理员完成绑定。',
    check({ listing, env }) {
      const origin = env.PUBLIC_ORIGIN?.trim() ?? '';
      if (origin === '') return fail('没有找到生产配置的 PUBLIC_ORIGIN，服务端不看证书。');
      const host = URL.canParse(origin) ? new URL(origin).hostname : '';
      return host === listing.domain.name?.toLowerCase()
        ? pass(`服务端看着 ${host} 的证书。`)
        : fail(`PUBLIC_ORIGIN 是 ${origin}，与应用域名 ${listing.domain.name ?? '（没有填）'} 不同。`);
    },
  },
  {
    id: 'http-redirected',
    kind: 'own',
    title: 'HTTP 只跳转到 HTTPS，不提供内容。',
    sentence: null,
    how: '用 http 访问应用域名的 80 端口：应跳转到同一域名的 https，或者端口不开放。',
    remedy:
      '在网关的 80 端口上只留一行 return 301 https://$host$request_uri;（npm run deploy:files 已写好）。',
    facts: ['domain.name'],
    after: 'deploy',
    async check({ listing, probes }) {
      const request = { path: '/api/me' };
      const probed = await probes.http(request);
      if (!probed.ok) {
        // A closed port 80 is good only where the app answers by HTTPS; otherwise it may be another machine.
        const app = await probes.https({ path: '/healthz' });
        return app.ok
          ? pass('HTTP 的端口不开放。', [probed.reason])
          : unknown(`没查成：${probed.reason}`, [], reachFirst);
      }
      const { status, headers } = probed.answer;
      const location = headers.location ?? '';
      const evidence = [`${told(request, probed.answer)}${location === '' ? '' : `，跳转到 ${location}`}`];
      if (status < 300 || status >= 400) return fail(`HTTP 直接给了应答（${status}），没有跳转。`, evidence);
      const target = URL.canParse(location) ? new URL(location) : null;
      return target?.protocol === 'https:' && target.hostname === listing.domain.name?.toLowerCase()
        ? pass('HTTP 跳转到 HTTPS。', evidence)
        : fail('HTTP 的跳转没有去应用域名的 https 地址。', evidence);
    },
  },
  live({
    id: 'hsts',
    kind: 'own',
    title: '应答带 HSTS，浏览器以后只用 HTTPS。',
    sentence: null,
    how: '看 https 应答的 Strict-Transport-Security，max-age 不少于半年。',
    remedy: '服务端以 NODE_ENV=production 运行时自带；网关不要去掉这个应答头，也可以在网关上加。',
    ask: { path: '/healthz' },
    judge({ headers }) {
      const header = headers['strict-transport-security'];
      if (header === undefined) return fail('应答里没有 HSTS。');
      const seconds = Number(/max-age="?(\d+)/i.exec(header)?.[1] ?? 0);
      const found = `HSTS ${days(seconds)} 天。`;
      return seconds >= leastHstsSeconds ? pass(found, [header]) : fail(found, [header]);
    },
  }),
]);
