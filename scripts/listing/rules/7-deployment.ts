import { BlockList, isIP } from 'node:net';
import { liveAnswer, told } from '../facts/live.ts';
import { miniConfig } from '../facts/mini-package.ts';
import { type Context, chapter, type Finding, fail, pass, unknown } from '../rule.ts';

interface Endpoint {
  host: string;
  port: number;
}

/** Addresses that the internet cannot reach: private, loopback, link-local, and those inside a carrier's network. */
const inside = new BlockList();
for (const range of [
  '10.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
]) {
  const [net = '', bits] = range.split('/');
  inside.addSubnet(net, Number(bits), 'ipv4');
}
inside.addAddress('::1', 'ipv6');
inside.addSubnet('fc00::', 7, 'ipv6');
inside.addSubnet('fe80::', 10, 'ipv6');

/** Whether an address lies in one of these ranges. */
const isPrivate = (address: string) => {
  const family = isIP(address);
  return family !== 0 && inside.check(address, family === 6 ? 'ipv6' : 'ipv4');
};

const portWords = { open: '通', closed: '不通（拒绝）', silent: '不通（没有应答）' } as const;

/**
 * Checks that the internet cannot reach a machine behind the gateway. The program knows the answer for private
 * addresses, and for the app's own name, where a forwarded port would answer. Other addresses may be internal too (政务外网
 * has ranges that look public): an answer from one proves that it is public; without an answer, a person is asked.
 *
 * @param what what it is called in Chinese.
 */
async function unreachable(
  context: Context,
  what: string,
  endpoints: readonly Endpoint[],
  id: string,
  ask: () => Promise<Finding>,
): Promise<Finding> {
  const { probes, listing } = context;
  const evidence: string[] = [];
  const open: string[] = [];
  const doubtful: string[] = [];
  for (const { host, port } of endpoints) {
    const found = await probes.lookup(host);
    const addresses = found.ok ? found.addresses : [];
    if (addresses.length > 0 && addresses.every(isPrivate)) {
      evidence.push(`${host}:${port} 是内网地址`);
      continue;
    }
    const state = await probes.port(host, port);
    evidence.push(`${host}:${port} 不是常见的内网地址，从本机连接：${portWords[state]}`);
    (state === 'open' ? open : doubtful).push(`${host}:${port}`);
  }
  // A port that is forwarded by mistake would answer at the gateway's address.
  const name = listing.domain.name ?? '';
  const exposed: string[] = [];
  for (const port of new Set(endpoints.map((one) => one.port))) {
    if (name === '' || port === 443 || port === 80) continue;
    const state = await probes.port(name, port);
    evidence.push(`${name}:${port} 从本机连接：${portWords[state]}`);
    if (state === 'open') exposed.push(`${name}:${port}`);
  }
  if (exposed.length > 0) {
    return fail(
      `${what}的端口在应用域名上能直接连通：${exposed.join('、')}。`,
      evidence,
      '在网关和防火墙上关掉这个端口的映射，只留 80 和 443。',
    );
  }
  if (open.length === 0 && doubtful.length === 0) return pass(`${what}在互联网到不了的地址上。`, evidence);
  const answer = await ask();
  if (answer.state !== 'question' || open.length === 0) {
    return { ...answer, evidence: [...evidence, ...answer.evidence] };
  }
  return fail(
    `${what}从本机能直接连通：${open.join('、')}。如果本机就在政务外网里，请在 listing.yaml 的 answers.${id} 里回答。`,
    evidence,
  );
}

/** Host and port of production's DATABASE_URL; nothing else of it leaves this function. */
function configuredDatabase({ env }: Context): Endpoint | null {
  const url = env.DATABASE_URL?.trim() ?? '';
  if (env.NODE_ENV?.trim() !== 'production' || !URL.canParse(url)) return null;
  const { hostname, port } = new URL(url);
  return hostname === '' ? null : { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 5432) };
}

const addresses = (endpoints: readonly Endpoint[]) =>
  endpoints.map(({ host, port }) => `${host}:${port}`).join('、');

const outsideNetwork = '应用服务、数据库的部署需要部署在非公网环境（比如政务外网）。';

export const deployment = chapter('7', [
  {
    id: 'no-vpn',
    kind: 'forbidden',
    title: '不使用 VPN 接入。',
    sentence: '“浙政钉”应用禁止使用 VPN 进行接入，这一点在规范中已经明确。',
    how: '看 listing.yaml 的 deployment.vpn。',
    remedy:
      '改为在互联网接入区设网关转发请求（npm run deploy:files 画出部署结构），手机不装 VPN 就能打开应用。',
    facts: ['deployment.vpn'],
    check: ({ listing }) =>
      listing.deployment.vpn === true ? fail('listing.yaml 写着使用 VPN 接入。') : pass('不使用 VPN。'),
  },
  {
    id: 'app-not-public',
    kind: 'required',
    title: '应用服务部署在互联网不能直接访问的网络（如政务外网）。',
    sentence: outsideNetwork,
    how: '看 listing.yaml 的 deployment.instances 是不是内网地址；不是的从本机试着连接；再看应用域名上有没有开这些端口。政务外网有看起来像公网的地址，这时回答 answers.app-not-public。',
    remedy: '把应用部署到政务外网等非公网环境，只让网关访问它；防火墙不要映射应用的端口。',
    facts: ['deployment.network', 'deployment.instances'],
    question: {
      ask: '应用实例的地址，互联网是否不能直接访问？',
      evidence: '网络拓扑图或防火墙策略的截图',
    },
    check: (context, answer) =>
      unreachable(context, '应用', context.listing.deployment.instances, 'app-not-public', answer),
  },
  {
    id: 'database-not-public',
    kind: 'required',
    title: '数据库部署在互联网不能直接访问的网络（如政务外网）。',
    sentence: outsideNetwork,
    how: '看 listing.yaml 的 deployment.database（和生产配置的 DATABASE_URL）是不是内网地址；不是的从本机试着连接；再看应用域名上有没有开这些端口。看起来像公网的政务外网地址，回答 answers.database-not-public。',
    remedy: '把数据库部署到政务外网等非公网环境，只让应用访问它；防火墙不要映射数据库的端口。',
    facts: ['deployment.database'],
    question: {
      ask: '数据库的地址，互联网是否不能直接访问？',
      evidence: '网络拓扑图或防火墙策略的截图',
    },
    check(context, answer) {
      const listed = context.listing.deployment.database;
      const configured = configuredDatabase(context);
      const known = configured === null || listed.some(({ host }) => host === configured.host);
      const endpoints = known ? listed : [...listed, configured];
      return unreachable(context, '数据库', endpoints, 'database-not-public', answer);
    },
  },
  {
    id: 'gateway-in-front',
    kind: 'required',
    title: '互联网接入区有网关转发请求，应用和数据库不在网关上。',
    sentence:
      '通过在互联网接入区，设置“网关”服务器用作请求的转发，同时应用的地址需要使用域名解析，以及部署 SSL 证书，采用 Https 访问。',
    how: '看 listing.yaml 的 deployment：网关的地址与应用、数据库的不同。',
    remedy: '在互联网接入区放一台网关（npm run deploy:files 生成 nginx 配置），应用和数据库放在它后面。',
    facts: ['deployment.gateway', 'deployment.instances', 'deployment.database'],
    check({ listing }) {
      const { gateway, instances, database } = listing.deployment;
      const evidence = [
        `网关：${gateway.join('、')}`,
        `应用：${addresses(instances)}`,
        `数据库：${addresses(database)}`,
      ];
      const shared = [...instances, ...database].find(({ host }) => gateway.includes(host));
      return shared === undefined
        ? pass('网关在前，应用和数据库在后。', evidence)
        : fail(`${shared.host} 既是网关，又放着应用或数据库。`, evidence);
    },
  },
  {
    id: 'domain-is-name',
    kind: 'required',
    title: '应用地址是域名，不是 IP 地址。',
    sentence: '应用的地址需要使用域名解析',
    how: '看 listing.yaml 的 domain.name。',
    remedy: '向业主单位或当地大数据局要一个二级域名，填进 listing.yaml 的 domain.name。',
    facts: ['domain.name'],
    check({ listing }) {
      const name = listing.domain.name ?? '';
      if (isIP(name) !== 0) return fail(`${name} 是 IP 地址。`);
      if (!name.includes('.')) return fail(`${name} 不是完整的域名。`);
      return /(?:^|\.)example(?:\.|$)|\.(?:invalid|localhost|local|internal|test)$/i.test(name)
        ? fail(`${name} 是示例或本地用的名字，不是真实的域名。`)
        : pass(`应用域名是 ${name}。`);
    },
  },
  {
    id: 'domain-resolves',
    kind: 'required',
    title: '应用域名在互联网上能解析到网关的地址。',
    sentence: '应用的地址需要使用域名解析',
    how: '在本机解析 listing.yaml 的 domain.name：有互联网能到的地址，不全是内网地址。',
    remedy: '请管理这个域名的单位加一条解析记录，指向互联网接入区的网关。',
    facts: ['domain.name'],
    after: 'deploy',
    async check({ listing, probes }) {
      const found = await probes.lookup(listing.domain.name ?? '');
      if (!found.ok) {
        return found.certain ? fail(found.reason) : unknown(found.reason, [], '在能上网的机器上再检查一次。');
      }
      const where = found.addresses.join('、');
      if (found.rehearsed) return pass(`演练：换成了 ${where}。`);
      return found.addresses.every(isPrivate)
        ? fail(
            `只解析到内网地址 ${where}，手机从互联网打不开。`,
            [],
            '解析记录应指向互联网接入区的网关；本机用的是内网 DNS 时，换一台能上互联网的机器再检查。',
          )
        : pass(`解析到 ${where}。`);
    },
  },
  {
    id: 'mini-server-address',
    kind: 'required',
    title: '小程序访问的服务端是应用域名的 https 地址。',
    sentence: '应用的地址需要使用域名解析，以及部署 SSL 证书，采用 Https 访问。',
    how: '读 mini/config/production.ts 的 serverUrl，与 listing.yaml 的 domain.name 比较。',
    remedy:
      '在 mini/config/production.ts 里把 serverUrl 写成 https:// 加应用域名，例如 https://app.hangzhou-dept.cn。',
    only: ['mini'],
    facts: ['domain.name'],
    async check({ listing, files }) {
      const config = await miniConfig(files, 'production');
      if (config instanceof Error) return unknown(config.message);
      const evidence = [`mini/config/production.ts：serverUrl 是 ${config.serverUrl}`];
      const url = URL.canParse(config.serverUrl) ? new URL(config.serverUrl) : null;
      if (url?.protocol !== 'https:') return fail('serverUrl 不是 https 的网址。', evidence);
      return url.hostname === listing.domain.name?.toLowerCase()
        ? pass('用的是应用域名，https。', evidence)
        : fail(
            `serverUrl 的主机不是应用域名（listing.yaml 的 domain.name：${listing.domain.name}）。`,
            evidence,
          );
    },
  },
  {
    id: 'gateway-trusted',
    kind: 'own',
    title: '应用认得网关，把访客的地址当作访客的地址。',
    sentence: null,
    how: '看生产配置的 TRUST_PROXY。',
    remedy: '在生产的 .env 里 TRUST_PROXY 填网关的地址。',
    check({ env }) {
      const trusted = env.TRUST_PROXY?.trim() ?? '';
      return trusted === ''
        ? fail('没有找到生产配置的 TRUST_PROXY：应用会把所有人当成网关这一个地址，限流会误伤。')
        : pass(`TRUST_PROXY 是 ${trusted}。`);
    },
  },
  {
    id: 'high-availability',
    kind: 'own',
    title: '应用至少有两个实例，在不同的机器上。',
    sentence: '为满足高可用要求，可以引入 SLB 进一步做负载均衡。',
    how: '看 listing.yaml 的 deployment.instances。',
    remedy: '再部署一个实例，写进 deployment.instances，重新生成网关配置（npm run deploy:files）。',
    facts: ['deployment.instances'],
    check({ listing }) {
      const { instances } = listing.deployment;
      const hosts = new Set(instances.map(({ host }) => host));
      return hosts.size >= 2
        ? pass(`${instances.length} 个实例，在 ${hosts.size} 台机器上。`, [addresses(instances)])
        : fail('只有一台机器，它停了应用就打不开。', [addresses(instances)]);
    },
  },
  {
    id: 'internal-pages-closed',
    kind: 'own',
    title: '运行指标和接口文档不对外开放。',
    sentence: null,
    how: '不带任何凭证访问应用域名的 /metrics 和 /docs，不应给出内容。',
    remedy: '服务端以 NODE_ENV=production 运行；设置 METRICS_TOKEN，或在网关上拒绝 /metrics。',
    facts: ['domain.name'],
    after: 'deploy',
    async check(context) {
      const evidence: string[] = [];
      const open: string[] = [];
      for (const path of ['/metrics', '/docs']) {
        const finding = await liveAnswer(context, { path }, (answer): Finding => {
          evidence.push(told({ path }, answer));
          if (answer.status < 400 && answer.status !== 304) open.push(path);
          return pass('');
        });
        if (finding.state !== 'pass') return finding;
      }
      return open.length === 0
        ? pass('都不对外开放。', evidence)
        : fail(`对外开放着：${open.join('、')}。`, evidence);
    },
  },
]);
