import { zhezhengdingProductionHost, zhezhengdingTestHost } from '../../server/config/constants.ts';
import { type DeployPlan, endpoint } from './plan.ts';
import { applicationAddress } from './postgresql.ts';

/** A variable's note and value for production, beyond those of `.env.example`. */
interface ProductionNote {
  /** Chinese, one line. */
  note: string | ((plan: DeployPlan) => string);
  /** The first value. A text in brackets is for a person to replace: with it the server does not start. */
  value?: (plan: DeployPlan) => string;
}

/** Variables of development alone. */
const leftOut: ReadonlySet<string> = new Set([
  'DATA_DIR',
  'DINGTALK_MINI_APP_ID',
  'DINGTALK_MINI_STORE_URL',
  'DINGTALK_MINI_TOKEN',
  'EMULATOR_PORT',
  'SIMULATOR_PORT',
  'PRODUCTION_ORGANISATIONS',
]);

const only = (platform: DeployPlan['platform']) => (name: string) =>
  name.startsWith(platform === 'zhezhengding' ? 'DINGTALK_' : 'ZHEZHENGDING_');

const whose = ({ approved }: DeployPlan) => (approved ? '审批回复的' : '测试应用的');

/** A parameter that the platform tells the applicant alone. */
const given = (what: string): ProductionNote => ({ note: '', value: (plan) => `（${whose(plan)}${what}）` });

const stageNote = ({ approved }: DeployPlan) =>
  approved ? '审批已通过，用正式参数' : '审批前用测试参数，审批通过后换成回复的正式参数';

const behindProxyProtocol = ({ loadBalancerKind }: DeployPlan) =>
  loadBalancerKind === 'layer4-proxy-protocol';

const notes: Readonly<Record<string, ProductionNote>> = {
  NODE_ENV: { note: '', value: () => 'production' },
  HOST: { note: '不要改：manage.mjs 要从本机访问；由防火墙只放行网关', value: () => '0.0.0.0' },
  PORT: { note: '由 systemd 按实例的名字给出，这里不用填' },
  TRUST_PROXY: {
    note: '网关在内网一侧的地址：只信它写的客户端地址。换了网关要跟着改',
    value: ({ gateways }) => gateways.join(','),
  },
  PUBLIC_ORIGIN: { note: '填了才会提醒证书到期', value: ({ domain }) => `https://${domain}` },
  CERTIFICATE_ADDRESS: {
    note: (plan) =>
      behindProxyProtocol(plan)
        ? '网关的 443 只收带 PROXY protocol 的连接，不能直接连：填负载均衡在内网一侧的“地址:443”；访问得到公网域名的不用填'
        : '应用服务器一般访问不到公网域名，改连每一台网关：防火墙要允许应用服务器访问网关的 443',
    value: (plan) =>
      behindProxyProtocol(plan)
        ? ''
        : plan.gateways
            .filter((gateway) => !gateway.includes('/'))
            .map((host) => endpoint({ host, port: 443 }))
            .join(','),
  },
  APP_NAME: { note: '', value: ({ appName }) => appName },
  SECRET_KEY: {
    note: '必填。所有实例、所有机器相同；换掉它只会让应用令牌重取一次',
    value: () => '（随机密钥）',
  },
  METRICS_TOKEN: { note: '监控系统在另一台机器上才要填；网关不对外提供 /metrics' },
  PLATFORM: { note: stageNote, value: ({ platform }) => platform },
  DINGTALK_APP_KEY: given(' AppKey'),
  DINGTALK_APP_SECRET: given(' AppSecret'),
  DINGTALK_CORP_ID: { note: '', value: (plan) => plan.organisation ?? `（${whose(plan)} corpId）` },
  ZHEZHENGDING_APP_KEY: given(' App Key'),
  ZHEZHENGDING_APP_SECRET: given(' App Secret'),
  ZHEZHENGDING_TENANT_ID: { note: '', value: (plan) => plan.organisation ?? `（${whose(plan)}租户 id）` },
  ZHEZHENGDING_BASE_URL: {
    note: '',
    value: ({ approved }) => `https://${approved ? zhezhengdingProductionHost : zhezhengdingTestHost}`,
  },
  WPK_BID: { note: 'H5 审批通过后才有；listing.yaml 的 stability.bid', value: ({ bid }) => bid ?? '' },
  PLATFORM_CALLS_PER_SECOND: {
    note: '平台的上限 20，由全部实例平分',
    value: ({ instances }) => String(Math.max(1, Math.floor(20 / instances.length))),
  },
  DATABASE_URL: {
    note: '必填，应用的账号，不是表的属主。密码里的特殊字符要写成 %40 这样的编码',
    value: applicationAddress,
  },
  DATABASE_POOL: { note: '实例数 × 本值（每个实例另有约 2 个监听连接）要小于数据库的 max_connections' },
  REQUESTS_PER_MINUTE: { note: '压测当天可以改大，例如 100000000，测完改回来' },
};

/** A value as `.env` holds it: in quotes where it has quotes, `#`, or blanks at an end. */
export function environmentValue(value: string): string {
  if (!/[#"'`]|^\s|\s$/.test(value)) return value;
  const quote = ['"', "'", '`'].find((one) => !value.includes(one)) ?? '"';
  return `${quote}${value}${quote}`;
}

/** `.env.example` without what only development reads, with production's own notes and values. */
export function environmentTemplate(example: string, plan: DeployPlan): string {
  const skipPlatform = only(plan.platform);
  const blocks = example.split(/\n{2,}/).map((block) => block.split('\n'));
  const kept = blocks
    .map((block) => productionBlock(block, plan, skipPlatform))
    .filter((block) => block !== '');
  return `${[heading(plan), ...kept].join('\n\n').trimEnd()}\n`;
}

function heading(plan: DeployPlan): string {
  return [
    `# ${plan.appName}的生产配置，由 npm run deploy:files 生成。复制成 /opt/${plan.name}/shared/.env 再填写。`,
    `# 业主单位：${plan.owner ?? '（listing.yaml 里还没有填）'}。带（）的是还没有填的，留着它服务不启动，并说出它的名字。`,
    '# 里面有密钥：文件权限 0640，属主 root，属组是服务的用户；不要放进代码库，不要用即时通讯工具传。',
    '# 改了以后逐个重启实例：node manage.mjs restart',
  ].join('\n');
}

const assignment = /^#?([A-Z][A-Z0-9_]*)=(.*)$/;

/** One paragraph of the example: comments and the variables under them. */
function productionBlock(
  lines: readonly string[],
  plan: DeployPlan,
  skip: (name: string) => boolean,
): string {
  const variables = lines.flatMap((line) => assignment.exec(line)?.[1] ?? []);
  const goes = (name: string) => leftOut.has(name) || skip(name);
  if (variables.length === 0) return lines.filter((line) => line.startsWith('# ──')).join('\n');
  if (variables.every(goes)) return '';
  const written: string[] = [];
  let comments: string[] = [];
  for (const line of lines) {
    const name = assignment.exec(line)?.[1] ?? '';
    if (name === '') {
      comments.push(line);
      continue;
    }
    // The comment above a variable goes with it; the one above several stays with the first that is kept.
    if (!goes(name)) written.push(...comments, ...productionLines(line, name, plan));
    comments = [];
  }
  return written.join('\n');
}

function productionLines(line: string, name: string, plan: DeployPlan): string[] {
  const production = notes[name];
  if (production === undefined) return [line];
  const value = production.value?.(plan);
  const written = value === undefined ? line : `${name}=${environmentValue(value)}`;
  const note = typeof production.note === 'string' ? production.note : production.note(plan);
  return [...(note === '' ? [] : [`# 生产：${note}`]), written];
}
