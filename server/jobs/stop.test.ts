import { once } from 'node:events';
import { enqueue } from '../messages/outbox.ts';
import { type Built, build } from '../testing/build.ts';
import { call, signInWith, until } from '../testing/client.ts';
import { idOf } from '../testing/messages.ts';
import { stopWithinMs } from './stopping.ts';

/** The stop of a server with running jobs. */

const dingApi = '/v1.0/robot/ding/send';
const exchangeApi = '/topapi/v2/user/getuserinfo';

let server: Built;
afterEach(() => server?.close());

const calls = (api: string) => server.emulator.control.calls()[api] ?? 0;

async function ding(...words: string[]): Promise<void> {
  for (const text of words) {
    const content = { type: 'text', text } as const;
    const message = { key: text, kind: 'DING', receivers: [idOf('zhangsan')], content } as const;
    await enqueue(server.prisma, message, Date.now());
  }
}

async function statuses(): Promise<Record<string, number>> {
  const groups = await server.prisma.outboxMessage.groupBy({ by: ['status'], _count: true });
  return Object.fromEntries(groups.map(({ status, _count }) => [status, _count]));
}

test('a platform that hangs delays neither requests in flight nor the stop, and nothing new is sent', async () => {
  server = await build({
    // Behind a gateway, so that requests are still accepted; and with a platform time-out longer than a stop.
    env: { TRUST_PROXY: '127.0.0.1', PLATFORM_TIMEOUT_MS: '60000' },
    timing: { patienceMs: 1000 },
  });
  const { control } = server.emulator;
  const told = new Promise<void>((resolve) => {
    void server.app.jobs.run('the test', async (signal) => {
      await once(signal, 'abort');
      resolve();
    });
  });
  const url = await server.url();
  const token = await server.tokenOf('zhangsan');
  control.fault({ path: dingApi, kind: 'timeout', times: null });
  // Fewer than it sends at a time, so that it could send more.
  await ding('1', '2');
  server.app.outbox.wake();
  await until(() => calls(dingApi) === 2, 20_000, 'two DINGs are under way');
  control.fault({ path: exchangeApi, kind: 'slow', delayMs: 400 });
  const before = calls(exchangeApi);
  const flying = signInWith(url, server.code('zhangsan'));
  await until(() => calls(exchangeApi) > before, 20_000, 'the sign-in is in flight');

  const from = performance.now();
  const closed = server.app.close();
  // Requests are still served, but no more messages are claimed.
  const late = call(`${url}/api/auth/logout`, { token, body: {} });
  await told;
  await ding('3', '4');
  expect(await server.app.outbox.drain()).toBe(0);
  expect(await late).toMatchObject({ status: 200, body: { outcome: 'signed-out' } });
  expect(await flying).toMatchObject({ status: 200, body: { outcome: 'signed-in' } });
  await closed;
  expect(performance.now() - from).toBeLessThan(stopWithinMs / 2);
  expect(calls(dingApi)).toBe(2);
  // Messages in flight become doubtful at once, and another instance can send the rest.
  expect(await statuses()).toEqual({ UNCERTAIN: 2, PENDING: 2 });
  expect(await server.prisma.outboxMessage.count({ where: { leaseUntil: { not: null } } })).toBe(0);
});

test('a sign-in that waits for a hanging platform is still answered', async () => {
  server = await build({ env: { PLATFORM_TIMEOUT_MS: '60000' }, timing: { patienceMs: 300 } });
  const url = await server.url();
  await server.login('zhangsan');
  server.emulator.control.fault({ path: exchangeApi, kind: 'timeout' });
  const flying = signInWith(url, server.code('zhangsan'));
  await until(() => calls(exchangeApi) === 2, 20_000, 'the sign-in is in flight');
  await server.app.close();
  expect(await flying).toMatchObject({ status: 502, body: { code: 'PLATFORM_FAULT' } });
});

test('jobs end in parallel at a stop, and one that never ends is not waited for', async () => {
  server = await build({ timing: { patienceMs: 200 } });
  const { jobs } = server.app;
  const order: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  // Each waits until the other is aborted: one after the other they would never end.
  let told = 0;
  for (const name of ['first', 'second']) {
    void jobs.run(name, async (signal) => {
      await once(signal, 'abort');
      told += 1;
      order.push(`${name} is told`);
      if (told === 2) release();
      await released;
      order.push(`${name} has ended`);
    });
  }
  const broken = async (signal: AbortSignal) => {
    await once(signal, 'abort');
    throw new Error('broken on purpose');
  };
  jobs.every('broken', 3_600_000, broken, { atOnce: true });
  void jobs.run('endless', () => new Promise(() => {}));
  await server.app.ready();
  await server.app.close();
  expect(order).toEqual(['first is told', 'second is told', 'first has ended', 'second has ended']);
  const said = (msg: string) => server.logs().find((line) => line.msg === msg);
  expect(said('a background job failed, trying on')).toMatchObject({ job: 'broken' });
  expect(said('not waited for at the stop')).toMatchObject({ unfinished: ['endless'] });
});
