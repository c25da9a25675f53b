import { grey, ink, svgFile, svgText } from '../report/svg.ts';
import { endpoint, type Topology } from './plan.ts';

/**
 * The picture of the topology that the listing asks for: which zones requests pass. The SVG needs no other files;
 * scripts/report/png.ts makes a PNG of it.
 */

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const width = 1240;
const boxHeight = 72;
const boxGap = 20;
const zoneTop = 96;
const zoneHead = 84;
const zonePadding = 24;

const colours = {
  internet: { edge: grey, fill: '#f6f7f9' },
  gateway: { edge: '#0052d9', fill: '#f0f5ff' },
  inside: { edge: '#2a8a4a', fill: '#f1f9f3' },
  platform: '#b26a00',
} as const;

/**
 * @param note a line at the lower edge: whose picture it is.
 * @returns the whole SVG file; the same plan gives the same text.
 */
export function topologySvg(plan: Topology, note = ''): string {
  const rows = Math.max(plan.instances.length, plan.gateways.length, plan.databases.length, 2);
  const stack = rows * (boxHeight + boxGap) - boxGap;
  const zoneHeight = zoneHead + stack + zonePadding;
  const zone = (x: number, zoneWidth: number): Box => ({
    x,
    y: zoneTop,
    width: zoneWidth,
    height: zoneHeight,
  });
  const internet = zone(24, 232);
  const access = zone(336, 264);
  const inside = zone(680, 536);

  const people = column(internet, 1, 20, 192);
  const platforms: Box = { x: internet.x + 20, y: zoneTop + zoneHeight + 56, width: 192, height: boxHeight };
  const balancers = plan.loadBalancers.length > 0;
  const gateways = column(access, plan.gateways.length, 22, 220);
  const instances = column(inside, plan.instances.length, 24, 214);
  const databases = column(inside, plan.databases.length, 298, 214);
  const height = platforms.y + platforms.height + (note === '' ? 84 : 114);

  const outgoing = platforms.y + boxHeight / 2;
  const parts = [
    svgText(24, 44, `${plan.appName}：部署架构`, { size: 24, bold: true, colour: ink }),
    svgText(24, 72, `https://${plan.domain}`, { size: 15 }),
    zoneBox(internet, '互联网', '移动网络与办公网络', colours.internet),
    zoneBox(access, '互联网接入区', '对外只开放 80 与 443 端口', colours.gateway),
    zoneBox(inside, plan.network, '互联网不能直接访问，不使用 VPN 接入', colours.inside),
    ...people.map((box) => node(box, '工作人员', [containerName(plan)], colours.internet.edge)),
    ...gateways.map((box, at) =>
      node(box, '网关（nginx）', [plan.gateways[at] ?? '', '解开 https，再转发'], colours.gateway.edge),
    ),
    ...instances.map((box, at) => {
      const instance = plan.instances[at];
      return node(box, `应用实例 ${at + 1}`, [instance ? endpoint(instance) : ''], colours.inside.edge);
    }),
    ...databases.map((box, at) => {
      const database = plan.databases[at];
      const title = plan.databases.length === 1 ? '数据库' : `数据库 ${at + 1}`;
      return node(box, title, [database ? endpoint(database) : ''], colours.inside.edge);
    }),
    node(platforms, `${platformName(plan)}开放平台`, ['免登、消息接口'], colours.platform),
    arrow(right(internet), access.x, middle(internet), colours.gateway.edge),
    label((right(internet) + access.x) / 2, middle(internet) - 34, ['https', 'TLS 1.2+']),
    ...(balancers
      ? [
          label((right(internet) + access.x) / 2, middle(internet) + 26, [
            '经负载均衡',
            ...plan.loadBalancers,
          ]),
        ]
      : []),
    arrow(right(access), inside.x, middle(access), colours.inside.edge),
    label((right(access) + inside.x) / 2, middle(access) - 34, ['防火墙', 'http 转发']),
    arrow(instances[0] ? right(instances[0]) : 0, databases[0]?.x ?? 0, middle(inside), colours.inside.edge),
    label(inside.x + 268, middle(inside) - 14, ['SQL']),
    elbow(inside.x + 131, zoneTop + zoneHeight, right(platforms), outgoing, colours.platform),
    label((right(platforms) + inside.x + 131) / 2, outgoing - 12, [
      '应用主动访问平台接口（出口地址登记在平台的 IP 白名单）',
    ]),
    svgText(24, platforms.y + platforms.height + 64, spare(plan), { size: 14 }),
    ...(note === '' ? [] : [svgText(24, height - 20, note, { size: 14 })]),
  ];
  return svgFile(width, height, `${plan.appName}部署架构图`, parts);
}

const spare = ({ instances }: Topology) =>
  instances.length > 1
    ? `实例之间互为备份：一个停止，网关自动把请求转到其余 ${instances.length - 1} 个。`
    : '应用部署一个实例。';

const right = (box: Box) => box.x + box.width;
/** The height at which arrows cross between zones: that of the boxes' middle. */
const middle = (zone: Box) => zone.y + zoneHead + (zone.height - zoneHead - zonePadding) / 2;

/** Boxes one under the other, in the middle of a zone. */
function column(zone: Box, count: number, left: number, boxWidth: number): Box[] {
  const top = middle(zone) - (count * (boxHeight + boxGap) - boxGap) / 2;
  return Array.from({ length: count }, (_, at) => ({
    x: zone.x + left,
    y: top + at * (boxHeight + boxGap),
    width: boxWidth,
    height: boxHeight,
  }));
}

const platformName = ({ platform }: Topology) => (platform === 'zhezhengding' ? '浙政钉' : '钉钉');
const containerName = (plan: Topology) => `${platformName(plan)} App`;

function zoneBox(zone: Box, title: string, note: string, colour: { edge: string; fill: string }): string {
  return [
    `<rect x="${zone.x}" y="${zone.y}" width="${zone.width}" height="${zone.height}" rx="12" fill="${colour.fill}" stroke="${colour.edge}" stroke-width="1.5" stroke-dasharray="7 5"/>`,
    svgText(zone.x + 20, zone.y + 34, title, { size: 18, bold: true, colour: colour.edge }),
    svgText(zone.x + 20, zone.y + 58, note, { size: 13 }),
  ].join('\n');
}

function node(box: Box, title: string, lines: readonly string[], edge: string): string {
  const rows = [title, ...lines.filter((line) => line !== '')];
  const first = box.y + box.height / 2 - (rows.length - 1) * 9.5 + 5;
  return [
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="8" fill="#ffffff" stroke="${edge}" stroke-width="1.5"/>`,
    ...rows.map((row, at) =>
      svgText(box.x + box.width / 2, first + at * 19, row, {
        anchor: 'middle',
        ...(at === 0 ? { size: 15, bold: true, colour: ink } : { size: 13 }),
      }),
    ),
  ].join('\n');
}

function label(x: number, y: number, lines: readonly string[]): string {
  return lines.map((line, at) => svgText(x, y + at * 17, line, { size: 12.5, anchor: 'middle' })).join('\n');
}

function arrow(from: number, to: number, y: number, colour: string): string {
  return `<path d="M${from + 4} ${y}H${to - 12}" stroke="${colour}" stroke-width="2.5" fill="none"/>${head(to - 4, y, colour, 1)}`;
}

/** Down from a zone's lower edge, then to the left. */
function elbow(x: number, top: number, to: number, y: number, colour: string): string {
  return `<path d="M${x} ${top + 4}V${y}H${to + 12}" stroke="${colour}" stroke-width="2.5" fill="none"/>${head(to + 4, y, colour, -1)}`;
}

const head = (x: number, y: number, colour: string, direction: 1 | -1) =>
  `<path d="M${x} ${y}l${-10 * direction} -6v12z" fill="${colour}"/>`;
