import { emptyListing, type Listing, type ListingAnswer } from '../listing.ts';
import type { Rule } from '../rule.ts';

/** A listing that a test may write into. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T;

/** A listing in which every fact is filled in, for tests; all of it is invented. */
export function filledListing(): Draft<Listing> {
  return {
    ...(emptyListing() as Draft<Listing>),
    app: {
      name: '工单助手',
      description: '机关工作人员提交和处理工单',
      platform: 'dingtalk',
      forms: ['miniprogram'],
      pc: false,
      sendsDing: false,
    },
    owner: { organisation: '浙江省某某厅', office: '办公室', contact: '王某', phone: '0571-00000001' },
    vendor: { organisation: '某某信息技术有限公司', contact: '李某', phone: '0571-00000002' },
    scope: {
      users: 'own-line',
      usersDescription: '本厅机关各处室',
      expectedUsers: 300,
      contacts: 'none',
      permissions: [],
      superExecutives: false,
      applicant: 'owner',
    },
    domain: { name: 'app.hangzhou-dept.cn', belongsTo: 'owner' },
    deployment: {
      network: '政务外网',
      vpn: false,
      gateway: ['10.0.0.10'],
      instances: [
        { host: '10.1.0.11', port: 3000 },
        { host: '10.1.0.12', port: 3000 },
      ],
      database: [{ host: '10.1.0.21', port: 5432 }],
    },
    organisations: { test: 'ding0000test', production: 'ding0000formal' },
    stability: { bid: null },
  };
}

/** Yes to every question, with one evidence file for all; `except` replaces single answers. */
export function answersTo(
  rules: readonly Rule[],
  evidence: string,
  except: Record<string, ListingAnswer> = {},
): Listing['answers'] {
  const asked = rules.flatMap(({ id, question }) => (question === undefined ? [] : [id]));
  return {
    ...Object.fromEntries(asked.map((id) => [id, { answer: 'yes' as const, evidence }])),
    ...except,
  };
}
