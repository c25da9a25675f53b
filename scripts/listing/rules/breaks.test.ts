import { asked, bid, guideCode, host, page, step } from '../testing/filled.ts';
import { answer, silence } from '../testing/network.ts';
import { Subject } from '../testing/project.ts';
import { rules } from './index.ts';

/**
 * Breaks one thing at a time in an app that meets every rule: only the rules about it fail, or cannot be judged any
 * more.
 */

let h: Subject;
beforeEach(() => {
  h = new Subject();
});

/** The name of the break, the change, and the rules that are not met then: `id` fails, `id=state` has that state. */
type Break = readonly [what: string, wreck: (h: Subject) => unknown, found: string];

const day = 86_400_000;
const set = Object.assign;

const network: readonly Break[] = [
  ['a self-signed certificate', (h) => h.network.certificateProblems('SELF_SIGNED'), 'certificate-trusted'],
  ['an own authority', (h) => h.network.certificateProblems('UNTRUSTED_AUTHORITY'), 'certificate-trusted'],
  ['an expired certificate', (h) => h.network.certificateProblems('EXPIRED'), 'certificate-dates'],
  ['an expiring certificate', (h) => h.network.certificateProblems('EXPIRES_SOON'), 'certificate-renewal'],
  ['another name’s certificate', (h) => h.network.certificateProblems('HOST_MISMATCH'), 'certificate-host'],
  ['a short chain', (h) => h.network.certificateProblems('CHAIN_INCOMPLETE'), 'certificate-chain'],
  [
    'a short chain whose missing part nobody can fetch',
    (h) => {
      h.network.certificateProblems('CHAIN_INCOMPLETE');
      h.network.certificate.trusted = false;
    },
    'certificate-chain certificate-trusted=unknown',
  ],
  ['TLS 1.1 still offered', (h) => h.network.versions.add('TLSv1.1'), 'tls-version'],
  ['no HSTS', (h) => delete h.network.headers['strict-transport-security'], 'hsts'],
  ['HSTS of a day', (h) => set(h.network.headers, { 'strict-transport-security': 'max-age=86400' }), 'hsts'],
  ['content by plain http', (h) => set(h.network, { plain: answer(200, '你好') }), 'http-redirected'],
  [
    'a redirection to somebody else',
    (h) => set(h.network, { plain: answer(302, '', { location: 'https://other.cn/' }) }),
    'http-redirected',
  ],
  [
    'a redirection to plain http',
    (h) => set(h.network, { plain: answer(302, '', { location: `http://${host}/x` }) }),
    'http-redirected',
  ],
  ['a name that leads nowhere', (h) => h.network.names.delete(host), 'domain-resolves'],
  [
    'a name that leads to a private address alone',
    (h) => h.network.names.set(host, ['10.0.0.10', 'fd00::1', '::ffff:192.168.1.2']),
    'domain-resolves',
  ],
  [
    'an address in place of a name',
    (h) => set(h.listing.domain, { name: '203.0.113.9' }),
    'domain-is-name certificate-watched http-redirected loadtest-address',
  ],
  ['no PUBLIC_ORIGIN', (h) => delete h.env.PUBLIC_ORIGIN, 'certificate-watched'],
  [
    'a vendor’s domain, unexplained',
    (h) => {
      h.listing.domain.belongsTo = 'vendor';
      delete h.listing.answers['domain-owner'];
    },
    'domain-owner=question',
  ],
  [
    'the application’s port open on the domain',
    (h) => h.network.ports.set(`${host}:3001`, 'open'),
    'app-not-public',
  ],
  [
    'the database’s port open on the domain',
    (h) => h.network.ports.set(`${host}:5432`, 'open'),
    'database-not-public',
  ],
  [
    'the application on an address that answers from here',
    (h) => {
      set(h.listing.deployment.instances[0] ?? {}, { host: '203.0.113.5' });
      h.network.ports.set('203.0.113.5:3001', 'open');
      delete h.listing.answers['app-not-public'];
    },
    'app-not-public',
  ],
  [
    'production’s database elsewhere than the listing says, in public',
    (h) => {
      h.env.DATABASE_URL = 'postgresql://app:secret@db.other.cn:5432/app';
      delete h.listing.answers['database-not-public'];
    },
    'database-not-public=question',
  ],
  [
    'the API’s document shown to all',
    (h) => h.network.answers.set('/docs', answer(200)),
    'internal-pages-closed',
  ],
  [
    'the figures shown to all',
    (h) => h.network.answers.set('/metrics', answer(200)),
    'internal-pages-closed',
  ],
];

const service: readonly Break[] = [
  [
    'a host of the stability platform that does not resolve',
    (h) => h.network.names.delete('px.ucweb.com'),
    'stability-hosts',
  ],
  [
    'a page without the stability platform’s code',
    (h) => h.network.answers.set('/console', answer(200, page())),
    'stability-code',
  ],
  ['another bid', (h) => set(h.listing.stability, { bid: 'dta_1_other' }), 'stability-code'],
  [
    'spa not set',
    (h) => h.network.answers.set('/console', answer(200, page(guideCode(bid, 'spa: false')))),
    'stability-spa',
  ],
  [
    'a policy that stops the upload',
    (h) => {
      h.network.headers['content-security-policy'] =
        "script-src 'self' 'unsafe-inline' https://g.alicdn.com; connect-src 'self' https://px.ucweb.com";
    },
    'stability-allowed',
  ],
  [
    'a policy that stops the script',
    (h) => set(h.network.headers, { 'content-security-policy': "default-src 'self' https://*.ucweb.com" }),
    'stability-allowed',
  ],
  [
    'an H5 page that is missing',
    (h) => h.network.answers.set('/console', answer(502, '坏了')),
    'h5-live stability-code',
  ],
  [
    'an H5 page that is white without scripts',
    (h) => {
      const white = page(guideCode(bid)).replace('正在打开工单助手', '');
      h.network.answers.set('/console', answer(200, white));
    },
    'h5-live',
  ],
  [
    'an H5 page whose script is missing',
    (h) => h.network.answers.delete('/console/assets/index-1.js'),
    'h5-live',
  ],
  ['a database that is away', (h) => h.network.answers.set('/readyz', answer(503)), 'service-ready'],
  [
    'a platform that is down',
    (h) => h.network.answers.set('/api/auth/login', answer(502, { code: 'PLATFORM_FAULT', requestId: 'r' })),
    'signin-live',
  ],
  [
    'a sign-in that takes any code',
    (h) => h.network.answers.set('/api/auth/login', answer(200, { outcome: 'signed-in' })),
    'signin-live',
  ],
  [
    'a gateway that answers for the session',
    (h) => h.network.answers.set('/api/me', answer(200)),
    'session-live',
  ],
  [
    'a gateway that rewrites 401',
    (h) => h.network.answers.set('/api/me', answer(401, '<h1>401</h1>')),
    'session-live',
  ],
  ['no binding', (h) => h.network.answers.delete('/api/auth/bind'), 'binding-live'],
  [
    'a gateway that forwards nothing to the application',
    (h) => ['/readyz', '/api/me'].map((path) => h.network.answers.delete(path)),
    'service-ready=unknown session-live',
  ],
];

/** One step of the load test with some fields changed. */
const stepOf = (more: Parameters<typeof step>[0]) => (h: Subject) => h.loadTest({ steps: [step(more)] });

/** Without the report, the other rules about the load test cannot be judged. */
const noLoadTest = rules.flatMap(({ section, id }) => (section === '9' ? `${id}=unknown` : [])).join(' ');

const loadtest: readonly Break[] = [
  [
    'a load test of another address',
    (h) => h.loadTest({ address: 'http://127.0.0.1:3000' }),
    'loadtest-address',
  ],
  [
    'a load test of 20 connections',
    stepOf({ connections: 20 }),
    'loadtest-data=unknown loadtest-concurrency loadtest-good-enough=unknown',
  ],
  [
    'a load test that was broken off',
    stepOf({ complete: false }),
    'loadtest-concurrency loadtest-users=unknown',
  ],
  [
    'a load test with too many errors',
    stepOf({ successRate: 0.9898 }),
    'loadtest-good-enough loadtest-users=unknown',
  ],
  ['a load test that is too slow', stepOf({ meanMs: 300 }), 'loadtest-good-enough loadtest-users=unknown'],
  [
    'another tool’s load test of a health page, with too many errors',
    (h) => {
      h.files.set('evidence/k6.html', '<html>');
      h.listing.loadtest = {
        tool: 'k6',
        file: 'evidence/k6.html',
        url: `https://${host}`,
        date: new Date().toISOString().slice(0, 10),
        connections: 50,
        requests: 9000,
        successRate: 97,
        meanMs: 120,
        interfaces: ['/api/health'],
      };
    },
    'loadtest-data loadtest-good-enough loadtest-users=unknown',
  ],
  [
    'a load test of last year',
    (h) => h.loadTest({ startedAt: new Date(Date.now() - 92 * day).toISOString() }),
    'loadtest-fresh',
  ],
  [
    'a load test of a health page',
    stepOf({ endpoints: [asked('GET /api/healthz', 60_000)] }),
    'loadtest-data',
  ],
  [
    'a load test of who is signed in, as older reports tell it',
    stepOf({ endpoints: [{ ...asked('GET /api/me', 60_000), data: undefined } as never] }),
    'loadtest-data',
  ],
  [
    'a load test of an empty list',
    stepOf({ endpoints: [asked('GET /api/notices', 60_000, false)] }),
    'loadtest-data',
  ],
  [
    'a load test whose data interface is never answered well',
    stepOf({ endpoints: [asked('GET /api/notices', 60_000, true, 0.2)] }),
    'loadtest-data',
  ],
  [
    'a load test for a hundredth of the people',
    (h) => {
      h.listing.scope.expectedUsers = 20_000;
      delete h.listing.answers['loadtest-users'];
    },
    'loadtest-users=question',
  ],
  ['no load test yet', (h) => h.files.delete('listing/loadtest/report.json'), noLoadTest],
  [
    'a load test’s report that is none',
    (h) => h.files.set('listing/loadtest/report.json', '{"address":"https://a.cn"}'),
    noLoadTest,
  ],
];

const formsUnknown = rules.flatMap(({ id, only = [], facts = [] }) =>
  only.includes('mini') || only.includes('h5') || facts.includes('app.forms') ? `${id}=question` : [],
);

const facts: readonly Break[] = [
  ['a VPN', (h) => set(h.listing.deployment, { vpn: true }), 'no-vpn'],
  [
    'the application on the gateway',
    (h) => set(h.listing.deployment, { gateway: ['10.1.0.11'] }),
    'gateway-in-front',
  ],
  ['a server that does not know its gateway', (h) => delete h.env.TRUST_PROXY, 'gateway-trusted'],
  ['one machine', (h) => h.listing.deployment.instances.pop(), 'high-availability'],
  [
    'a vendor that applies for itself',
    (h) => set(h.listing.owner, { organisation: h.listing.vendor.organisation }),
    'owner-applies',
  ],
  [
    'the big-data bureau as applicant of an app of the own line',
    (h) => set(h.listing.scope, { applicant: 'big-data-bureau' }),
    'applicant-fits',
  ],
  [
    'a mobile number that is read without a permission',
    (h) => set(h.env, { MATCH_BY_MOBILE: 'on' }),
    'permissions-listed',
  ],
  [
    'a PC app without H5',
    (h) => set(h.listing.app, { pc: true, forms: null }),
    [...formsUnknown, 'application-complete=question'].join(' '),
  ],
  ['another platform in production', (h) => set(h.env, { PLATFORM: 'zhezhengding' }), 'platform-configured'],
  [
    'production still in the test organisation',
    (h) => set(h.env, { DINGTALK_CORP_ID: 'ding0000test' }),
    'credentials-apart',
  ],
  [
    'production on the emulator',
    (h) => {
      h.env.DINGTALK_APP_KEY = 'emulator-key';
      h.listing.app.stage = '审批前';
    },
    'credentials-apart',
  ],
  [
    'production’s key in development',
    (h) => set(h, { developmentEnv: { ...h.developmentEnv, DINGTALK_APP_KEY: 'dingformal' } }),
    'credentials-apart',
  ],
  [
    'one organisation for both',
    (h) => {
      h.listing.organisations.test = 'ding0000formal';
      h.developmentEnv = null;
    },
    'credentials-apart no-test-on-production=unknown',
  ],
  [
    'no file of production’s variables',
    (h) => set(h, { env: {} }),
    'platform-configured=unknown credentials-apart=unknown certificate-watched gateway-trusted',
  ],
  ...Object.entries({
    'in the production organisation': { DINGTALK_APP_KEY: 'dingtest', DINGTALK_CORP_ID: 'ding0000formal' },
    'in an organisation that the listing does not name': {
      DINGTALK_APP_KEY: 'dingtest',
      DINGTALK_CORP_ID: 'ding0000other',
    },
    'on 浙政钉’s production platform': {
      ZHEZHENGDING_APP_KEY: 'x',
      ZHEZHENGDING_BASE_URL: 'https://openplatform-pro.ding.zj.gov.cn',
    },
  }).map(
    ([where, developmentEnv]): Break => [
      `development ${where}`,
      (h) => set(h, { developmentEnv }),
      'no-test-on-production',
    ],
  ),
  [
    'a DING that the listing does not tell of',
    (h) => h.files.set('server/tickets/urge.ts', "enqueue(tx, { key, kind: 'DING', receivers }, now);"),
    'ding-through-zhezhengding',
  ],
  [
    'a DING by DingTalk’s own API',
    (h) => h.files.set('server/tickets/ring.ts', "await fetch(base + '/v1.0/robot/ding/send');"),
    'ding-through-zhezhengding api-through-driver',
  ],
  ['a DING without 浙政钉', (h) => set(h.listing.app, { sendsDing: true }), 'ding-through-zhezhengding'],
  [
    'a platform’s API called by the mini program',
    (h) => h.files.set('mini/services/direct.ts', "const api = '/rpc/oauth2/dingtalk_app_user.json';"),
    'api-through-driver',
  ],
  [
    'another container’s SDK',
    (h) => h.files.set('package.json', JSON.stringify({ dependencies: { '@dcloudio/uni-app': '3' } })),
    'no-foreign-sdk',
  ],
  [
    'another container’s global',
    (h) => h.files.set('mini/services/wechat.ts', "wx.request({ url: '' });"),
    'no-foreign-sdk',
  ],
  [
    'a platform id that two accounts may share',
    (h) => h.files.set('prisma/schema.prisma', 'model User {\n  dingUserId String?\n}\n'),
    'platform-id-column',
  ],
  [
    'a user without a platform id',
    (h) => h.files.set('prisma/schema.prisma', 'model User {\n  name String\n}\n'),
    'platform-id-column',
  ],
  ['no users', (h) => h.files.delete('prisma/schema.prisma'), 'platform-id-column=unknown'],
];

test('an app with everything in order meets every rule', async () => {
  expect(await h.broken()).toEqual({});
});

const breaks = [...network, ...service, ...loadtest, ...facts];

const stateById = (found: string) =>
  Object.fromEntries(found.split(' ').map((one) => (one.includes('=') ? one.split('=') : [one, 'fail'])));

test.each(breaks)('%s', async (_what, wreck, found) => {
  wreck(h);
  expect(await h.broken()).toEqual(stateById(found));
});

test('every rule has been broken, here or by the tests of the mini program and of questions', () => {
  const seen = new Set(breaks.flatMap(([, , found]) => Object.keys(stateById(found))));
  const elsewhere = rules.filter(
    ({ id, only = [], question, check }) =>
      only.includes('mini') || (question !== undefined && check === undefined) || id === 'https-only',
  );
  const left = rules.filter((rule) => !seen.has(rule.id) && !elsewhere.includes(rule)).map(({ id }) => id);
  expect(left).toEqual([
    'standard-api-first',
    'test-parameters',
    'self-built-or-unified',
    'super-executive-by-id',
    'statements-complete',
  ]);
});

test('where nothing answers at the domain, https fails and the other rules are unknown', async () => {
  for (const path of h.network.answers.keys()) h.network.answers.set(path, silence(true));
  for (const path of ['/docs', '/metrics']) h.network.answers.set(path, silence(true));
  h.network.plain = silence(true);
  h.network.versions.clear();
  const { 'https-only': own, 'tls-version': _versions, ...others } = await h.broken();
  expect(own).toBe('fail');
  expect(new Set(Object.values(others))).toEqual(new Set(['unknown']));
  expect(Object.keys(others)).toContain('certificate-trusted');
});

test('a closed port 80 is as good as a redirection, where the app itself answers', async () => {
  h.network.plain = silence(true);
  expect(await h.state('http-redirected')).toBe('pass');
});

test('a comment may name the platform’s API, and a file may call its own list “my”', async () => {
  h.files.set('server/a.ts', '// see https://oapi.dingtalk.com/topapi/v2/user/get\nexport const a = 1;');
  h.files.set('mini/services/local.ts', 'const my = { list: [] };\nexport const n = my.list;');
  h.files.set('server/platform/dingtalk/driver.ts', "const api = '/topapi/v2/user/get';");
  expect(await h.broken()).toEqual({});
});
