import { type Static, type TProperties, type TSchema, Type } from 'typebox';

/**
 * The contents of `listing.yaml`: facts about an app that no program can find out by itself. A fact that is not known
 * yet is null. `title` is a fact's name for people and `examples[0]` shows how it is written; both are used to ask for
 * a missing fact.
 */
const section = <const P extends TProperties>(title: string, properties: P) =>
  Type.Object(properties, { additionalProperties: false, title });

const known = <S extends TSchema>(schema: S, title: string, example: unknown) =>
  Type.Union([schema, Type.Null()], { title, examples: [example] });

const line = (title: string, example: string) =>
  known(Type.String({ minLength: 1, maxLength: 500 }), title, example);

const yesOrNo = (title: string, example: boolean) => known(Type.Boolean(), title, example);

/** Production's parameters, the stability platform's code and its bid come with the approval. */
export const stages = ['审批前', '审批后'] as const;
export type Stage = (typeof stages)[number];

/** A day as people write it in forms: `2026-11-24`. */
const day = (title: string) => known(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), title, '2026-11-24');

const count = (title: string, example: number) => known(Type.Integer({ minimum: 0 }), title, example);

/** A rule of the check-up that a person answers: the answer, and what shows that it is true. */
const answer = section('体检问题的回答', {
  answer: Type.Union([Type.Enum(['yes', 'no', 'not-applicable']), Type.Null()]),
  /** A file beside listing.yaml, e.g. a screenshot, or an address that shows it. */
  evidence: Type.Optional(line('证明', 'evidence/offline-approval.jpg')),
  note: Type.Optional(line('说明', '已与省大数据局电话沟通，同意上架')),
});

/** A rule that is not met, with the owner's explanation (情况说明). */
const exception = section('情况说明', {
  problem: line('存在的问题', '数据库部署在公有云，没有部署在政务外网'),
  reason: line('原因', '政务云的资源还在申请，没有批下来'),
  plan: line('因此怎样做、后续怎样改进', '先只允许应用的地址访问，2027 年 3 月前迁入政务云'),
  /** Older files say more than the guide's letter has room for. */
  risk: Type.Optional(line('已知晓的风险', '数据库可能受到来自互联网的攻击')),
  date: day('落款日期'),
});

/** Another tool's load test, with the figures of its report as a person typed them; left out where it is our own. */
const otherLoadTest = section('其他工具的压测', {
  tool: line('压测工具', '阿里云 PTS'),
  file: line('工具导出的报告', 'evidence/PTS压测报告.pdf'),
  url: known(Type.String({ pattern: '^https?://[^\\s/]+' }), '压测的网址', 'https://app.example.gov.cn'),
  date: day('压测日期'),
  connections: count('并发量', 50),
  requests: count('请求总数', 12_000),
  successRate: known(Type.Number({ minimum: 0, maximum: 100 }), '成功率（%）', 99.95),
  meanMs: known(Type.Number({ minimum: 0 }), '平均响应时间（毫秒）', 120),
  interfaces: Type.Array(Type.String({ pattern: '^/' }), {
    title: '压测的数据接口',
    examples: [['/api/orders', '/api/notices']],
  }),
});

export const listingSchema = section('上架信息', {
  app: section('应用', {
    name: line('应用名称', '工单助手'),
    description: line('应用简介', '机关工作人员提交和处理工单'),
    platform: known(Type.Enum(['zhezhengding', 'dingtalk']), '平台', 'zhezhengding'),
    forms: known(
      Type.Array(Type.Enum(['miniprogram', 'h5']), { minItems: 1, uniqueItems: true }),
      '应用形态',
      ['miniprogram', 'h5'],
    ),
    pc: yesOrNo('是否要在 PC 端使用', false),
    sendsDing: yesOrNo('服务端是否发送 DING 消息', false),
    /** New files say where an app begins; older ones say nothing of it (stage.ts). */
    stage: Type.Union([Type.Enum(stages), Type.Null()], {
      title: '上架审批到了哪一步，审批通过后改成 审批后',
      examples: ['审批前'],
      default: '审批前',
    }),
  }),
  owner: section('业主单位', {
    organisation: line('业主单位全称', '浙江省某某厅'),
    office: line('经办处室', '办公室'),
    contact: line('业主联系人', '王某'),
    phone: line('业主联系电话', '0571-00000000'),
  }),
  vendor: section('服务商', {
    organisation: line('服务商全称', '某某信息技术有限公司'),
    contact: line('服务商联系人', '李某'),
    phone: line('服务商联系电话', '0571-00000000'),
  }),
  scope: section('使用范围与权限', {
    users: known(Type.Enum(['own-line', 'beyond']), '给谁用：本单位条线内，或超出本单位', 'own-line'),
    usersDescription: line('使用范围的说明', '本厅机关各处室'),
    expectedUsers: count('预计使用人数', 300),
    contacts: known(
      Type.Enum(['none', 'own-line', 'beyond']),
      '通讯录权限：不要、本单位条线内、超出本单位',
      'none',
    ),
    permissions: Type.Array(Type.String({ minLength: 1 }), { title: '申请的接口权限' }),
    superExecutives: yesOrNo('是否对超级高管开放', false),
    applicant: known(Type.Enum(['owner', 'big-data-bureau']), '由谁发起上架申请', 'owner'),
  }),
  domain: section('域名', {
    name: known(
      Type.String({ pattern: '^(?!-)[A-Za-z0-9.-]+$', maxLength: 253 }),
      '应用域名（不带 https://）',
      'app.example.gov.cn',
    ),
    belongsTo: known(
      Type.Enum(['owner', 'authority', 'vendor']),
      '域名是谁的：业主、大数据局、服务商',
      'owner',
    ),
  }),
  deployment: section('部署', {
    network: line('应用与数据库所在的网络', '政务外网'),
    vpn: yesOrNo('是否使用 VPN 接入', false),
    gateway: Type.Array(Type.String({ minLength: 1 }), {
      title: '互联网接入区的网关地址',
      examples: [['10.0.0.10']],
    }),
    instances: Type.Array(
      section('应用实例', {
        host: Type.String({ minLength: 1 }),
        port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      }),
      { title: '应用实例', examples: [[{ host: '10.1.0.11', port: 3001 }]] },
    ),
    database: Type.Array(
      section('数据库', {
        host: Type.String({ minLength: 1 }),
        port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      }),
      { title: '数据库', examples: [[{ host: '10.1.0.21', port: 5432 }]] },
    ),
    /** Load balancers in front of the gateway: the addresses from which their connections come. */
    loadBalancers: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        title: '网关前面的负载均衡（SLB）连接网关时用的地址，没有负载均衡就不写',
        examples: [['10.0.0.5']],
      }),
    ),
    /** How a balancer tells the gateway the client's address. Only this way may be believed. */
    loadBalancerKind: Type.Optional(
      Type.Enum(['layer7', 'layer4-proxy-protocol', 'layer4-transparent'], {
        title:
          '负载均衡是哪一种，没有就不写：layer7（七层，自己写 X-Forwarded-For，再用 https 转给网关）、layer4-proxy-protocol（四层，打开了 PROXY protocol）、layer4-transparent（四层，网关看到的来源就是访客的地址）',
        examples: ['layer4-proxy-protocol'],
      }),
    ),
    /** Not counted by the gateway's limit for one address. */
    loadtestFrom: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        title: '压测机的地址，网关不对它限速',
        examples: [['10.0.0.200']],
      }),
    ),
  }),
  organisations: section('平台的组织', {
    test: line('测试组织的 corpId（浙政钉：租户 id）', 'ding0123456789abcdef'),
    production: line('正式组织的 corpId（浙政钉：租户 id）', '196729'),
  }),
  stability: section('稳定性平台', {
    bid: line('H5 的 wpk-bid', 'dta_1_123456789'),
  }),
  loadtest: Type.Optional(otherLoadTest),
  answers: Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), answer, { title: '体检问题' }),
  exceptions: Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), exception, { title: '情况说明' }),
});

export type Listing = Static<typeof listingSchema>;
export type ListingAnswer = Static<typeof answer>;
export type ListingException = Static<typeof exception>;

/** The TypeBox schema, typed as plain JSON Schema. */
export interface Shape {
  type?: string;
  title?: string;
  examples?: unknown[];
  default?: string;
  properties?: Record<string, Shape>;
  patternProperties?: Record<string, Shape>;
  required?: string[];
  enum?: string[];
  anyOf?: Shape[];
  items?: Shape;
}

/** The schemas along a path such as `owner.phone`, section first; shorter where the schema lacks a name. */
export function shapesAlong(path: readonly string[]): Shape[] {
  const found: Shape[] = [];
  let shape: Shape = listingSchema as Shape;
  for (const name of path) {
    const [pattern] = Object.values(shape.patternProperties ?? {});
    const next: Shape | undefined = shape.properties?.[name] ?? pattern ?? shape.items;
    if (next === undefined) break;
    found.push(next);
    shape = next;
  }
  return found;
}

/** The value of a part that is not known yet: null, or an empty list. */
function emptyOf({ type, properties, required = [], anyOf }: Shape): unknown {
  if (properties !== undefined) {
    return Object.fromEntries(required.map((name) => [name, emptyOf(properties[name] ?? {})]));
  }
  if (type === 'array') return [];
  return anyOf === undefined ? {} : null;
}

export const emptyException = emptyOf(exception as Shape) as ListingException;
export const emptyLoadTest = emptyOf(otherLoadTest as Shape) as NonNullable<Listing['loadtest']>;
export const emptyListing = (): Listing => emptyOf(listingSchema as Shape) as Listing;
