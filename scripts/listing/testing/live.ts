import type { LoadTestReport, LoadTestStep } from '../../loadtest/contract.ts';
import { runRules } from '../check/run.ts';
import type { Listing } from '../listing.ts';
import type { Context, Finding } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { type Draft, filledListing } from './filled.ts';
import { contextFor, createProject, type TestProject } from './project.ts';
import { bid, host, page, send, startSystem, type TestSystem } from './system.ts';

/** The rules that ask the running system and its network. */
export const live = [
  'credentials-apart',
  'no-test-on-production',
  'domain-is-name',
  'domain-owner',
  'domain-resolves',
  'https-only',
  'http-redirected',
  'hsts',
  'certificate-trusted',
  'certificate-dates',
  'certificate-watched',
  'certificate-chain',
  'certificate-host',
  'tls-version',
  'no-vpn',
  'app-not-public',
  'database-not-public',
  'gateway-in-front',
  'high-availability',
  'internal-pages-closed',
  'stability-code',
  'stability-allowed',
  'stability-hosts',
  'loadtest-address',
  'loadtest-concurrency',
  'loadtest-data',
  'loadtest-users',
  'loadtest-good-enough',
  'loadtest-fresh',
  'service-ready',
  'signin-live',
  'session-live',
  'binding-live',
  'h5-live',
];

/** A system and a project in which all rules are met; everything may be broken, and is whole again for each test. */
export interface Live {
  system: TestSystem;
  project: TestProject;
  listing: Draft<Listing>;
  env: Record<string, string>;
  developmentEnv: Record<string, string>;
  context(more?: Partial<Context>): Context;
  /** The rules that are not met, with how; those that are not applicable count as met. */
  broken(more?: Partial<Context>): Promise<Record<string, string>>;
  check(id: string, more?: Partial<Context>): Promise<Finding>;
  writeLoadTest(more: Partial<LoadTestReport>): Promise<void>;
  /** Where a port of the app's host really is. */
  portOf(port: number): { host: string; port: number };
}

export async function openLive(): Promise<Live> {
  const [system, project] = await Promise.all([startSystem(), createProject()]);
  const live: Live = {
    system,
    project,
    listing: filledListing(),
    env: {},
    developmentEnv: {},
    context: (more = {}) =>
      contextFor(project.fresh(), {
        listing: live.listing,
        env: live.env,
        developmentEnv: live.developmentEnv,
        probes: system.probes(),
        now: Date.now(),
        ...more,
      }),
    async broken(more) {
      const { results } = await runRules(liveRules(), live.context(more));
      return Object.fromEntries(
        results.flatMap(({ id, state }) => (/pass|not-applicable/.test(state) ? [] : [[id, state]])),
      );
    },
    async check(id, more) {
      const rule = liveRules().find((one) => one.id === id);
      if (rule === undefined) throw new Error(`no rule ${id}`);
      return rule.check(live.context(more), AbortSignal.timeout(60_000));
    },
    writeLoadTest: (more) =>
      project.write('listing/loadtest/report.json', JSON.stringify({ ...wholeLoadTest(), ...more })),
    portOf: (port) => system.connect.get(`${host}:${port}`) ?? { host: '', port: 0 },
  };
  return live;
}

export function liveRules() {
  const chosen = rules.filter(({ id }) => live.includes(id));
  if (chosen.length !== live.length) throw new Error('a rule has another name');
  return chosen;
}

/** The listing, production's variables and the load test of an app that meets every rule. */
export function wholeListing(): Draft<Listing> {
  const listing = filledListing();
  listing.app.forms = ['miniprogram', 'h5'];
  listing.stability.bid = bid;
  listing.domain.name = host;
  return listing;
}

export const wholeEnvironment = (): Record<string, string> => ({
  NODE_ENV: 'production',
  PLATFORM: 'dingtalk',
  DINGTALK_CORP_ID: 'ding0000formal',
  DINGTALK_APP_KEY: 'dingformal',
  DATABASE_URL: 'postgresql://app:secret@10.1.0.21:5432/app',
  TRUST_PROXY: '10.0.0.10',
  PUBLIC_ORIGIN: `https://${host}`,
});

export const wholeLoadTest = (): Partial<LoadTestReport> => ({
  address: `https://${host}`,
  startedAt: new Date(Date.now() - 86_400_000).toISOString(),
  steps: [step(), step({ connections: 100 })],
});

/** For `beforeEach`. */
export async function restore(live: Live): Promise<void> {
  const { system } = live;
  system.reset();
  // The clone's console may not be built; the platform's code is the server's own, as it writes it into the page.
  const { body } = await system.server.app.inject({ url: '/console' });
  const head = /<meta name="wpk-bid"[\s\S]*?<\/script>/.exec(body)?.[0] ?? '';
  system.answers.set('/console', send(200, page(head)));
  live.listing = wholeListing();
  live.env = wholeEnvironment();
  live.developmentEnv = {
    DINGTALK_APP_KEY: 'dingtest',
    DINGTALK_CORP_ID: 'ding0000test',
    PRODUCTION_ORGANISATIONS: 'ding0000formal',
  };
  await live.writeLoadTest({});
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
    errors: {},
    endpoints: [
      { name: 'GET /api/me', requests: 30_000 },
      { name: 'GET /api/notices', requests: 30_000 },
    ],
    ...more,
  }) as LoadTestStep;

/** The code as the guide prints it. */
export const guideCode = (id: string, spa = 'spa: true') => `<meta name="wpk-bid" content="${id}">
<script>!(function(c,i,e,b){var h=i.createElement("script");h.onload=function(){c[b]||(c[b]=new c.wpkReporter({bid:"${id}",plugins:[],${spa}}));c[b].installAll()};h.src=e})(window,document,"https://g.alicdn.com/woodpeckerx/jssdk??wpkReporter.js","__wpk");</script>`;
