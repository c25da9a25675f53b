import { makeCertificate } from '../../../server/testing/certificates.ts';
import { runRules } from '../check/run.ts';
import { guideCode, type Live, live, liveRules, openLive, restore, step } from '../testing/live.ts';
import { bid, host, page, send } from '../testing/system.ts';

/**
 * The rules that ask the network, against the real server behind a gateway with real certificates: all of them are
 * met, then one thing at a time is broken, and exactly the rule that is about it fails.
 */

jest.setTimeout(60_000);

let h: Live;
beforeAll(async () => {
  h = await openLive();
});
afterAll(async () => {
  await h?.system.close();
  await h?.project.remove();
});
beforeEach(() => restore(h));

test('all of them are met by the whole system', async () => {
  expect(await h.broken()).toEqual({});
});

test('each says what it saw', async () => {
  const { results } = await runRules(liveRules(), h.context());
  for (const { id, state, detail } of results) {
    expect([id, state]).toEqual([id, 'pass']);
    expect(detail).toMatch(/[\u4e00-\u9fff]/);
  }
  expect(JSON.stringify(results)).not.toContain('secret');
});

type Break = () => void | Promise<void>;

const certificate = async (more: Parameters<typeof makeCertificate>[0], chain = true) => {
  const made = await makeCertificate({ issuer: h.system.intermediate, ...more });
  h.system.install({
    cert: made.cert + (chain ? h.system.intermediate.cert : ''),
    key: made.key,
    minVersion: 'TLSv1.2',
  });
};

/** What is broken, the rule that fails by it, and those that nobody can judge any more because of it. */
const breaks: [string, Break, Record<string, string>][] = [
  [
    'a self-signed certificate',
    async () => {
      const own = await makeCertificate({ name: host, hosts: [host] });
      h.system.install({ cert: own.cert, key: own.key, minVersion: 'TLSv1.2' });
    },
    { 'certificate-trusted': 'fail' },
  ],
  [
    'an authority of one’s own',
    async () => {
      const ca = await makeCertificate({ name: 'Own CA', ca: true });
      const made = await makeCertificate({ name: host, hosts: [host], issuer: ca });
      h.system.install({ cert: made.cert + ca.cert, key: made.key, minVersion: 'TLSv1.2' });
    },
    { 'certificate-trusted': 'fail' },
  ],
  [
    'an expired certificate',
    () => certificate({ name: host, hosts: [host], from: -9, until: -1 }),
    { 'certificate-dates': 'fail' },
  ],
  [
    'a certificate with 20 days left',
    () => certificate({ name: host, hosts: [host], until: 20 }),
    { 'certificate-dates': 'fail' },
  ],
  [
    'a certificate of another name',
    () => certificate({ name: host, hosts: ['other.cn'] }),
    { 'certificate-host': 'fail' },
  ],
  [
    'a short chain',
    async () => {
      h.system.answers.set('/ca.cer', (_asked, response) => {
        response.end(Buffer.from(h.system.intermediate.certificate.rawData));
      });
      h.system.plain.handler = (asked, response) =>
        asked.url === '/ca.cer'
          ? response.end(Buffer.from(h.system.intermediate.certificate.rawData))
          : response.writeHead(301, { location: `https://${host}${asked.url}` }).end();
      const { port } = h.system.connect.get(`${host}:80`) ?? { port: 0 };
      await certificate({ name: host, hosts: [host], issuerUrl: `http://127.0.0.1:${port}/ca.cer` }, false);
    },
    { 'certificate-chain': 'fail' },
  ],
  [
    'a short chain whose missing part nobody can fetch',
    () => certificate({ name: host, hosts: [host], issuerUrl: 'http://127.0.0.1:1/ca.cer' }, false),
    { 'certificate-chain': 'fail', 'certificate-trusted': 'unknown' },
  ],
  [
    'TLS 1.1 still offered',
    () =>
      h.system.install({
        cert: h.system.leaf.cert + h.system.intermediate.cert,
        key: h.system.leaf.key,
        minVersion: 'TLSv1.1',
        ciphers: 'DEFAULT:@SECLEVEL=0',
      }),
    { 'tls-version': 'fail' },
  ],
  ['no HSTS', () => void h.system.headers.delete('strict-transport-security'), { hsts: 'fail' }],
  [
    'HSTS of a day',
    () => void h.system.headers.set('strict-transport-security', 'max-age=86400'),
    { hsts: 'fail' },
  ],
  [
    'content by plain http',
    () => {
      h.system.plain.handler = send(200, '你好');
    },
    { 'http-redirected': 'fail' },
  ],
  [
    'a redirection to somebody else',
    () => {
      h.system.plain.handler = (_asked, response) =>
        response.writeHead(302, { location: 'https://other.cn/' }).end();
    },
    { 'http-redirected': 'fail' },
  ],
  [
    'a redirection to plain http',
    () => {
      h.system.plain.handler = (_asked, response) =>
        response.writeHead(302, { location: `http://${host}/x` }).end();
    },
    { 'http-redirected': 'fail' },
  ],
  [
    'the application’s port open on the domain',
    () => void h.system.connect.set(`${host}:3000`, h.portOf(443)),
    { 'app-not-public': 'fail' },
  ],
  [
    'the database’s port open on the domain',
    () => void h.system.connect.set(`${host}:5432`, h.portOf(443)),
    { 'database-not-public': 'fail' },
  ],
  [
    'the application on an address that answers from here',
    () => {
      (h.listing.deployment.instances[0] ?? { host: '' }).host = '203.0.113.5';
      h.system.connect.set('203.0.113.5:3000', h.portOf(443));
    },
    { 'app-not-public': 'fail' },
  ],
  [
    'production’s database elsewhere than the listing says, in public',
    () => {
      h.env.DATABASE_URL = 'postgresql://app:secret@db.other.cn:5432/app';
    },
    { 'database-not-public': 'question' },
  ],
  [
    'a VPN',
    () => {
      h.listing.deployment.vpn = true;
    },
    { 'no-vpn': 'fail' },
  ],
  [
    'no word about a VPN',
    () => {
      h.listing.deployment.vpn = null;
    },
    { 'no-vpn': 'question' },
  ],
  [
    'the application on the gateway',
    () => {
      h.listing.deployment.gateway = ['10.1.0.11'];
    },
    { 'gateway-in-front': 'fail' },
  ],
  [
    'a server that does not know its gateway',
    () => void delete h.env.TRUST_PROXY,
    { 'gateway-in-front': 'fail' },
  ],
  ['one machine', () => void h.listing.deployment.instances.pop(), { 'high-availability': 'fail' }],
  [
    'the API’s document shown to all',
    () => void h.system.answers.delete('/docs'),
    { 'internal-pages-closed': 'fail' },
  ],
  [
    'the figures shown to all',
    () => void h.system.answers.set('/metrics', send(200, 'x 1', 'text/plain')),
    { 'internal-pages-closed': 'fail' },
  ],
  ['no PUBLIC_ORIGIN', () => void delete h.env.PUBLIC_ORIGIN, { 'certificate-watched': 'fail' }],
  [
    'a PUBLIC_ORIGIN of another domain',
    () => {
      h.env.PUBLIC_ORIGIN = 'https://other.cn';
    },
    { 'certificate-watched': 'fail' },
  ],
  [
    'a vendor’s domain, unexplained',
    () => {
      h.listing.domain.belongsTo = 'vendor';
    },
    { 'domain-owner': 'question' },
  ],
  [
    'a host of the stability platform that does not resolve',
    () => void h.system.connect.delete('px.ucweb.com:443'),
    { 'stability-hosts': 'fail' },
  ],
  [
    'a page without the code',
    () => void h.system.answers.set('/console', send(200, page())),
    { 'stability-code': 'fail' },
  ],
  [
    'another bid',
    () => {
      h.listing.stability.bid = 'dta_1_other';
    },
    { 'stability-code': 'fail' },
  ],
  [
    'spa not set',
    () => void h.system.answers.set('/console', send(200, page(guideCode(bid, 'spa: false')))),
    { 'stability-code': 'fail' },
  ],
  [
    'a policy that stops the upload',
    () =>
      void h.system.headers.set(
        'content-security-policy',
        "script-src 'self' 'unsafe-inline' https://g.alicdn.com; connect-src 'self' https://px.ucweb.com",
      ),
    { 'stability-allowed': 'fail' },
  ],
  [
    'a policy that stops the script',
    () => void h.system.headers.set('content-security-policy', "default-src 'self' https://*.ucweb.com"),
    { 'stability-allowed': 'fail' },
  ],
  [
    'an H5 page that is missing',
    () => void h.system.answers.set('/console', send(502, '坏了')),
    { 'h5-live': 'fail', 'stability-code': 'fail' },
  ],
  [
    'an H5 page that is white without scripts',
    () =>
      void h.system.answers.set('/console', send(200, page(guideCode(bid)).replace('正在打开工单助手', ''))),
    { 'h5-live': 'fail' },
  ],
  [
    'an H5 page whose script is missing',
    () => void h.system.answers.set('/console/assets/index-1.js', send(404, '')),
    { 'h5-live': 'fail' },
  ],
  [
    'a database that is away',
    () => void h.system.answers.set('/readyz', send(503, {})),
    { 'service-ready': 'fail' },
  ],
  [
    'a platform that is down',
    () => void h.system.server.emulator.control.fault({ path: '/topapi/v2/user/getuserinfo', kind: 'html' }),
    { 'signin-live': 'fail' },
  ],
  [
    'a sign-in that takes any code',
    () => void h.system.answers.set('/api/auth/login', send(200, { outcome: 'signed-in' })),
    { 'signin-live': 'fail' },
  ],
  [
    'a gateway that answers for the session',
    () => void h.system.answers.set('/api/me', send(200, { user: {} })),
    { 'session-live': 'fail' },
  ],
  [
    'a gateway that rewrites 401',
    () => void h.system.answers.set('/api/me', send(401, '<h1>401</h1>')),
    { 'session-live': 'fail' },
  ],
  [
    'no binding',
    () => void h.system.answers.set('/api/auth/bind', send(404, '没有')),
    { 'binding-live': 'fail' },
  ],
  [
    'a load test of another address',
    () => h.writeLoadTest({ address: 'http://127.0.0.1:3000' }),
    { 'loadtest-address': 'fail' },
  ],
  [
    'a load test of 20 connections',
    () => h.writeLoadTest({ steps: [step({ connections: 20 })] }),
    { 'loadtest-concurrency': 'fail', 'loadtest-good-enough': 'unknown' },
  ],
  [
    'a load test that was broken off',
    () => h.writeLoadTest({ steps: [step({ complete: false })] }),
    { 'loadtest-concurrency': 'fail' },
  ],
  [
    'a load test with too many errors',
    () => h.writeLoadTest({ steps: [step({ successRate: 0.9898 })] }),
    { 'loadtest-good-enough': 'fail' },
  ],
  [
    'a load test that is too slow',
    () => h.writeLoadTest({ steps: [step({ meanMs: 300 })] }),
    { 'loadtest-good-enough': 'fail' },
  ],
  [
    'a load test of last year',
    () => h.writeLoadTest({ startedAt: new Date(Date.now() - 92 * 86_400_000).toISOString() }),
    { 'loadtest-fresh': 'fail' },
  ],
  [
    'one organisation for both',
    () => {
      h.listing.organisations.test = 'ding0000formal';
    },
    { 'credentials-apart': 'fail' },
  ],
  [
    'production in the test organisation',
    () => {
      h.env.DINGTALK_CORP_ID = 'ding0000test';
    },
    { 'credentials-apart': 'fail' },
  ],
  [
    'development in the production organisation',
    () => {
      h.developmentEnv.DINGTALK_CORP_ID = 'ding0000formal';
    },
    { 'no-test-on-production': 'fail' },
  ],
  [
    'a server that would start in the production organisation',
    () => {
      h.developmentEnv.PRODUCTION_ORGANISATIONS = '';
    },
    { 'no-test-on-production': 'fail' },
  ],
  [
    'development on 浙政钉’s production platform',
    () => {
      h.developmentEnv.ZHEZHENGDING_BASE_URL = 'https://openplatform-pro.ding.zj.gov.cn';
    },
    { 'no-test-on-production': 'fail' },
  ],
];

test.each(breaks)('%s', async (_name, wreck, expected) => {
  await wreck();
  expect(await h.broken()).toEqual(expected);
});

test('every rule of the network has been broken', () => {
  const seen = new Set(breaks.flatMap(([, , expected]) => Object.keys(expected)));
  const alone = ['domain-is-name', 'domain-resolves', 'https-only'];
  expect(live.filter((id) => !seen.has(id))).toEqual(alone);
});
