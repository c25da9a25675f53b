import { isMiniProgram, onlyFor } from '../facts/conditions.ts';
import { miniConfig, productionPackage } from '../facts/mini-package.ts';
import { urlsIn } from '../facts/package-urls.ts';
import { answered, type Question, unknown } from '../rule.ts';

const id = 'mini-trusted-domains';
const asked: Question = {
  ask: '列出的域名是否都已登记为“HTTP 可信域名”？',
  evidence: '开发者后台安全设置的截图',
};

/** Reference: a request to a domain that is not registered fails on the phone with error 11. */
export const miniTrustedDomains = onlyFor(isMiniProgram, {
  id,
  section: 'development',
  title: '小程序访问的域名都登记为“HTTP 可信域名”。',
  severity: 'must',
  how: '从生产包和 mini/config/production.ts 里收集域名，列出来；登记了没有，回答 answers.mini-trusted-domains。',
  remedy: '在开发者后台 → 应用 → 安全设置 → HTTP 可信域名里逐个添加，再重新构建、上传。',
  question: asked,
  async check(context) {
    const config = await miniConfig(context.files, 'production');
    const built = await productionPackage(context.files);
    if (config instanceof Error) return unknown(config.message);
    if (built instanceof Error) return unknown(`小程序编译不过：${built.message}`);
    const server = URL.canParse(config.serverUrl) ? [new URL(config.serverUrl).hostname] : [];
    const domains = [...new Set([...server, ...urlsIn(built).map(({ hostname }) => hostname)])];
    const finding = await answered(context, id, asked);
    return {
      ...finding,
      detail: `要登记的域名：${domains.join('、') || '无'}。${finding.detail}`,
      evidence: [...domains.map((domain) => `可信域名：${domain}`), ...finding.evidence],
    };
  },
});
