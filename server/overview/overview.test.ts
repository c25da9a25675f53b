import type { AdminOverview } from '../contract/overview.ts';
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

async function overview(from = server): Promise<AdminOverview> {
  const response = await get(from, '/api/admin/overview', admin);
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json<AdminOverview>();
}
const totals = async () =>
  Object.fromEntries(
    (await overview()).signIns.series.map(({ outcome, reason, total }) => [
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

test('the overview is for administrators and auditors, and nobody else', async () => {
  const user = await server.tokenOf('zhangsan');
  expectFault(await get(server, '/api/admin/overview'), 401, 'SESSION_EXPIRED');
  expectFault(await get(server, '/api/admin/overview', user), 403, 'FORBIDDEN');
  expect((await get(server, '/api/admin/overview', auditor)).statusCode).toBe(200);
});

test('without problems the lists are empty', async () => {
  const { takenAt, signIns, callsFrom, calls, ...rest } = await overview();
  expect(rest).toEqual({
    platform: 'dingtalk',
    instances: 1,
    problems: [],
    heldBack: [],
    certificate: null,
    eventLagSeconds: 0, // part: events
    messages: { failed: 0, uncertain: 0, reasons: [] }, // part: messages
    locked: [],
    superExecutiveFaults: [],
  });
  expect(Math.abs(Date.parse(takenAt) - Date.now())).toBeLessThan(60_000);
  expect(calls.map(({ failed, heldBack }) => failed + heldBack)).toEqual(calls.map(() => 0));
});

test('a problem names the IP to whitelist or the permission to apply for, with the steps, until the API answers', async () => {
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

test('a problem of another instance is shown once, until that instance stops or dies', async () => {
  const other = await another();
  try {
    await failing('ip-not-whitelisted', other);
    // A request of the overview writes this instance's state at once; otherwise it is written every few seconds.
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
  test('are added over all instances, even stopped ones', async () => {
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

  test('are shown for the last 24 hours, in China’s time', async () => {
    const { signIns } = await overview();
    const from = Date.parse(signIns.from);
    expect(from % hourMs).toBe(0);
    expect(from + 24 * hourMs).toBeGreaterThan(Date.now());
    for (const { hours, total } of signIns.series) {
      expect(hours).toHaveLength(24);
      expect(hours.reduce((sum, count) => sum + count, 0)).toBe(total);
    }
    const before = (await totals())['signed-in'] ?? 0;
    const counted = (hour: number, count: number, kind = 'sign-in', label = 'signed-in') =>
      server.prisma.activityCount.create({
        data: {
          kind,
          label,
          count,
          periodStart: new Date(from + hour * hourMs),
          instance: '019ab000-0000-7000-8000-000000000000',
        },
      });
    await counted(-1, 500);
    await counted(5, 40);
    // By the clock of another machine.
    await counted(25, 500);
    // Of calls, this hour and the one before are told.
    await counted(21, 500, 'call', '/x ok');
    await counted(23, 3, 'call', '/x ok');
    await counted(23, 2, 'call', '/x timeout');
    const after = await overview();
    const signedIn = after.signIns.series.find(({ outcome }) => outcome === 'signed-in');
    expect(signedIn).toMatchObject({ by: 'platform', total: before + 40 });
    // The hour may have changed meanwhile.
    expect(signedIn?.hours[(from - Date.parse(after.signIns.from)) / hourMs + 5]).toBe(40);
    expect(after.calls.find((one) => one.api === '/x')).toEqual({
      api: '/x',
      calls: 5,
      failed: 2,
      failures: [{ kind: 'timeout', count: 2 }],
      heldBack: 0,
    });
  });
});

describe('a locked account', () => {
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

  test('can be unlocked only by an administrator, once, and the audit log says by whom', async () => {
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

test('an API with paused calls is listed, with the calls that were not made counted separately', async () => {
  for (let at = 0; at < 12; at += 1) await failing('status');
  const { heldBack, calls } = await overview();
  expect(heldBack).toEqual([{ api, state: 'open', instances: 1 }]);
  const one = calls.find((call) => call.api === api);
  expect(one?.heldBack).toBeGreaterThan(0);
  expect(one?.failures).toContainEqual({ kind: 'fault', count: expect.any(Number) });
  expect(one?.failed).toBeLessThan(one?.calls ?? 0);
});

test('a fault of a 超级高管 is shown with the request id that finds it in the log', async () => {
  vi.spyOn(server.prisma.session, 'findMany').mockRejectedValueOnce(new Error('broken for the test'));
  const failed = await get(server, '/api/me/sessions', auditor);
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
      route: 'GET /api/me/sessions',
      requestId: failed.headers['x-request-id'],
    },
  ]);
});

test('the certificate of the configured address is shown, also if it cannot be read', async () => {
  const { database, emulator } = server;
  const public_ = await build({ database, emulator, env: { PUBLIC_ORIGIN: 'https://127.0.0.1:9' } });
  try {
    await public_.app.checkCertificate();
    expect((await overview(public_)).certificate).toMatchObject({
      host: expect.stringContaining('127.0.0.1'),
      daysLeft: null,
      validTo: null,
      problems: [expect.stringContaining('一分钟内'), expect.stringContaining('没有服务在监听')],
    });
  } finally {
    await public_.close();
  }
});

// part: messages
test('messages that failed lately are shown with the reason, without those that were taken back', async () => {
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
