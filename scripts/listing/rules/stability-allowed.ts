import { isH5, onlyFor } from '../facts/conditions.ts';
import { liveAnswer } from '../facts/live.ts';
import { h5Pages, readStabilityCode, stabilityHosts } from '../facts/stability.ts';
import { fail, notApplicable, pass, type Rule } from '../rule.ts';

/** Guide 8: 「否则稳定性数据无法正常上传」: a page's own policy can stop it as surely as a network. */
export const stabilityAllowed: Rule = onlyFor(isH5, {
  id: 'stability-allowed',
  section: '8',
  title: 'H5 页面的安全策略（CSP）允许加载稳定性脚本、上传数据。',
  severity: 'must',
  how: '看 H5 页面的 Content-Security-Policy：script-src 放行脚本的域名或带 nonce，connect-src 放行上传的域名。',
  remedy: '服务端按 WPK_BID、WPK_GATEWAY 自己生成策略；网关不要另加或改写 Content-Security-Policy。',
  check(context) {
    const path = h5Pages[0];
    return liveAnswer(context, { path }, async (answer) => {
      const header = answer.headers['content-security-policy'] ?? '';
      if (header === '') return pass('页面没有 CSP，不会拦。');
      const code = await readStabilityCode(answer, context.probes);
      if (code.script === null) return notApplicable('页面没有接入代码，见 stability-code。');
      const scriptHost = new URL(code.script).hostname;
      const uploads = stabilityHosts(code).filter((host) => host !== scriptHost || code.gateway !== null);
      const nonce = /nonce-([\w+/=-]+)/.exec(header)?.[1] ?? null;
      const nonced = nonce !== null && answer.body.includes(`"${nonce}"`);
      const blocked = [
        ...(nonced || allows(header, 'script-src', scriptHost) ? [] : [`script-src 没有放行 ${scriptHost}`]),
        ...uploads.flatMap((host) =>
          allows(header, 'connect-src', host) ? [] : [`connect-src 没有放行 ${host}`],
        ),
      ];
      const evidence = [`Content-Security-Policy: ${header}`];
      return blocked.length === 0
        ? pass('CSP 放行稳定性平台。', evidence)
        : fail(`CSP 会拦住稳定性数据：${blocked.join('、')}。`, evidence);
    });
  },
});

/** Several policies in one header (joined by commas) must all allow it. */
function allows(header: string, directive: string, host: string): boolean {
  return header.split(',').every((policy) => {
    const parts = new Map(
      policy
        .split(';')
        .map((part) => part.trim().split(/\s+/))
        .map(([name = '', ...sources]) => [name.toLowerCase(), sources]),
    );
    const sources = parts.get(directive) ?? parts.get('default-src');
    if (sources === undefined) return true;
    return sources.some((source) => {
      if (source === '*' || source === 'https:') return true;
      const pattern = source.replace(/^https?:\/\//, '').replace(/[:/].*$/, '');
      return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : pattern === host;
    });
  });
}
