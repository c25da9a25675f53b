import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../compiler/build.ts';
import { Listener } from './listener.ts';
import { deviceMiddleware } from './relay.ts';
import {
  PROBLEMS_PATH,
  RELAY_PATH,
  type RelayAnswer,
  type RelayRequest,
  SAID_PATH,
  SETUP_PATH,
} from './setup.ts';

const servers: Server[] = [];
/** The lines on the terminal. */
const printed: string[] = [];
const counter = fileURLToPath(new URL('../fixtures/counter', import.meta.url));
let script = '';

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A simulator in front of one server. @returns where its page would be */
function simulatorOf(server: string): Promise<string> {
  const setup = { servers: { dingtalk: server, zhezhengding: null }, emulator: null };
  const listener = new Listener(counter, (text) => printed.push(text));
  listener.runs(script);
  const device = deviceMiddleware(
    setup,
    async () => [],
    (said) => listener.hear(said),
    async () => '',
  );
  return listen((request, response) =>
    device(request, response, () => {
      response.writeHead(404).end('page');
    }),
  );
}

async function relay(simulator: string, request: Partial<RelayRequest>): Promise<RelayAnswer> {
  const response = await fetch(simulator + RELAY_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ method: 'GET', headers: {}, data: null, timeout: 5_000, ...request }),
  });
  return (await response.json()) as RelayAnswer;
}

/** A JSON POST by another name for this machine: `fetch` allows no Host header of one's own. */
function statusFor(url: string, host: string, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-type': 'application/json' };
    const sent = httpRequest(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('the relay', () => {
  test('hands on method, headers and body, and brings back status, headers and body', async () => {
    const seen: unknown[] = [];
    const server = await listen((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      request.on('end', () => {
        const { authorization, cookie } = request.headers;
        seen.push({ method: request.method, url: request.url, authorization, cookie, body });
        response.writeHead(418, { 'x-answer': 'yes', 'content-type': 'application/json' }).end('{"a":"茶"}');
      });
    });
    const answer = await relay(await simulatorOf(server), {
      url: `${server}/api/x?y=1`,
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
      data: '{"b":2}',
    });
    expect(seen).toEqual([
      { method: 'POST', url: '/api/x?y=1', authorization: 'Bearer t', cookie: undefined, body: '{"b":2}' },
    ]);
    expect(answer).toMatchObject({
      ok: true,
      status: 418,
      body: '{"a":"茶"}',
      headers: { 'x-answer': 'yes' },
    });
  });

  test('is no open proxy: other servers and other schemes are refused', async () => {
    let reached = 0;
    const other = await listen((_request, response) => {
      reached += 1;
      response.end();
    });
    const simulator = await simulatorOf(await listen((_request, response) => response.end()));
    for (const url of [`${other}/`, 'file:///etc/hosts', 'http://169.254.169.254/']) {
      expect(await relay(simulator, { url })).toMatchObject({ ok: false, kind: 'forbidden' });
    }
    expect(reached).toBe(0);
  });

  test('follows no redirect, which could lead anywhere', async () => {
    const server = await listen((_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    expect(await relay(await simulatorOf(server), { url: `${server}/` })).toMatchObject({
      ok: true,
      status: 302,
    });
  });

  test('a form of another site, which a browser sends without asking, is refused', async () => {
    const server = await listen((_request, response) => response.end());
    const simulator = await simulatorOf(server);
    const body = JSON.stringify({ url: server, method: 'GET', headers: {}, data: null, timeout: 1000 });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const response = await fetch(simulator + RELAY_PATH, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      expect(response.status).toBe(405);
    }
  });

  test("a page under another site's name, which leads to this machine, is refused", async () => {
    let reached = 0;
    const server = await listen((_request, response) => {
      reached += 1;
      response.end();
    });
    const simulator = await simulatorOf(server);
    const body = JSON.stringify({ url: server, method: 'GET', headers: {}, data: null, timeout: 1000 });
    for (const host of ['rebound.example:3200', 'localhost.rebound.example', '127.0.0.1.rebound.example']) {
      for (const path of [SETUP_PATH, PROBLEMS_PATH, RELAY_PATH]) {
        expect(await statusFor(simulator + path, host, body)).toBe(403);
      }
    }
    expect(reached).toBe(0);
    for (const host of ['localhost:3200', '127.0.0.1:3200', '[::1]:3200', '192.0.2.7']) {
      expect(await statusFor(simulator + RELAY_PATH, host, body)).toBe(200);
    }
  });

  test('a body that is too big is told so, after the whole of it has come', async () => {
    const server = await listen((_request, response) => response.end());
    const answer = await relay(await simulatorOf(server), {
      url: server,
      method: 'POST',
      data: 'x'.repeat(2 * 1024 * 1024),
    });
    expect(answer).toEqual({ ok: false, kind: 'forbidden', message: '请求超过 1024 KB，模拟器不转发' });
  });

  test('no answer: a refused connection, a broken one, and one that takes too long', async () => {
    const gone = await listen(() => undefined);
    const closed = servers.pop();
    await new Promise((resolve) => closed?.close(resolve));
    expect(await relay(await simulatorOf(gone), { url: gone })).toMatchObject({ ok: false, kind: 'network' });

    const broken = await listen((request) => request.socket.destroy());
    expect(await relay(await simulatorOf(broken), { url: broken })).toMatchObject({ kind: 'network' });

    const silent = await listen(() => undefined);
    expect(await relay(await simulatorOf(silent), { url: silent, timeout: 50 })).toMatchObject({
      kind: 'timeout',
    });
  });

  test('a page that gives up ends the request to the server as well', async () => {
    let ended: () => void = () => {};
    let began: () => void = () => {};
    const left = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const arrived = new Promise<void>((resolve) => {
      began = resolve;
    });
    const server = await listen((_request, response) => {
      response.on('close', ended);
      began();
    });
    const giveUp = new AbortController();
    const answer = fetch((await simulatorOf(server)) + RELAY_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: server, method: 'GET', headers: {}, data: null, timeout: 5_000 }),
      signal: giveUp.signal,
    });
    await arrived;
    giveUp.abort();
    await expect(answer).rejects.toThrow();
    await left;
  });
});

test('the page gets its setup and the problems of the sources; all else is left to others', async () => {
  const simulator = await simulatorOf('http://127.0.0.1:1');
  expect(await (await fetch(simulator + SETUP_PATH)).json()).toEqual({
    servers: { dingtalk: 'http://127.0.0.1:1', zhezhengding: null },
    emulator: null,
  });
  expect(await (await fetch(simulator + PROBLEMS_PATH)).json()).toEqual([]);
  expect((await fetch(`${simulator}/index.html`)).status).toBe(404);
});

test('a message of the mini program reaches the terminal with its place, in three lines at most, and once', async () => {
  ({ script } = await buildApp(counter));
  printed.length = 0;
  const simulator = await simulatorOf('http://127.0.0.1:1');
  const say = (said: object): Promise<Response> =>
    fetch(simulator + SAID_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(said),
    });
  const at = script.split('\n').findIndex((line) => line.includes('Page({')) + 3;
  const stack = `Error: 坏了\n    at plus (mini-program.js:${at}:3)`;
  const answer = await say({ how: 'throw', message: '坏了\n第二行\n第三行', stack });
  const place = expect.stringMatching(/^pages\/home\/index\.js:\d+:\d+$/);
  expect(await answer.json()).toMatchObject({ place, line: expect.stringContaining('Page({') });
  await say({ how: 'throw', message: '坏了\n第二行\n第三行', stack });
  await say({ how: 'log', message: 'x'.repeat(5000), stack: '' });
  expect(printed).toEqual([
    expect.stringMatching(
      /^小程序出错：坏了 第二行 第三行\n {2}在 .*counter[/\\]pages[/\\]home[/\\]index\.js:\d+:\d+\n {2}\d+ \| Page\(\{$/,
    ),
    `小程序 console.log：${'x'.repeat(400)}…`,
  ]);
});
