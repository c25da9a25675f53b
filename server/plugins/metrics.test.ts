import { type Built, build } from '../testing/build.ts';
import { bearer, expectFault, get } from '../testing/http.ts';

const exchangeApi = '/topapi/v2/user/getuserinfo';

let server: Built;
beforeAll(async () => {
  server = await build();
});
afterAll(() => server?.close());

/** The value of one sample; 0 when it is not there. */
async function sample(name: string, labels: Record<string, string> = {}, of = server): Promise<number> {
  const { body } = await get(of, '/metrics');
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = body
    .split('\n')
    .find((one) => /^\w+/.exec(one)?.[0] === name && wanted.every((label) => one.includes(label)));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** How much each of these samples grows by `work`. */
async function growth(
  samples: readonly (readonly [name: string, labels?: Record<string, string>])[],
  work: () => Promise<void>,
): Promise<number[]> {
  const before: number[] = [];
  for (const [name, labels] of samples) before.push(await sample(name, labels));
  await work();
  const grown: number[] = [];
  for (const [at, [name, labels]] of samples.entries()) {
    grown.push((await sample(name, labels)) - (before[at] ?? 0));
  }
  return grown;
}

test('calls to the platform are counted by API and result, token fetches by themselves', async () => {
  await server.login('zhangsan'); // from here on there is an app token
  const grown = await growth(
    [
      ['platform_calls_total', { api: exchangeApi, result: 'fault' }],
      ['platform_calls_total', { api: exchangeApi, result: 'ok' }],
      ['platform_call_seconds_count', { api: exchangeApi }],
      ['app_token_fetches_total', { result: 'ok' }],
    ],
    async () => {
      server.emulator.control.fault({ path: exchangeApi, kind: 'html' });
      await expect(server.login('zhangsan')).rejects.toThrow('502');
      await server.login('zhangsan');
      server.emulator.control.fault({ path: exchangeApi, kind: 'token-expired' });
      await server.login('zhangsan');
    },
  );
  // The refused token is a call that failed, and is made again with the new one.
  expect(grown).toEqual([expect.any(Number), 2, 4, 1]);
  expect(grown[0]).toBeGreaterThanOrEqual(1);
});

test('an open circuit is shown, and what it held back is counted', async () => {
  // On an instance of its own: the circuit stays open for longer than a test.
  const { database, emulator } = server;
  const own = await build({ database, emulator });
  try {
    expect(await sample('platform_circuit_open', { api: exchangeApi }, own)).toBe(0);
    emulator.control.fault({ path: exchangeApi, kind: 'status', times: null });
    for (let at = 0; at < 12; at += 1) await own.login('zhangsan').catch(() => {});
    expect(await sample('platform_circuit_open', { api: exchangeApi }, own)).toBe(1);
    const heldBack = { api: exchangeApi, refused_by: 'circuit' };
    expect(await sample('platform_calls_total', heldBack, own)).toBeGreaterThan(0);
  } finally {
    emulator.control.clearFaults();
    await own.close();
  }
});

test('session memory, lockouts, event lag and outbox are shown', async () => {
  const token = await server.tokenOf('zhangsan');
  const grown = await growth(
    [
      ['session_cache_hits'],
      ['locked_subjects'],
      ['outbox_messages', { kind: 'DING', status: 'FAILED' }], // part: messages
      ['outbox_messages', { kind: 'DING', status: 'SENT' }], // part: messages
    ],
    async () => {
      for (let at = 0; at < 3; at += 1) expect((await get(server, '/api/me', token)).statusCode).toBe(200);
      await server.prisma.lockout.create({
        data: {
          subject: 'account:x',
          failures: 5,
          lastFailure: new Date(),
          lockedUntil: new Date(Date.now() + 60_000),
        },
      });
      // part: messages
      const message = { kind: 'DING' as const, receivers: ['270101'], content: {} };
      // part: messages
      await server.prisma.outboxMessage.createMany({
        data: [
          { ...message, dedupKey: 'x', status: 'FAILED' },
          // Those that are sent stay in the table for good: they are not counted.
          { ...message, dedupKey: 'y', status: 'SENT' },
        ],
      });
    },
  );
  expect(grown[1]).toBe(1);
  expect(grown.slice(2)).toEqual([1, 0]); // part: messages
  expect(grown[0]).toBeGreaterThanOrEqual(2);
  const { body } = await get(server, '/metrics');
  expect(body.split('\n')).toContain('database_up 1');
  expect(body.split('\n')).toContain('platform_event_lag_seconds 0'); // part: events
});

test('no metric names a person', async () => {
  await server.login('zhangsan');
  const { body } = await get(server, '/metrics');
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

test('a process that falls behind turns requests away, but still answers its health check', async () => {
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
