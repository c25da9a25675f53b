import type { AdminOverview, PeopleCounts, SignInsByHour } from '../contract/overview.ts';
import { type Built, build } from '../testing/build.ts';
import { until } from '../testing/client.ts';
import { bearer, expectFault, get, post, ticketOf } from '../testing/http.ts';

const api = '/topapi/v2/user/getuserinfo';
const hourMs = 3_600_000;
let server: Built;
let admin: string;
let auditor: string;
beforeAll(async () => {
  server = await build();
  await server.prisma.user.update({ where: { username: 'chenguang' }, data: { role: 'AUDITOR' } });
  admin = await server.tokenOf('admin');
  auditor = await server.tokenOf('chenguang');
});
afterAll(() => server?.close());

async function read<T>(url: string, from = server, token = admin): Promise<T> {
  const response = await get(from, `/api/admin/overview${url}`, token);
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json<T>();
}
const overview = (from = server) => read<AdminOverview>('', from);
const signIns = (days = 1, from = server) => read<SignInsByHour>(`/sign-ins?days=${days}`, from);
const totals = async (days = 1, from = server) =>
  Object.fromEntries(
    (await signIns(days, from)).series.map(({ outcome, reason, total }) => [
      [outcome, reason].filter((part) => part !== null).join(' '),
      total,
    ]),
  );
const failing = (kind: 'ip-not-whitelisted' | 'no-permission' | 'status', on = server) => {
  server.emulator.control.fault({ path: api, kind, times: 1 });
  return on.login('zhangsan').catch((error: Error) => error.message);
};
const another = () => build({ database: server.database, emulator: server.emulator });
const unlock = (body: object, token = admin) =>
  post(server, '/api/admin/overview/unlock', body, bearer(token));

test('is read by administrators and auditors, and by nobody else', async () => {
  const user = await server.tokenOf('zhangsan');
  for (const url of ['', '/sign-ins', '/people']) {
    expectFault(await get(server, `/api/admin/overview${url}`), 401, 'SESSION_EXPIRED');
    expectFault(await get(server, `/api/admin/overview${url}`, user), 403, 'FORBIDDEN');
    expect((await get(server, `/api/admin/overview${url}`, auditor)).statusCode).toBe(200);
  }
  expectFault(await get(server, '/api/admin/overview/sign-ins?days=30', admin), 400, 'INVALID_REQUEST');
});

test('says in empty lists that all is well', async () => {
  const { takenAt, appToken, calls, ...rest } = await overview();
  expect(rest).toEqual({
    platform: 'dingtalk',
    instances: 1,
    problems: [],
    heldBack: [],
    certificate: null,
    eventLagSeconds: 0,
    messages: { waiting: 0, failed: 0, uncertain: 0, reasons: [] },
    locked: [],
    superExecutiveFaults: [],
  });
  expect(Math.abs(Date.parse(takenAt) - Date.now())).toBeLessThan(60_000);
  expect(calls.map(({ failed, heldBack }) => failed + heldBack)).toEqual(calls.map(() => 0));
});

test('tells the age of the app token, and never the token', async () => {
  const response = await get(server, '/api/admin/overview', admin);
  const { appToken } = response.json<AdminOverview>();
  expect(Date.parse(appToken?.fetchedAt ?? '')).toBeLessThanOrEqual(Date.now());
  expect(Date.parse(appToken?.expiresAt ?? '')).toBeGreaterThan(Date.now());
  const row = await server.prisma.platformToken.findFirstOrThrow();
  expect(response.body).not.toContain(row.token);
  expect(response.body).not.toContain(row.app);
});

test('names the IP to whitelist and the permission to apply for, with what to click, until the API answers', async () => {
  await failing('ip-not-whitelisted');
  await failing('ip-not-whitelisted');
  await failing('no-permission');
  const { problems, calls } = await overview();
  expect(problems).toHaveLength(2);
  expect(problems.find(({ upstreamCode }) => upstreamCode === '60011')).toMatchObject({
    api,
    count: 1,
    guide: { title: '应用缺少接口权限', copy: expect.stringMatching(/^qyapi_\w+$/) },
  });
  const ip = problems.find(({ upstreamCode }) => upstreamCode === '60020');
  expect(ip).toMatchObject({ api, count: 2, instances: 1, guide: { copy: '203.0.113.9' } });
  expect(ip?.guide.steps.join()).toContain('安全设置');
  expect(calls.find((one) => one.api === api)).toMatchObject({
    failed: 3,
    failures: [{ kind: 'misconfigured', count: 3 }],
  });
  await server.login('zhangsan');
  expect((await overview()).problems).toEqual([]);
});

test('what another instance meets is seen here, as one problem, until that instance stops or dies', async () => {
  const other = await another();
  try {
    await failing('ip-not-whitelisted', other);
    // Its own look writes what it has met at once; otherwise it does so every few seconds.
    expect((await overview(other)).problems).toMatchObject([{ count: 1, instances: 1 }]);
    await failing('ip-not-whitelisted');
    expect(await overview()).toMatchObject({ instances: 2, problems: [{ count: 2, instances: 2 }] });
    await server.login('zhangsan');
    // Each instance has an address of its own: what works here may be wrong there.
    expect((await overview()).problems).toMatchObject([{ count: 1, instances: 1 }]);
  } finally {
    await other.close();
  }
  expect(await overview()).toMatchObject({ instances: 1, problems: [] });

  const dead = await server.prisma.instance.create({
    data: {
      id: '019ab000-0000-7000-8000-000000000000',
      startedAt: new Date(),
      seenAt: new Date(Date.now() - 50_000),
      state: { problems: [], heldBack: [{ api: '/x', state: 'half-open' }] },
    },
  });
  expect((await overview()).heldBack).toEqual([{ api: '/x', state: 'half-open', instances: 1 }]);
  await server.prisma.instance.update({
    where: { id: dead.id },
    data: { seenAt: new Date(Date.now() - 61_000) },
  });
  expect((await overview()).heldBack).toEqual([]);
  // A version that is not ours yet, or any more.
  await server.prisma.instance.update({
    where: { id: dead.id },
    data: { seenAt: new Date(), state: { problems: 7 } },
  });
  expect(await overview()).toMatchObject({ instances: 1, problems: [] });
  await server.prisma.instance.delete({ where: { id: dead.id } });
});

describe('sign-ins by outcome and hour', () => {
  test('of all instances, and still there when an instance is gone', async () => {
    const before = await totals();
    const other = await another();
    await Promise.all([server.login('zhangsan'), server.login('sunqi'), other.login('zhangsan')]);
    await failing('status', other);
    await other.close();
    const after = await totals();
    const grown = (label: string) => (after[label] ?? 0) - (before[label] ?? 0);
    expect(grown('signed-in')).toBe(2);
    expect(grown('no-permission OUT_OF_RANGE')).toBe(1);
    expect(grown('fault PLATFORM_FAULT')).toBe(1);
  });

  test('an hour is one of China, and 7 days are 168 of them', async () => {
    const { from, hours, series } = await signIns();
    expect(hours).toBe(24);
    expect(Date.parse(from) % hourMs).toBe(0);
    expect(Date.parse(from) + 24 * hourMs).toBeGreaterThan(Date.now());
    for (const one of series) {
      expect(one.hours).toHaveLength(24);
      expect(one.hours.reduce((sum, count) => sum + count, 0)).toBe(one.total);
    }
    const week = await signIns(7);
    expect(week.series[0]?.hours).toHaveLength(168);
    await server.prisma.activityCount.create({
      data: {
        kind: 'sign-in',
        periodStart: new Date(Date.parse(week.from) + 5 * hourMs),
        label: 'signed-in',
        instance: '019ab000-0000-7000-8000-000000000000',
        count: 40,
      },
    });
    const signedIn = (await signIns(7)).series.find(({ outcome }) => outcome === 'signed-in');
    expect(signedIn?.hours[5]).toBe(40);
    expect((await totals(1))['signed-in']).toBe((signedIn?.total ?? 0) - 40);
  });

  test('bindings are told beside them', async () => {
    const ticket = await ticketOf(server, 'lisi');
    await server.bind({ ticket, username: 'lisi', password: 'wrong' });
    expect((await signIns()).bindings).toEqual([
      { outcome: 'bind-rejected', reason: 'INVALID_CREDENTIALS', total: 1 },
    ]);
  });
});

describe('who is locked', () => {
  beforeAll(async () => {
    const ticket = await ticketOf(server, 'lisi');
    for (let at = 0; at < 5; at += 1) await server.bind({ ticket, username: 'lisi', password: 'wrong' });
  });

  test('is listed', async () => {
    expect((await overview()).locked.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      'account lisi',
      'person 270102',
    ]);
  });

  test('is unlocked by an administrator alone, once, and the log says by whom', async () => {
    const body = { kind: 'account', name: 'lisi' };
    expectFault(await unlock(body, auditor), 403, 'FORBIDDEN');
    expectFault(await unlock({ kind: 'anybody', name: 'lisi' }), 400, 'INVALID_REQUEST');
    expect((await overview()).locked).toHaveLength(2);
    const outcomes = await Promise.all([unlock(body), unlock(body)]);
    expect(outcomes.map((answer) => answer.json().outcome).sort()).toEqual(['not-locked', 'unlocked']);
    expect((await overview()).locked).toMatchObject([{ kind: 'person', name: '270102' }]);
    const { id } = await server.prisma.user.findUniqueOrThrow({ where: { username: 'admin' } });
    expect(await server.prisma.auditLog.findMany({ where: { action: 'lockout.cleared' } })).toMatchObject([
      { actorId: id, subject: 'account:lisi', address: '127.0.0.1' },
    ]);
    expect((await unlock({ kind: 'person', name: '270102' })).json()).toEqual({ outcome: 'unlocked' });
    const ticket = await ticketOf(server, 'lisi');
    expect(await server.bind({ ticket, username: 'lisi', password: 'wrong' })).toMatchObject({
      reason: 'INVALID_CREDENTIALS',
    });
  });
});

test('an API that is held back is listed, and calls that were not made are told apart', async () => {
  for (let at = 0; at < 12; at += 1) await failing('status');
  const { heldBack, calls } = await overview();
  expect(heldBack).toEqual([{ api, state: 'open', instances: 1 }]);
  const one = calls.find((call) => call.api === api);
  expect(one?.heldBack).toBeGreaterThan(0);
  expect(one?.failures).toContainEqual({ kind: 'fault', count: expect.any(Number) });
  expect(one?.failed).toBeLessThan(one?.calls ?? 0);
});

test('a fault that a 超级高管 meets stands there with what finds it in the log', async () => {
  await server.prisma.$executeRaw`ALTER TABLE notice_reads RENAME TO notice_reads_away`;
  const failed = await get(server, '/api/notices', auditor);
  await server.prisma.$executeRaw`ALTER TABLE notice_reads_away RENAME TO notice_reads`;
  expectFault(failed, 500, 'INTERNAL_ERROR');
  await until(
    async () => (await server.prisma.superExecutiveFault.count()) === 1,
    10_000,
    'the fault is written',
  );
  expect((await overview()).superExecutiveFaults).toMatchObject([
    {
      person: { username: 'chenguang' },
      code: 'INTERNAL_ERROR',
      route: 'GET /api/notices',
      requestId: failed.headers['x-request-id'],
    },
  ]);
});

test('the certificate of a configured address is told, also when it cannot be read', async () => {
  const { database, emulator } = server;
  const public_ = await build({ database, emulator, env: { PUBLIC_ORIGIN: 'https://127.0.0.1:9' } });
  try {
    await public_.app.checkCertificate();
    expect((await overview(public_)).certificate).toMatchObject({
      host: expect.stringContaining('127.0.0.1'),
      daysLeft: null,
      validTo: null,
      problems: [expect.any(String)],
    });
  } finally {
    await public_.close();
  }
});

test('people are counted exactly, each once, and not again within five minutes', async () => {
  const counts = await read<PeopleCounts>('/people');
  expect(counts.bound + counts.unbound + counts.left + counts.disabled).toBe(counts.total);
  expect(counts).toMatchObject({ total: await server.prisma.user.count(), disabled: 1, superExecutives: 1 });
  await server.prisma.user.update({ where: { username: 'zhaoliu' }, data: { leftAt: new Date() } });
  expect(await read<PeopleCounts>('/people')).toEqual(counts);
  server.advance(5 * 60_000);
  expect(await read<PeopleCounts>('/people')).toMatchObject({ left: counts.left + 1, total: counts.total });
});

test('messages that failed lately are told with the reason; those that were taken back are none', async () => {
  const message = { kind: 'WORK_NOTIFICATION' as const, receivers: ['1'], content: {} };
  const old = new Date(Date.now() - 8 * 24 * hourMs);
  await server.prisma.outboxMessage.createMany({
    data: [
      { ...message, dedupKey: 'a', status: 'FAILED', lastError: '缺少 AgentId' },
      { ...message, dedupKey: 'b', status: 'FAILED', lastError: '缺少 AgentId' },
      { ...message, dedupKey: 'c', status: 'FAILED', lastError: '发送前已撤回' },
      { ...message, dedupKey: 'd', status: 'FAILED', lastError: '很久以前', createdAt: old },
      { ...message, dedupKey: 'e', status: 'UNCERTAIN' },
    ],
  });
  expect((await overview()).messages).toMatchObject({
    failed: 2,
    uncertain: 1,
    reasons: [{ reason: '缺少 AgentId', count: 2 }],
  });
});
