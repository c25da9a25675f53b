import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { raw, rejection, startTestServer, type TestServer } from '../testing/platform-server.ts';
import { createProtection } from './protection.ts';
import { systemClock } from './rate-limit.ts';
import { createUpstream, type Upstream, type UpstreamAnswer, type UpstreamCall } from './upstream.ts';

const api = '/api';
/** A long time-out for calls that must be answered on a busy machine. */
const patientMs = 20_000;
const protection = createProtection({}, systemClock);
let calls: UpstreamCall[];
let upstream: Upstream;
let server: TestServer | undefined;

beforeEach(() => {
  calls = [];
  upstream = createUpstream({ protection, timeoutMs: patientMs, onCall: (call) => calls.push(call) });
});

afterEach(async () => {
  await upstream.close();
  await server?.close();
  server = undefined;
});

const post = (baseUrl: string, read: (answer: UpstreamAnswer) => unknown = ({ json }) => json) =>
  upstream.call({ method: 'POST', baseUrl, api, query: { access_token: 'query-secret' }, body: '{}' }, read);

/** The failure of a call to a server that answers like this. */
async function failure(...[answer]: Parameters<typeof startTestServer>): Promise<unknown> {
  server = await startTestServer(answer);
  return rejection(post(server.url));
}

test('a JSON answer is read, whatever its status and content type say', async () => {
  server = await startTestServer(() => raw(400, ' {"code":"x"} ', { 'content-type': 'text/html' }));
  expect(await post(`${server.url}/`, (answer) => answer)).toEqual({ status: 400, json: { code: 'x' } });
  expect(calls).toMatchObject([{ api, ok: true, durationMs: expect.any(Number) }]);
});

test('the path prefix of a reverse proxy is kept', async () => {
  server = await startTestServer(() => ({}));
  await post(`${server.url}/proxy/`);
  expect(server.received[0]?.path).toBe('/proxy/api');
});

test.each([
  ['HTML', raw(200, '<!DOCTYPE html><p>限流</p>'), '网页'],
  ['not JSON', raw(500, 'Internal Server Error'), '不是完整的 JSON'],
  ['cut short', raw(200, '{"errcode":0,"result":{"userid":'), '不是完整的 JSON'],
  ['empty', raw(200, ' \n'), '空的'],
  ['over 1 MiB', raw(200, JSON.stringify({ filler: 'x'.repeat(1024 * 1024) })), '1 MiB'],
  [
    'broken off',
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"errcode":0', () => response.destroy());
    },
    '连接失败',
  ],
  ['a reset', (response: ServerResponse) => response.socket?.resetAndDestroy(), '连接失败'],
])('an answer that is %s is a fault, and the request is not sent again', async (_, reply, words) => {
  const error = await failure(() => reply);
  const message = expect.stringContaining(words);
  // The request arrived: a code may be used up, a message may be out.
  expect(error).toMatchObject({ kind: 'fault', api, message, neverSent: false });
  expect(calls).toMatchObject([{ api, ok: false, kind: 'fault' }]);
  expect(server?.count(api)).toBe(1);
});

test.each([
  ['429 with a time', raw(429, 'slow down', { 'retry-after': '7' }), 7],
  ['429 with a date', raw(429, '', { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }), 5],
  ['503 with an absurd time', raw(503, '<html>', { 'retry-after': '999999' }), 3600],
  ['the cut-off', { status: 1111, wait: 5, source: 'x5', punish: 'deny' }, 300],
])('%s is busy', async (_, reply, retryAfterSeconds) => {
  expect(await failure(() => reply)).toMatchObject({ kind: 'busy', retryAfterSeconds });
});

describe('the time-out covers', () => {
  const timeoutMs = 300;
  beforeEach(async () => {
    await upstream.close();
    upstream = createUpstream({ protection, timeoutMs, onCall: (call) => calls.push(call) });
  });
  const expectTimeout = async (started: number, error: unknown) => {
    expect(error).toMatchObject({ kind: 'timeout', api });
    expect(performance.now() - started).toBeGreaterThan(timeoutMs - 50);
    expect(performance.now() - started).toBeLessThan(timeoutMs + 15_000);
    expect(calls).toMatchObject([{ ok: false, kind: 'timeout' }]);
  };

  test('a server that never answers, and the request is not sent again', async () => {
    const started = performance.now();
    await expectTimeout(started, await failure(() => () => {}));
    expect(server?.count(api)).toBe(1);
  });

  test('an answer that trickles', async () => {
    const started = performance.now();
    const error = await failure(() => (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    await expectTimeout(started, error);
  });

  test('a handshake that never ends', async () => {
    // TLS without an answer: the same as a firewall that swallows packets, but it needs no foreign address.
    const silent = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const started = performance.now();
    const error = await rejection(post(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`));
    await expectTimeout(started, error);
    silent.close();
  });
});

test('a refused connection names the reason and the remedy', async () => {
  server = await startTestServer(() => ({}));
  const { url } = server;
  await server.close();
  expect(await rejection(post(url))).toMatchObject({
    kind: 'fault',
    neverSent: true,
    message: expect.stringMatching(/ECONNREFUSED.*防火墙/),
  });
});

test('an error of the reader is the result of the call, and a broken metric changes nothing', async () => {
  await upstream.close();
  upstream = createUpstream({
    protection,
    timeoutMs: patientMs,
    onCall: (call) => {
      calls.push(call);
      throw new Error('metrics down');
    },
  });
  server = await startTestServer(() => ({ ok: 1 }));
  const mine = new Error('reader');
  expect(
    await rejection(
      post(server.url, () => {
        throw mine;
      }),
    ),
  ).toBe(mine);
  expect(await post(server.url)).toEqual({ ok: 1 });
  expect(calls.map(({ ok }) => ok)).toEqual([false, true]);
});

test('connections are kept and bounded: 200 calls at once, at most 64 connections', async () => {
  const sockets = new Set<unknown>();
  server = await startTestServer(() => (response) => {
    sockets.add(response.socket);
    response.end('{}');
  });
  const { url } = server;
  await Promise.all(Array.from({ length: 200 }, () => post(url)));
  await post(url);
  expect(server.count(api)).toBe(201);
  expect(sockets.size).toBeLessThanOrEqual(64);
});

test('after hanging up a running call is a fault, and a later one was never sent', async () => {
  server = await startTestServer(() => () => {});
  const { url } = server;
  const running = rejection(post(url));
  while (server.count(api) === 0) await new Promise((resolve) => setImmediate(resolve));
  await upstream.hangUp();
  expect(await running).toMatchObject({ kind: 'fault', api, neverSent: false });
  expect(await rejection(post(url))).toMatchObject({ kind: 'fault', api, neverSent: true });
  expect(server.count(api)).toBe(1);
  await upstream.close();
});
