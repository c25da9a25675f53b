import type { Server } from 'node:http';
import type { Progress } from '../dev/progress.ts';
import { type LoadTestRequest, readArguments } from './arguments.ts';
import type { LoadTestReport } from './contract.ts';
import { runLoadTest } from './run.ts';
import { answer, type Behaviour, startTestApp, testToken } from './testing.ts';

interface Tested {
  report: LoadTestReport;
  asked: Map<string, number>;
  said: string[];
}

const request = (more: Partial<LoadTestRequest> = {}): LoadTestRequest => ({
  ...readArguments(['50', '1s', '--warm-up', '0']),
  // Each of them uses a whole processor.
  seconds: 0.3,
  ...more,
});

async function run(
  behave: Behaviour,
  more: Partial<LoadTestRequest> = {},
  tokens = [testToken],
  prepare: (server: Server) => void = () => {},
): Promise<Tested> {
  const app = await startTestApp(behave);
  prepare(app.server);
  const said: string[] = [];
  const progress: Progress = { say: (line) => said.push(line), show: () => {}, clear: () => {} };
  try {
    const report = await runLoadTest({
      target: { address: app.url, local: true, appDomain: null },
      tokens,
      request: request(more),
      progress,
      signal: new AbortController().signal,
    });
    if (report === null) throw new Error('no report');
    return { report, asked: app.asked, said };
  } finally {
    await app.close();
  }
}

/** Only under load, not for the single requests before it, which `fetch` signs with its name. */
const underLoad = (behave: Behaviour): Behaviour => {
  let nth = 0;
  return (req, res) => req.headers['user-agent'] === undefined && behave(req, res, nth++);
};
const never: Behaviour = () => false;

test('a good app meets the bars, every interface is asked, every connection in its own session', async () => {
  const seen = new Set<string>();
  const tokens = Array.from({ length: 50 }, (_, n) => `test-session-token-${n}`);
  const { report, asked, said } = await run(
    (req) => {
      seen.add(req.headers.authorization ?? '');
      return false;
    },
    { connections: [10, 50] },
    tokens,
  );
  // The speed depends on the machine that runs the test.
  expect(report.verdict.reasons.filter((reason) => !reason.includes('平均响应时间'))).toEqual([]);
  expect(report).toMatchObject({ partial: false, sameMachine: true, sessions: 50 });
  expect(report.steps.map(({ connections, complete }) => [connections, complete])).toEqual([
    [10, true],
    [50, true],
  ]);
  expect(seen.size).toBe(50);
  expect([...asked.keys()].sort()).toEqual([
    'GET /api/me',
    'GET /api/notices',
    'GET /api/notices/n1',
    'GET /api/notices/n2',
    'GET /api/notices/n3',
    'POST /api/notices/n1/read',
    'POST /api/notices/n2/read',
    'POST /api/notices/n3/read',
  ]);
  for (const step of report.steps) {
    expect(step.successRate).toBe(1);
    expect(step.errors).toEqual({});
    expect(step.endpoints.map(({ name, data }) => [name, data])).toEqual([
      ['GET /api/me', false],
      ['GET /api/notices', true],
      ['GET /api/notices/:id', true],
      ['POST /api/notices/:id/read', true],
    ]);
    expect(step.endpoints.reduce((sum, { requests }) => sum + requests, 0)).toBe(step.requests);
    expect(step.samples.reduce((sum, { requests }) => sum + requests, 0)).toBe(step.requests);
    const { p50Ms, p90Ms, p95Ms, p99Ms, maxMs } = step;
    expect([p50Ms, p90Ms, p95Ms, p99Ms, maxMs]).toEqual(
      [p50Ms, p90Ms, p95Ms, p99Ms, maxMs].sort((a, b) => a - b),
    );
  }
  expect(said.some((line) => line.startsWith('50 并发：每秒'))).toBe(true);
});

test('a slow app misses the bar of the mean', async () => {
  const { report } = await run(
    underLoad((_req, res) => {
      setTimeout(() => answer(res, 200, { user: {}, items: [], body: '', readAt: '' }), 310);
      return true;
    }),
    { seconds: 1.5 },
  );
  expect(report.verdict.passed).toBe(false);
  expect(report.verdict.reasons.join()).toMatch(/^50 并发时平均响应时间 \d+ 毫秒，应低于 300 毫秒$/);
  expect(report.steps[0]?.successRate).toBe(1);
});

test('errors are counted by kind, and miss the bar of success', async () => {
  const { report } = await run(
    underLoad((req, res, nth) => {
      switch (nth % 8) {
        case 0:
          return answer(res, 500, {});
        case 1:
          return answer(res, 503, {});
        case 2:
          req.socket.resetAndDestroy();
          return true;
        case 3:
          // Closed properly, but without an answer.
          req.socket.end();
          return true;
        case 4:
          return answer(res, 200, { error: 'something else' });
        case 5:
          // In the middle of an answer.
          res.writeHead(200, { 'content-length': '100' });
          res.write('{"user":');
          setImmediate(() => req.socket.destroy());
          return true;
        default:
          return false;
      }
    }),
  );
  const [step] = report.steps;
  expect(Object.keys(step?.errors ?? {}).sort()).toEqual([
    'closed',
    'http-500',
    'http-503',
    'reset',
    'wrong-answer',
  ]);
  expect(step?.successRate).toBeLessThan(0.5);
  expect(report.verdict.reasons.join()).toMatch(/成功率 \d+\.\d\d%，应不低于 98\.99%/);
  // Each ended request is in exactly one place.
  const errors = Object.values(step?.errors ?? {}).reduce<number>((sum, times = 0) => sum + times, 0);
  const bad = step?.samples.reduce((sum, sample) => sum + sample.errors, 0);
  expect(bad).toBe(errors);
});

test('each answer belongs to its own request, also after broken connections', async () => {
  const { report } = await run(
    underLoad((req) => {
      if (req.url !== '/api/me') return false;
      req.socket.end();
      return true;
    }),
  );
  const rates = report.steps[0]?.endpoints.map(({ name, successRate }) => [name, successRate]);
  expect(rates).toEqual([
    ['GET /api/me', 0],
    ['GET /api/notices', 1],
    ['GET /api/notices/:id', 1],
    ['POST /api/notices/:id/read', 1],
  ]);
});

test('connections that the server closes in good order lose no request', async () => {
  const { report } = await run(never, {}, [testToken], (server) => {
    server.maxRequestsPerSocket = 5;
  });
  expect(report.steps[0]?.errors).toEqual({});
});

test('requests without an answer count as time-outs', async () => {
  const { report } = await run(
    underLoad((req) => req.url === '/api/me'),
    { seconds: 3, timeoutSeconds: 1 },
  );
  const [step] = report.steps;
  expect(Object.keys(step?.errors ?? {})).toEqual(['timeout']);
  expect(step?.endpoints[0]).toMatchObject({ name: 'GET /api/me', successRate: 0 });
  expect(step?.endpoints[1]?.successRate).toBeGreaterThan(0);
});

test('a server that goes away under load is reported', async () => {
  let asked = 0;
  const { report } = await run(never, { seconds: 1 }, [testToken], (server) =>
    server.on('request', () => {
      asked += 1;
      if (asked !== 30) return;
      server.close();
      server.closeAllConnections();
    }),
  );
  expect(report.steps[0]?.errors.refused).toBeGreaterThan(0);
  expect(report.verdict.passed).toBe(false);
});

describe('limits of the server', () => {
  const limited = { 'x-ratelimit-limit': '60' };

  test('a limit that would be hit is named before the load, with what to set', async () => {
    const attempt = run((req, res) => req.url === '/api/me' && answer(res, 200, { user: {} }, limited), {
      warmUpSeconds: 1,
    });
    await expect(attempt).rejects.toThrow(
      /每分钟只接受 60 个.*不是应用的处理能力。\n.*REQUESTS_PER_MINUTE 设为 \d+，/s,
    );
  });

  test('a limit that is hit in the warm-up is named', async () => {
    const attempt = run(
      underLoad((_req, res, nth) => nth > 20 && answer(res, 429, {})),
      { warmUpSeconds: 1 },
    );
    await expect(attempt).rejects.toThrow(/预热时有 [\d,]+ 个请求被限流（429）/);
  });

  test('a limit that is hit under load is named in the verdict', async () => {
    const { report } = await run(underLoad((_req, res, nth) => nth % 2 === 0 && answer(res, 429, {})));
    expect(report.verdict.passed).toBe(false);
    expect(report.verdict.reasons.join('\n')).toMatch(
      /被限流（429）挡回的，不代表应用的处理能力：.*REQUESTS_PER_MINUTE/,
    );
    expect(report.notes.join('\n')).toMatch(/被限流（429）/);
    // Requests that are refused at once must not improve the mean.
    const step = report.steps[0];
    expect(step?.requestsPerSecond).toBeLessThan((step?.requests ?? 0) / (step?.seconds ?? 1));
  });
});

describe('nothing is loaded where single requests fail', () => {
  test.each<[string, Behaviour, RegExp]>([
    ['a session that is over', (_req, res) => answer(res, 401, {}), /1 个会话里有 1 个已经失效（第 1 个）/],
    [
      'a redirect',
      (_req, res) => answer(res, 301, {}, { location: 'https://other.example' }),
      /GET \/api\/me 应答 301，跳转到 https:\/\/other\.example/,
    ],
    ['a limit', (_req, res) => answer(res, 429, {}), /应答 429。.*限流/],
    [
      'a broken interface',
      (req, res) => req.url === '/api/notices/n1' && answer(res, 500, {}),
      /GET \/api\/notices\/:id 应答 500/,
    ],
    [
      'another app',
      (req, res) => req.url === '/api/me' && answer(res, 200, { hello: 1 }),
      /内容不是本应用的/,
    ],
    [
      'no answer at all',
      (req) => {
        req.socket.destroy();
        return true;
      },
      /连不上 http:\/\/127\.0\.0\.1:\d+：/,
    ],
  ])('%s', async (_what, behave, message) => {
    await expect(run(behave)).rejects.toThrow(message);
  });

  test('a single ended session among many is named', async () => {
    const attempt = run(
      (req, res) => req.headers.authorization?.endsWith('-3') === true && answer(res, 401, {}),
      {},
      ['test-session-token-1', 'test-session-token-2', 'test-session-token-3'],
    );
    await expect(attempt).rejects.toThrow('3 个会话里有 1 个已经失效（第 3 个）');
  });
});

test('sessions that end under load are named', async () => {
  const { report } = await run(underLoad((_req, res, nth) => nth > 100 && answer(res, 401, {})));
  expect(report.verdict.reasons.join()).toMatch(/会话失效（401）/);
});

test('an app without notices is loaded without them, and interfaces of one’s own in their place', async () => {
  const none = await run(
    (req, res) => req.url?.startsWith('/api/notices?') === true && answer(res, 200, { items: [] }),
  );
  // The signed-in person and an empty list are not data.
  expect(none.report.steps[0]?.endpoints.map(({ name, data }) => [name, data])).toEqual([
    ['GET /api/me', false],
    ['GET /api/notices', false],
  ]);
  expect(none.report.notes.join()).toMatch(/没有公告/);
  const { endpoints } = readArguments(['--endpoint', 'POST /api/own?x=1 {"a":1}']);
  const bodies: string[] = [];
  const own = await run(
    (req) => {
      if (req.method === 'POST') req.on('data', (data: Buffer) => bodies.push(data.toString()));
      return false;
    },
    { endpoints },
  );
  expect(own.report.steps[0]?.endpoints.map(({ name }) => name)).toEqual(['POST /api/own']);
  expect(new Set(bodies)).toEqual(new Set(['{"a":1}']));
});

test('fewer than 50 connections may be tried, but never pass', async () => {
  const { report } = await run(never, { connections: [5] });
  expect(report.verdict).toEqual({ passed: false, reasons: ['最高只压测到 5 并发，应不低于 50 并发'] });
});
