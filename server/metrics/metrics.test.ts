import { type Built, build } from '../testing/build.ts';
import { bearer, expectFault, get } from '../testing/http.ts';

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());

/** The value of one sample; 0 when it is not there. */
async function sample(name: string, labels: Record<string, string> = {}): Promise<number> {
  const { body } = await server.app.inject({ url: '/metrics' });
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = body
    .split('\n')
    .find((one) => one.startsWith(name) && wanted.every((label) => one.includes(label)));
  return Number(line?.split(' ').at(-1) ?? 0);
}

test('sign-ins and bindings are counted by outcome', async () => {
  await server.login('zhangsan');
  await server.login('admin');
  await server.login('sunqi');
  const offered = await server.login('lisi');
  if (offered.outcome !== 'bind-required') throw new Error(offered.outcome);
  await server.bind({ ticket: offered.ticket.token, username: 'lisi', password: 'wrong' });
  expect(await sample('sign_ins_total', { outcome: 'signed-in' })).toBe(2);
  expect(await sample('sign_ins_total', { outcome: 'no-permission OUT_OF_RANGE' })).toBe(1);
  expect(await sample('sign_ins_total', { outcome: 'bind-required' })).toBe(1);
  expect(await sample('bindings_total', { outcome: 'bind-rejected INVALID_CREDENTIALS' })).toBe(1);
});

test('calls to the platform are counted by API and result, token fetches by themselves', async () => {
  const api = '/topapi/v2/user/getuserinfo';
  const before = await sample('platform_calls_total', { api, result: 'fault' });
  server.emulator.control.fault({ path: api, kind: 'html' });
  await expect(server.login('zhangsan')).rejects.toThrow('502');
  expect((await sample('platform_calls_total', { api, result: 'fault' })) - before).toBe(1);
  expect(await sample('platform_call_seconds_count', { api })).toBeGreaterThan(1);
  expect(await sample('app_token_fetches_total', { result: 'ok' })).toBe(1);
});

test('an open circuit is shown, and closes again', async () => {
  const api = '/topapi/v2/user/getuserinfo';
  server.emulator.control.fault({ path: api, kind: 'status', times: null });
  for (let at = 0; at < 12; at += 1) await server.login('zhangsan').catch(() => {});
  expect(await sample('platform_circuit_open', { api })).toBe(1);
  expect(await sample('platform_calls_total', { api, refused_by: 'circuit' })).toBeGreaterThan(0);
  server.emulator.control.clearFaults();
});

test('session memory, lockouts, event lag and outbox are shown', async () => {
  const { sessionCacheStats } = server.app;
  expect(await sample('session_cache_hits')).toBe(sessionCacheStats().hits);
  await server.prisma.lockout.create({
    data: {
      subject: 'account:x',
      failures: 5,
      lastFailure: new Date(),
      lockedUntil: new Date(Date.now() + 60_000),
    },
  });
  expect(await sample('locked_subjects')).toBe(1);
  expect(await sample('platform_event_lag_seconds')).toBe(0);
  await server.prisma.outboxMessage.create({
    data: { dedupKey: 'x', kind: 'DING', receivers: ['270101'], content: {}, status: 'FAILED' },
  });
  expect(await sample('outbox_messages', { kind: 'DING', status: 'FAILED' })).toBe(1);
});

test('nobody is named', async () => {
  const { body } = await server.app.inject({ url: '/metrics' });
  // The labels: a measured value may have any digits in a row.
  const labels = body.match(/\{[^}]*\}/g)?.join(' ');
  expect(labels).toContain('signed-in');
  for (const who of ['zhangsan', '张三', '270101', '10000000001']) expect(labels).not.toContain(who);
});

describe('who may read', () => {
  test('without a token only the machine itself', async () => {
    expect((await server.app.inject({ url: '/metrics', remoteAddress: '::1' })).statusCode).toBe(200);
    expectFault(await server.app.inject({ url: '/metrics', remoteAddress: '10.1.2.3' }), 403, 'FORBIDDEN');
    const proxied = { url: '/metrics', headers: { 'x-forwarded-for': '127.0.0.1' } };
    expectFault(await server.app.inject(proxied), 403, 'FORBIDDEN');
  });

  test('with a token whoever shows it', async () => {
    const { database, emulator } = server;
    const guarded = await build({ database, emulator, env: { METRICS_TOKEN: 'scrape-me' } });
    try {
      expectFault(await get(guarded, '/metrics'), 403, 'FORBIDDEN');
      expectFault(await get(guarded, '/metrics', 'scrape-you'), 403, 'FORBIDDEN');
      const far = { url: '/metrics', remoteAddress: '10.1.2.3', headers: bearer('scrape-me') };
      expect((await guarded.app.inject(far)).statusCode).toBe(200);
    } finally {
      await guarded.close();
    }
  });
});

test('a fault that a 超级高管 meets is logged one level higher, and marked', async () => {
  const tokens = await Promise.all(
    ['zhangsan', 'chenguang'].map((person) => server.tokenOf(person).catch(() => null)),
  );
  expect(tokens).toEqual([null, null]); // the circuit is still open: sign in on an instance of its own
  const { database, emulator } = server;
  const fresh = await build({ database, emulator });
  try {
    const [ordinary, executive] = [await fresh.tokenOf('zhangsan'), await fresh.tokenOf('chenguang')];
    await server.prisma.$executeRaw`ALTER TABLE notice_reads RENAME TO notice_reads_away`;
    for (const token of [ordinary, executive]) {
      expectFault(await get(fresh, '/api/notices', token), 500, 'INTERNAL_ERROR');
    }
    await server.prisma.$executeRaw`ALTER TABLE notice_reads_away RENAME TO notice_reads`;
    const failed = fresh.logs().filter(({ code }) => code === 'INTERNAL_ERROR');
    expect(failed.map(({ level, superExecutive }) => ({ level, superExecutive }))).toEqual([
      { level: 50, superExecutive: undefined },
      { level: 60, superExecutive: true },
    ]);
  } finally {
    await fresh.close();
  }
});

test('a process that falls behind turns requests away, but lives', async () => {
  const { database, emulator } = server;
  const busy = await build({ database, emulator, env: { MAX_EVENT_LOOP_DELAY_MS: '50' } });
  try {
    const until = performance.now() + 10_000;
    let answer = await get(busy, '/api/me');
    while (answer.statusCode !== 503 && performance.now() < until) {
      const from = performance.now();
      await new Promise<void>((resolve) => setImmediate(resolve));
      while (performance.now() - from < 200);
      answer = await get(busy, '/api/me');
    }
    expectFault(answer, 503, 'SERVER_BUSY');
    expect((await get(busy, '/healthz')).statusCode).toBe(200);
  } finally {
    await busy.close();
  }
});
