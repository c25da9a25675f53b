import type { HttpAnswer } from '../check/http-ask.ts';
import type { Probes } from '../check/probes.ts';
import { live, told } from '../facts/live.ts';
import { type Context, chapter, fail, notApplicable, pass, unknown } from '../rule.ts';

/** The template's H5 pages are one single-page app. */
const page = { path: '/console' } as const;

/** The stability platform's code in a page. */
interface StabilityCode {
  /** `<meta name="wpk-bid">`; null without. */
  metaBid: string | null;
  /** The reporter's own `bid`; null where none was found. */
  bid: string | null;
  spa: boolean;
  installed: boolean;
  /** The address of wpkReporter.js; null where none was found. */
  script: string | null;
  /** The server that gets the reports, where it is not the public service. */
  gateway: string | null;
}

/** Reads a page and its own scripts, which may hold the code as well. */
async function codeOf(answer: HttpAnswer, probes: Probes): Promise<StabilityCode> {
  const own = [...answer.body.matchAll(/<script[^>]+src="(\/[^"/][^"]*)"/g)].map(([, path = '']) => path);
  const scripts = await Promise.all(own.map((path) => probes.https({ path })));
  const text = [answer.body, ...scripts.map((probed) => (probed.ok ? probed.answer.body : ''))]
    .join('\n')
    // The guide's code writes addresses plainly; JSON within a page may escape their slashes.
    .replaceAll('\\/', '/');
  const found = (pattern: RegExp) => pattern.exec(text)?.[1] ?? null;
  return {
    metaBid: found(/<meta\s+name="wpk-bid"\s+content="([^"]+)"/),
    bid: found(/["']?\bbid["']?\s*:\s*["']([^"']+)["']/),
    spa: /["']?\bspa["']?\s*:\s*(?:true|!0)\b/.test(text),
    installed: /\.installAll\s*\(/.test(text),
    script: found(/["'](https?:\/\/[^"'\s]*wpkReporter[^"'\s]*)["']/),
    gateway: found(/["']?\bgateway["']?\s*:\s*["'](https?:\/\/[^"']+)["']/),
  };
}

/** The hosts that a phone must be able to resolve: the three of the guide, or those of the gateway in use. */
function hostsOf({ script, gateway }: Pick<StabilityCode, 'script' | 'gateway'>): string[] {
  if (gateway === null) return ['g.alicdn.com', 'px.ucweb.com', 'px-intl.ucweb.com'];
  const hosts = [script, gateway].flatMap((url) =>
    url !== null && URL.canParse(url) ? new URL(url).hostname : [],
  );
  return [...new Set(hosts)];
}

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

/** Which parts of a page's policy stop the code, in Chinese. */
function blockedBy(header: string, answer: HttpAnswer, code: StabilityCode): string[] {
  const scriptHost = new URL(code.script ?? '').hostname;
  const nonce = /nonce-([\w+/=-]+)/.exec(header)?.[1] ?? null;
  const nonced = nonce !== null && answer.body.includes(`"${nonce}"`);
  const uploads = hostsOf(code).filter((host) => host !== scriptHost || code.gateway !== null);
  return [
    ...(nonced || allows(header, 'script-src', scriptHost) ? [] : [`script-src 没有放行 ${scriptHost}`]),
    ...uploads.flatMap((host) =>
      allows(header, 'connect-src', host) ? [] : [`connect-src 没有放行 ${host}`],
    ),
  ];
}

const codeJoined = '所有上架到“浙政钉”的应用需要接入稳定性监控平台';

export const stability = chapter('8', [
  live({
    id: 'stability-code',
    kind: 'required',
    title: 'H5 页面有稳定性平台的接入代码，bid 是审批通过后给的那一个。',
    sentence:
      '微应用上架审批通过后，接入代码会连同 appkey 一起给到申请人，服务商需要将接入代码加入应用的 HTML 页面（单页应用添加首页，非单页应用每个页面都需要添加）',
    how: '打开应用域名上的 H5 页面（/console），读页面和它自己的脚本，与 listing.yaml 的 stability.bid 比较。审批前还没有代码，不查；小程序自动接入，不用加。',
    remedy: '在生产的 .env 里填 WPK_BID，重启服务端；listing.yaml 的 stability.bid 填同一个。',
    only: ['h5', 'approved'],
    facts: ['stability.bid'],
    ask: page,
    async judge(answer, { listing, probes }) {
      const { bid } = listing.stability;
      if (answer.status !== 200) return fail(`H5 页面打不开（${answer.status}）。`, [told(page, answer)]);
      const code = await codeOf(answer, probes);
      const wrong = [
        ...(code.metaBid === bid ? [] : ['wpk-bid 不对']),
        ...(code.bid === bid ? [] : ['接入代码里的 bid 不对']),
        ...(code.script === null ? ['没有加载 wpkReporter.js'] : []),
        ...(code.installed ? [] : ['没有调用 installAll()']),
      ];
      const evidence = [
        `wpk-bid: ${code.metaBid ?? '（没有）'}，bid: ${code.bid ?? '（没有）'}`,
        `脚本: ${code.script ?? '（没有）'}`,
      ];
      return wrong.length === 0
        ? pass(`有接入代码，bid 是 ${bid}。`, evidence)
        : fail(`接入代码不对：${wrong.join('、')}（应为 ${bid}）。`, evidence);
    },
  }),
  live({
    id: 'stability-allowed',
    kind: 'required',
    title: 'H5 页面的安全策略（CSP）不拦稳定性平台的脚本和数据。',
    sentence: codeJoined,
    how: '看 H5 页面的 Content-Security-Policy：script-src 放行脚本的域名或带 nonce，connect-src 放行上传的域名。',
    remedy: '服务端按 WPK_BID、WPK_GATEWAY 自己生成策略；网关不要另加或改写 Content-Security-Policy。',
    only: ['h5', 'approved'],
    ask: page,
    async judge(answer, { probes }) {
      const header = answer.headers['content-security-policy'] ?? '';
      if (header === '') return pass('页面没有 CSP，不会拦。');
      const code = await codeOf(answer, probes);
      if (code.script === null) return notApplicable('页面没有接入代码，见 stability-code。');
      const blocked = blockedBy(header, answer, code);
      const evidence = [`Content-Security-Policy: ${header}`];
      return blocked.length === 0
        ? pass('CSP 放行稳定性平台。', evidence)
        : fail(`CSP 会拦住稳定性数据：${blocked.join('、')}。`, evidence);
    },
  }),
  live({
    id: 'stability-spa',
    kind: 'own',
    title: 'H5 是单页应用的，接入代码里 spa 设为 true。',
    sentence: '如果是单页应用，建议增加设置 spa 参数为 true，方便统计访问的 url',
    how: '读 H5 页面（/console）里的接入代码。',
    remedy: '接入代码里写 spa: true；模板填了 WPK_BID 就自带。',
    only: ['h5', 'approved'],
    ask: page,
    async judge(answer, { probes }) {
      const code = await codeOf(answer, probes);
      if (code.script === null) return notApplicable('页面没有接入代码，见 stability-code。');
      return code.spa ? pass('spa 是 true。') : fail('接入代码里没有 spa: true。');
    },
  }),
  {
    id: 'stability-hosts',
    kind: 'own',
    title: '稳定性平台的域名（g.alicdn.com、px.ucweb.com、px-intl.ucweb.com，或浙政钉网关）能解析。',
    sentence: '如手机连接的是政务网的 wifi，确保该网络能正常解析以下三个域名，否则稳定性数据无法正常上传。',
    how: '在本机解析这些域名；页面用浙政钉网关时解析网关的域名。请在用户手机所在的网络里检查。',
    remedy: '在用户的网络（政务网 wifi 等）里放行并解析这些域名，请网络管理员处理。',
    only: ['h5', 'approved'],
    async check({ probes }: Context) {
      const probed = await probes.https(page);
      const hosts = hostsOf(
        probed.ok ? await codeOf(probed.answer, probes) : { script: null, gateway: null },
      );
      const found = await Promise.all(hosts.map((host) => probes.lookup(host)));
      const evidence = hosts.map((host, at) => {
        const one = found[at];
        return one?.ok === true ? `${host} → ${one.addresses.join('、')}` : `${host}：${one?.reason ?? ''}`;
      });
      const missing = hosts.filter((_host, at) => found[at]?.ok !== true);
      if (missing.length === 0) return pass(`${hosts.length} 个域名都能解析。`, evidence);
      return found.some((one) => !one.ok && one.certain)
        ? fail(`解析不了：${missing.join('、')}。`, evidence)
        : unknown(`没有查成：${missing.join('、')}。`, evidence, '换到用户的网络里再检查一次。');
    },
  },
  {
    id: 'stability-tested-on-phone',
    kind: 'own',
    title: 'H5 加了稳定性代码后，用手机流量打开过，数据已上传。',
    sentence: '用户使用手机访问，稳定性数据会自动上传。测试的时候建议使用手机流量进行测试',
    remedy: '重新发布后，用手机流量打开应用，再到稳定性平台看有没有数据。',
    only: ['h5', 'approved'],
    question: { ask: '是否用手机流量打开过应用，并在稳定性平台看到数据？', evidence: '稳定性平台的截图' },
  },
]);
