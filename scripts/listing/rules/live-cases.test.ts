import { guideCode, type Live, openLive, restore } from '../testing/live.ts';
import { evidence } from '../testing/project.ts';
import { bid, host, nothing, page, send } from '../testing/system.ts';

/** What the rules that ask the network make of special cases: what is missing, what is doubtful, other ways to do it. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let h: Live;
beforeAll(async () => {
  h = await openLive();
});
afterAll(async () => {
  await h?.system.close();
  await h?.project.remove();
});
beforeEach(() => restore(h));

test('an address in place of a name', async () => {
  for (const [name, state] of [
    ['10.0.0.10', 'fail'],
    ['localhost', 'fail'],
    ['app.example.gov.cn', 'fail'],
    ['app.hangzhou-dept.cn', 'pass'],
    [null, 'question'],
  ] as const) {
    h.listing.domain.name = name;
    expect([name, (await h.check('domain-is-name')).state]).toEqual([name, state]);
  }
});

test('a name that leads nowhere, and a resolver that does not answer', async () => {
  const silent = async (): Promise<never> => {
    throw Object.assign(new Error('again'), { code: 'EAI_AGAIN' });
  };
  const never = () => new Promise<never>(() => {});
  for (const [lookup, state] of [
    [nothing, 'fail'],
    [silent, 'unknown'],
    [never, 'unknown'],
    [async () => [{ address: '203.0.113.9', family: 4 }], 'pass'],
  ] as const) {
    const probes = h.system.probes({ connect: new Map(), lookup, timeoutMs: 50 });
    expect((await h.check('domain-resolves', { probes })).state).toBe(state);
  }
});

test('nothing at the domain: https fails, and nobody judges the rest', async () => {
  h.system.connect
    .set(`${host}:443`, { host: '127.0.0.1', port: 1 })
    .set(`${host}:80`, { host: '127.0.0.1', port: 1 });
  const found = await h.broken();
  expect(found['https-only']).toBe('fail');
  const { 'https-only': _own, ...others } = found;
  expect(new Set(Object.values(others))).toEqual(new Set(['unknown']));
  expect(Object.keys(others)).toContain('certificate-trusted');
});

test('a closed port 80 is as good as a redirection, where the app itself answers', async () => {
  h.system.connect.set(`${host}:80`, { host: '127.0.0.1', port: 1 });
  expect((await h.check('http-redirected')).state).toBe('pass');
  h.system.connect.set(`${host}:443`, { host: '127.0.0.1', port: 1 });
  expect((await h.check('http-redirected')).state).toBe('unknown');
});

test('plain http on port 443', async () => {
  h.system.connect.set(`${host}:443`, h.portOf(80));
  expect((await h.check('https-only')).state).toBe('fail');
  expect((await h.check('certificate-trusted')).detail).toContain('答的不是 HTTPS');
});

test('no facts yet: what is missing is asked for by name', async () => {
  h.listing.domain.name = null;
  h.listing.deployment.instances = [];
  const found = await h.broken({ probes: h.system.probes({ host: null }) });
  for (const id of ['https-only', 'hsts', 'signin-live', 'app-not-public', 'tls-version']) {
    expect([id, found[id]]).toEqual([id, 'question']);
  }
});

test('the guide’s own code is recognised', async () => {
  h.system.answers.set('/console', send(200, page(guideCode(bid))));
  expect((await h.check('stability-code')).state).toBe('pass');
});

test('the code in a script of the page’s own is recognised', async () => {
  const [, meta = '', script = ''] = /^(.*)\n<script>(.*)<\/script>$/s.exec(guideCode(bid)) ?? [];
  h.system.answers.set('/console', send(200, page(`${meta}<script src="/wpk.js"></script>`)));
  h.system.answers.set('/wpk.js', send(200, script, 'text/javascript'));
  expect((await h.check('stability-code')).state).toBe('pass');
});

test('浙政钉’s own gateway: its host is the one to resolve and to allow', async () => {
  const gateway = 'https://wpkgate-emas.ding.zj.gov.cn';
  const code = guideCode(bid, `spa: true, gateway: "${gateway}"`).replace(
    /https:\/\/g\.alicdn\.com[^"]*/,
    `${gateway}/static/wpk-jssdk.1.0.2/wpkReporter.js`,
  );
  h.system.answers.set('/console', send(200, page(code)));
  expect((await h.check('stability-code')).state).toBe('pass');
  expect((await h.check('stability-hosts')).detail).toContain('wpkgate-emas.ding.zj.gov.cn');
  h.system.connect.set('wpkgate-emas.ding.zj.gov.cn:443', { host: '127.0.0.1', port: 1 });
  expect((await h.check('stability-hosts')).state).toBe('pass');
  h.system.headers.set('content-security-policy', `script-src ${gateway}; connect-src 'self'`);
  expect((await h.check('stability-allowed')).state).toBe('fail');
  h.system.headers.set('content-security-policy', `script-src ${gateway}; connect-src 'self' ${gateway}`);
  expect((await h.check('stability-allowed')).state).toBe('pass');
});

test('an app without H5 has nothing to do with the stability code', async () => {
  h.listing.app.forms = ['miniprogram'];
  for (const id of ['stability-code', 'stability-allowed', 'stability-hosts', 'h5-live']) {
    expect([id, (await h.check(id)).state]).toEqual([id, 'not-applicable']);
  }
});

describe('an address of 政务外网 that looks public', () => {
  beforeEach(() => {
    h.listing.deployment.database = [{ host: '59.202.0.5', port: 5432 }];
    h.env.DATABASE_URL = '';
    h.system.connect.set('59.202.0.5:5432', { host: '127.0.0.1', port: 1 });
  });
  const look = () => h.check('database-not-public');

  test('is asked about where it does not answer', async () => {
    expect((await look()).state).toBe('question');
    h.listing.answers['database-not-public'] = { answer: 'yes', evidence };
    expect((await look()).state).toBe('pass');
    h.listing.answers['database-not-public'] = { answer: 'no' };
    expect((await look()).state).toBe('fail');
  });

  test('fails where it answers, unless a person says that this machine is inside', async () => {
    h.system.connect.set('59.202.0.5:5432', h.portOf(443));
    const found = await look();
    expect(found.state).toBe('fail');
    expect(found.detail).toContain('answers.database-not-public');
    h.listing.answers['database-not-public'] = { answer: 'yes', evidence };
    expect((await look()).state).toBe('pass');
  });
});

test('a gateway that keeps /readyz inside: the database is asked by another way', async () => {
  h.system.answers.set('/readyz', send(404, '没有'));
  expect((await h.check('service-ready')).state).toBe('pass');
  await h.system.server.prisma.$executeRaw`ALTER TABLE sessions RENAME TO sessions_away`;
  try {
    expect((await h.check('service-ready')).state).toBe('fail');
  } finally {
    await h.system.server.prisma.$executeRaw`ALTER TABLE sessions_away RENAME TO sessions`;
  }
});

test('credentials that are the same in both are named, and not shown', async () => {
  h.env.DINGTALK_APP_SECRET = 'formal-secret';
  h.developmentEnv.DINGTALK_APP_SECRET = 'formal-secret';
  const found = await h.check('credentials-apart');
  expect(found).toMatchObject({ state: 'fail', detail: expect.stringContaining('DINGTALK_APP_SECRET') });
  expect(JSON.stringify(found)).not.toContain('formal-secret');
  // Without production's variables both are the same developer's, which says nothing.
  expect((await h.check('credentials-apart', { env: h.developmentEnv })).state).toBe('pass');
  expect((await h.check('credentials-apart', { developmentEnv: null })).state).toBe('pass');
});

test('a load test for few of the people is a matter of how many use the app at once', async () => {
  h.listing.scope.expectedUsers = 20_000;
  const open = await h.check('loadtest-users');
  expect(open).toMatchObject({ state: 'question', detail: expect.stringContaining('20000 人') });
  h.listing.answers['loadtest-users'] = { answer: 'yes' };
  expect((await h.check('loadtest-users')).state).toBe('pass');
  h.listing.answers['loadtest-users'] = { answer: 'no' };
  expect((await h.check('loadtest-users')).state).toBe('fail');
});

test('a closed binding is a proper answer', async () => {
  h.system.answers.set('/api/auth/bind', send(200, { outcome: 'no-permission', reason: 'BINDING_CLOSED' }));
  expect((await h.check('binding-live')).state).toBe('pass');
});

test('no load test yet, and a file that is none', async () => {
  await h.project.write('listing/loadtest/report.json', 'oops');
  expect((await h.check('loadtest-fresh')).state).toBe('unknown');
  const files = { ...h.project.fresh(), read: async () => null };
  expect(await h.check('loadtest-address', { files })).toMatchObject({
    state: 'unknown',
    remedy: expect.stringContaining('npm run loadtest'),
  });
});

test('development with the emulator has no organisation to be wrong about', async () => {
  expect((await h.check('no-test-on-production', { developmentEnv: {} })).state).toBe('pass');
  expect((await h.check('no-test-on-production', { developmentEnv: null })).state).toBe('unknown');
});

test('what comes with the approval may be answered until it is there', async () => {
  h.listing.stability.bid = null;
  h.listing.organisations.production = null;
  for (const id of ['stability-code', 'credentials-apart', 'no-test-on-production']) {
    const open = await h.check(id);
    expect([id, open.state]).toEqual([id, 'question']);
    expect(open.remedy).toContain(`answers.${id}`);
    h.listing.answers[id] = { answer: 'yes' };
    expect([id, (await h.check(id)).state]).toEqual([id, 'pass']);
    h.listing.answers[id] = { answer: 'no' };
    expect([id, (await h.check(id)).state]).toEqual([id, 'fail']);
  }
});
