import { until } from '../../server/testing/client.ts';
import { failover } from './failover.ts';
import { unsureMessage } from './nginx-answers.ts';
import { timeouts } from './nginx-site.ts';
import { type Exchange, json, type Load, send, startLoad } from './testing/client.ts';
import { describeWithNginx } from './testing/nginx.ts';
import { type Stack, someone, startStack } from './testing/stack.ts';

/** People must not notice that instances die, hang and are restarted, or that the certificate is new. */

const exchangeApi = '/topapi/v2/user/getuserinfo';
const clients = 12;
const query = '13800001234';

describeWithNginx()('two instances behind the gateway, under load', () => {
  let stack: Stack;
  let tokens: string[];
  let notice: string;
  beforeAll(async () => {
    stack = await startStack();
    tokens = await Promise.all([0, 1, 2].map((number) => stack.signIn(someone(number))));
    notice = (await stack.database.prisma.notice.findFirstOrThrow({ where: { publishedAt: { not: null } } }))
      .id;
  }, 120_000);
  afterAll(() => stack?.close());

  /** People's requests: read, sign in, mark as read. A third of them change something. */
  function people(): Load {
    let count = 0;
    return startLoad(clients, (client) => {
      count += 1;
      const token = tokens[client % tokens.length] ?? '';
      const { gateway } = stack;
      switch (count % 6) {
        case 0:
          return stack.signInRequest(someone(client));
        case 1:
          return send(gateway, `/api/notices/${notice}/read`, { token, body: {} });
        case 2:
          return send(gateway, '/api/notices?limit=5', { token });
        default:
          return send(gateway, '/api/me', { token });
      }
    });
  }

  const more = (load: Load, count: number) => {
    const before = load.exchanges.length;
    return until(() => load.exchanges.length >= before + count, 60_000, `${count} more answers`);
  };
  const failed = (exchanges: readonly Exchange[]) => exchanges.filter(({ status }) => status !== 200);
  /** For messages: what failed and how. */
  const told = (exchanges: readonly Exchange[]) =>
    failed(exchanges).map(
      ({ method, path, status, text }) => `${method} ${path}: ${status} ${text.slice(0, 200)}`,
    );
  const signInsIn = (exchanges: readonly Exchange[]) =>
    exchanges.filter(({ path }) => path === '/api/auth/login');
  const exchangesAtPlatform = () => stack.emulator.control.calls()[exchangeApi] ?? 0;

  /** Waits until an instance answers what comes through the gateway. */
  async function served(instance: number): Promise<void> {
    const { length } = await stack.gateway.accessLog();
    await until(
      async () =>
        (await stack.gateway.accessLog())
          .slice(length)
          .some((line) => line.instance.endsWith(stack.addressOf(instance)) && line.status === '200'),
      30_000,
      `the gateway uses instance ${instance} again`,
    );
  }

  test('both instances get their share of requests, and no sign-in is sent twice', async () => {
    const before = exchangesAtPlatform();
    const load = people();
    await more(load, 300);
    await load.stop();
    expect(told(load.exchanges)).toEqual([]);
    expect(exchangesAtPlatform() - before).toBe(signInsIn(load.exchanges).length);
    const log = await stack.gateway.accessLog();
    for (const instance of [0, 1]) {
      const share = log.filter((line) => line.instance === stack.addressOf(instance)).length / log.length;
      expect(share).toBeGreaterThan(0.2);
    }
  });

  test('when one instance is killed, only its own requests in flight fail', async () => {
    const before = exchangesAtPlatform();
    const load = people();
    await more(load, 200);
    await stack.instances[0]?.kill();
    const goneAt = performance.now();
    await until(() => performance.now() - goneAt > 1000, 10_000, 'a second has passed');
    await more(load, 200);
    await load.stop();

    const failures = failed(load.exchanges);
    expect(failures.length).toBeLessThanOrEqual(clients);
    expect(failures.filter(({ startedAt }) => startedAt > goneAt)).toEqual([]);
    for (const failure of failures) {
      // nginx repeats reading requests at the other instance, so only requests that may have changed something can
      // fail.
      expect({ status: failure.status, method: failure.method }).toEqual({ status: 503, method: 'POST' });
      expect(json(failure)).toMatchObject({ code: 'SERVER_BUSY', message: unsureMessage });
      const line = await stack.gateway.lineOf(failure.headers['x-request-id']);
      expect(line.instance).toBe(stack.addressOf(0));
    }
    // A sign-in is never sent twice.
    expect(exchangesAtPlatform() - before).toBeLessThanOrEqual(signInsIn(load.exchanges).length);
    await stack.start(0);
  }, 120_000);

  test('no request fails while the instances restart one after the other', async () => {
    const load = people();
    for (const instance of [0, 1]) {
      // The other one must be in use again before this one may go.
      await served(1 - instance);
      await more(load, 100);
      const child = stack.instances[instance]?.child;
      child?.kill('SIGTERM');
      expect(await stack.instances[instance]?.exited).toBe(0);
      await more(load, 100);
      await stack.start(instance);
    }
    await served(1);
    await load.stop();
    expect(told(load.exchanges)).toEqual([]);
    expect(load.exchanges.length).toBeGreaterThan(400);
  }, 180_000);

  test('no request fails while nginx reloads a new certificate, and the new one is shown', async () => {
    const load = people();
    await more(load, 100);
    await stack.gateway.swapCertificate();
    await more(load, 200);
    await load.stop();
    expect(told(load.exchanges)).toEqual([]);
    const [old, present] = stack.gateway.certificates.map(({ fingerprint }) => fingerprint);
    const shown = load.exchanges.map(({ fingerprint }) => fingerprint);
    expect(shown[0]).toBe(old);
    expect(shown.at(-1)).toBe(present);
    expect(new Set(shown)).toEqual(new Set([old, present]));
  }, 120_000);

  test('when one instance hangs, its people are told within seconds and all others are served', async () => {
    const load = people();
    await served(0);
    stack.instances[0]?.child.kill('SIGSTOP');
    const hungAt = performance.now();
    await until(() => failed(load.exchanges).length >= failover.maxFails, 30_000, 'the gateway has noticed');
    const noticedAt = performance.now();
    await more(load, 400);
    stack.instances[0]?.child.kill('SIGCONT');
    await load.stop();

    const failures = failed(load.exchanges);
    for (const failure of failures) {
      expect({ status: failure.status, code: json(failure).code }).toEqual({
        status: 503,
        code: 'SERVER_BUSY',
      });
    }
    expect(noticedAt - hungAt).toBeLessThan(2 * timeouts.read * 1000);
    // From then on it is only tried now and then, by one request at a time.
    const later = failures.filter(({ startedAt }) => startedAt > noticedAt);
    expect(later.length).toBeLessThanOrEqual(
      1 + (performance.now() - noticedAt) / (failover.failTimeoutSeconds * 1000),
    );
  }, 120_000);

  test('with no instance left, the API answers JSON and the console a page, and both recover', async () => {
    await Promise.all(stack.instances.map((instance) => instance?.kill()));
    const { gateway } = stack;
    // Refused at first, later not even asked.
    for (let round = 0; round < 5; round += 1) {
      const read = await send(gateway, `/api/notices?cursor=${query}`, { token: tokens[0] ?? '' });
      expect({ status: read.status, ...json(read) }).toMatchObject({
        status: 503,
        statusCode: 503,
        code: 'SERVER_BUSY',
        message: '服务繁忙，请稍后重试。',
        requestId: read.headers['x-request-id'],
      });
      expect(read.headers['retry-after']).toBe('5');
      expect(read.headers['strict-transport-security']).toBe('max-age=31536000');
    }
    const change = await send(gateway, '/api/auth/logout', { body: {} });
    expect(json(change)).toMatchObject({ statusCode: 503, code: 'SERVER_BUSY', message: unsureMessage });
    const page = await send(gateway, `/console/people?q=${query}`);
    expect(page.status).toBe(503);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.text).toContain('<h1>服务暂时不可用</h1>');
    expect(page.text).toContain(`请求编号 ${String(page.headers['x-request-id'])}`);
    expect(await gateway.everythingWritten()).not.toContain(query);

    await Promise.all([stack.start(0), stack.start(1)]);
    await until(async () => (await send(gateway, '/healthz')).status === 200, 20_000, 'it serves again');
  }, 120_000);
});
