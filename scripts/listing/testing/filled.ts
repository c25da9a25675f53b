import type { LoadTestReport, LoadTestStep } from '../../loadtest/contract.ts';
import { emptyListing, type Listing, type ListingAnswer } from '../listing.ts';
import type { Rule } from '../rule.ts';

/** The answers of an invented app that meets every rule. */

export const host = 'app.hangzhou-dept.cn';
export const bid = 'dta_1_20261124';

/** A listing that a test may write into. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T;

/** A mini program before its approval. */
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
      stage: '审批前',
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
    domain: { name: host, belongsTo: 'owner' },
    deployment: {
      network: '政务外网',
      vpn: false,
      gateway: ['10.0.0.10'],
      instances: [
        { host: '10.1.0.11', port: 3001 },
        { host: '10.1.0.12', port: 3001 },
      ],
      database: [{ host: '10.1.0.21', port: 5432 }],
    },
    organisations: { test: 'ding0000test', production: 'ding0000formal' },
    stability: { bid: null },
  };
}

/** An app of these forms after its approval, with everything that the approval brings. */
export function approvedListing(forms: ('miniprogram' | 'h5')[]): Draft<Listing> {
  const listing = filledListing();
  listing.app.forms = forms;
  listing.app.stage = '审批后';
  listing.stability.bid = bid;
  return listing;
}

export const productionEnvironment = (): Record<string, string> => ({
  NODE_ENV: 'production',
  PLATFORM: 'dingtalk',
  DINGTALK_CORP_ID: 'ding0000formal',
  DINGTALK_APP_KEY: 'dingformal',
  DATABASE_URL: 'postgresql://app:secret@10.1.0.21:5432/app',
  TRUST_PROXY: '10.0.0.10',
  PUBLIC_ORIGIN: `https://${host}`,
});

export const developersEnvironment = (): Record<string, string> => ({
  DINGTALK_APP_KEY: 'dingtest',
  DINGTALK_CORP_ID: 'ding0000test',
});

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

export const step = (more: Partial<LoadTestStep> = {}): LoadTestStep =>
  ({
    connections: 50,
    seconds: 30,
    complete: true,
    requests: 60_000,
    successRate: 1,
    requestsPerSecond: 2000,
    meanMs: 21,
    p50Ms: 20,
    p90Ms: 30,
    p95Ms: 35,
    p99Ms: 40,
    maxMs: 90,
    samples: [{ second: 0, requests: 2000, errors: 0, meanMs: 21, p99Ms: 40 }],
    generatorBusy: 0.3,
    errors: {},
    endpoints: [asked('GET /api/me', 20_000, false), asked('GET /api/notices', 40_000)],
    ...more,
  }) as LoadTestStep;

/** The result of a load test for one interface. */
export const asked = (name: string, requests: number, data = true, successRate = 1) => ({
  name,
  requests,
  successRate,
  meanMs: 21,
  p99Ms: 40,
  data,
});

export const loadTest = (more: Partial<LoadTestReport> = {}): Partial<LoadTestReport> => ({
  address: `https://${host}`,
  startedAt: new Date(Date.now() - 86_400_000).toISOString(),
  finishedAt: new Date(Date.now() - 86_000_000).toISOString(),
  appDomain: host,
  partial: false,
  machine: { cpu: 'CPU', cores: 4, memoryGiB: 16, system: 'Linux', node: '24.0.0', load: 0 },
  sameMachine: false,
  timeoutSeconds: 10,
  warmUpSeconds: 5,
  sessions: 200,
  verdict: { passed: true, reasons: [] },
  notes: [],
  steps: [step(), step({ connections: 100 })],
  ...more,
});

/** The stability platform's code as the guide prints it. */
export const guideCode = (id: string, spa = 'spa: true') => `<meta name="wpk-bid" content="${id}">
<script>!(function(c,i,e,b){var h=i.createElement("script");h.onload=function(){c[b]||(c[b]=new c.wpkReporter({bid:"${id}",plugins:[],${spa}}));c[b].installAll()};h.src=e})(window,document,"https://g.alicdn.com/woodpeckerx/jssdk??wpkReporter.js","__wpk");</script>`;

/** A page as the console's build makes it, and its only script. */
export const page = (more = '') =>
  `<!doctype html><html><head>${more}<script type="module" src="/console/assets/index-1.js"></script></head><body><div id="app">正在打开工单助手</div></body></html>`;
