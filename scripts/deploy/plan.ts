import { isIP } from 'node:net';
import { StartFailure } from '../../server/config/start-failure.ts';
import { missingFacts } from '../listing/facts/facts.ts';
import type { Listing } from '../listing/listing.ts';
import { stageOf } from '../listing/stage.ts';

/** The facts of listing.yaml that a picture of the deployment needs, complete and checked. */
export interface Topology {
  appName: string;
  domain: string;
  /** Addresses from which requests reach the instances. */
  gateways: readonly string[];
  instances: readonly Endpoint[];
  databases: readonly Endpoint[];
  /** Addresses of load balancers in front of the gateway, from which connections reach it. */
  loadBalancers: readonly string[];
  platform: 'zhezhengding' | 'dingtalk';
  /** The name of the network of application and database. */
  network: string;
}

/** The input for the files of a deployment. */
export interface DeployPlan extends Topology {
  /** Names the service, its folder and its system user; the package's name. */
  name: string;
  /** How the load balancers tell the client's address; null without load balancers. */
  loadBalancerKind: NonNullable<Deployment['loadBalancerKind']> | null;
  loadtestFrom: readonly string[];
  /** 业主单位; null while it is not known. */
  owner: string | null;
  /** Whether the approval has brought production's parameters; until then the server runs on the test's. */
  approved: boolean;
  /** The organisation of that stage: corpId or tenant id; null while it is not known. */
  organisation: string | null;
  /** The stability platform's bid of an approved H5 app; null without. */
  bid: string | null;
}

export interface Endpoint {
  host: string;
  port: number;
}

type Deployment = Listing['deployment'];

/** Facts that every deployment needs. */
const needed = [
  'app.platform',
  'domain.name',
  'deployment.gateway',
  'deployment.instances',
  'deployment.database',
];

/**
 * Reads the topology out of listing.yaml.
 *
 * @throws StartFailure that asks for every fact that is missing, by name; or says which address cannot be one.
 */
export function topologyOf(listing: Listing): Topology {
  const { app, domain, deployment } = listing;
  askFor(listing, needed);
  // `askFor` has made sure of both, which the compiler cannot know.
  if (app.platform === null || domain.name === null) throw new Error('unreachable: asked for above');
  const problems = [...addressProblems(deployment), ...duplicates(deployment.instances)];
  if (problems.length > 0) {
    throw new StartFailure(['listing.yaml 的 deployment 有问题：', ...problems].join('\n'));
  }
  return {
    appName: app.name ?? domain.name,
    domain: domain.name.toLowerCase(),
    gateways: deployment.gateway,
    instances: deployment.instances,
    databases: deployment.database,
    loadBalancers: deployment.loadBalancers ?? [],
    platform: app.platform,
    network: deployment.network ?? '政务外网',
  };
}

/**
 * The plan that listing.yaml tells.
 *
 * @param name the service's name: lower-case letters, digits and hyphens.
 * @throws StartFailure as {@link topologyOf}; also where it is not known what a load balancer says of the clients.
 */
export function deployPlan(listing: Listing, name: string): DeployPlan {
  const { app, deployment } = listing;
  const topology = topologyOf(listing);
  const kind = deployment.loadBalancerKind ?? null;
  const approved = stageOf(listing) === '审批后';
  // Never guessed: with the wrong kind, anybody can forge an address.
  if (topology.loadBalancers.length > 0) askFor(listing, ['deployment.loadBalancerKind']);
  if (kind === 'layer7' || kind === 'layer4-proxy-protocol') askFor(listing, ['deployment.loadBalancers']);
  return {
    ...topology,
    name,
    appName: app.name ?? name,
    loadBalancerKind: kind,
    loadtestFrom: deployment.loadtestFrom ?? [],
    owner: listing.owner.organisation,
    approved,
    organisation: approved ? listing.organisations.production : listing.organisations.test,
    bid: approved && app.forms?.includes('h5') === true ? listing.stability.bid : null,
  };
}

/** Warnings about a plan that works but not well; Chinese, one line each. */
export function planWarnings({ instances }: DeployPlan): string[] {
  return instances.length > 1
    ? []
    : [
        'instances 只有一个：它停止、升级、坏了，应用就打不开。建议再部署一个，写进 listing.yaml 后重新生成。',
      ];
}

/** @throws StartFailure that names the facts that are not known, with an example each. */
function askFor(listing: Listing, facts: readonly string[]): void {
  const asked = missingFacts(listing, facts).map(({ title, example }) => `  ${title}。例如 ${example}`);
  if (asked.length === 0) return;
  throw new StartFailure(
    ['listing.yaml 里还缺这些，填好后重新运行：', ...asked, '说明见 scripts/docs/deploy.md。'].join('\n'),
  );
}

/** An address, or a range such as `10.0.0.0/24`. */
function isAddress(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const isHostName = (text: string) =>
  text.length <= 253 && text.split('.').every((label) => /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$/.test(label));

/** Checks addresses, since any other character may have a meaning in a configuration file. */
function addressProblems(deployment: Deployment): string[] {
  const lists = {
    gateway: deployment.gateway,
    loadBalancers: deployment.loadBalancers ?? [],
    loadtestFrom: deployment.loadtestFrom ?? [],
  };
  const ranges = Object.entries(lists).flatMap(([fact, addresses]) =>
    addresses
      .filter((address) => !isAddress(address))
      .map((address) => `  ${fact} 里的“${address}”不是 IP 地址或网段，例如 10.0.0.10 或 10.0.0.0/24`),
  );
  const hosts = [...deployment.instances, ...deployment.database]
    .filter(({ host }) => isIP(host) === 0 && !isHostName(host))
    .map(({ host }) => `  “${host}”不是 IP 地址，也不是主机名`);
  return [...ranges, ...hosts];
}

function duplicates(instances: readonly Endpoint[]): string[] {
  const names = instances.map(endpoint);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  return [...new Set(twice)].map((name) => `  instances 里 ${name} 写了两次`);
}

/** `10.1.0.11:3001`, with brackets around an IPv6 address. */
export function endpoint({ host, port }: Endpoint): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
