import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from '../runtime/device.ts';
import type { PhoneEventInput } from '../runtime/types.ts';
import { isThisMachine } from '../web/relay.ts';
import { bridgeOf, type ClientName, clients } from './bridges.ts';

export interface ClientOptions {
  client: ClientName;
  /** The app's server, without a slash at the end. */
  server: string;
  /** The address to listen on. */
  host: string;
  /** A single-use code of the person whose client it is. */
  getCode(): Promise<string>;
  onEvent(event: PhoneEventInput): void;
}

/** The client of one person, with a web view in it. */
export interface H5Client {
  /** Where the web view finds the app, without a slash at the end. */
  url: string;
  /** The faults of the client from now on. */
  faults: Faults;
  /** Forgets the session. */
  forget(): void;
  close(): Promise<void>;
}

const SCRIPT_PATH = '/__client/bridge.js';
const CODE_PATH = '/__client/code';
const PORTAL = '<!doctype html><title>上网认证</title><p>请先登录网络。</p>';

/**
 * Stands between a frame of the simulator's page and the app's server: puts the client's bridge into the pages, keeps
 * the cookies, and plays the faults. Its port is its own, so that each person has a store of their own.
 */
export async function startClient({
  client,
  server,
  host,
  getCode,
  onEvent,
}: ClientOptions): Promise<H5Client> {
  const { userAgent } = clients[client];
  /** Kept here, since a browser gives all ports of a host one store of cookies, the console's too. */
  const cookies = new Map<string, string>();
  const http = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await once(http.listen(0, host), 'listening');
  const authority = `${host.includes(':') ? `[${host}]` : host}:${(http.address() as AddressInfo).port}`;
  const self: H5Client = {
    url: `http://${authority}`,
    faults: {},
    forget: () => cookies.clear(),
    async close() {
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await closed;
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    // A new connection for each request: on a used one, the browser repeats a request that breaks.
    response.shouldKeepAlive = false;
    if (!isThisMachine(request.headers.host)) response.writeHead(403).end();
    else if (path === SCRIPT_PATH) {
      response.writeHead(200, {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'no-store',
      });
      response.end(pageScript(client, userAgent, self.faults.storageBroken === true));
    } else if (path === CODE_PATH) {
      const { name } = JSON.parse(await text(request)) as { name: string };
      onEvent({ kind: 'dd', name, outcome: 'called' });
      const code = await giveCode(name);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(code));
    } else await forward(request, response, path);
  }

  /** @returns null where the client refuses; never resolves where it does not answer */
  async function giveCode(name: string): Promise<string | null> {
    const { noNetwork, authCodeError, authCodeHangs, authCodeInvalid } = self.faults;
    if (authCodeHangs) await new Promise(() => {});
    const refused = noNetwork === true || authCodeError !== undefined;
    const code = refused ? null : authCodeInvalid ? 'invalid-auth-code' : await getCode().catch(() => null);
    onEvent({
      kind: 'dd',
      name,
      ...(code === null
        ? { outcome: 'fail', detail: { error: authCodeError ?? '' } }
        : { outcome: 'success' }),
    });
    return code;
  }

  async function forward(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const began = performance.now();
    const sent = await buffer(request);
    const isApi = path.startsWith('/api/');
    const { noNetwork, serverDown, slowNetworkMs = 0, htmlAnswer } = self.faults;
    if (isApi && slowNetworkMs > 0) await wait(slowNetworkMs);
    const broken = noNetwork || serverDown;
    const got = broken
      ? undefined
      : await (isApi && htmlAnswer ? portal : send(request, path, sent)).catch(() => undefined);
    if (isApi) {
      onEvent({
        kind: 'request',
        method: request.method ?? 'GET',
        url: server + path,
        durationMs: Math.round(performance.now() - began),
        sent: { headers: {}, body: sent.toString() },
        ...(got
          ? { status: got.status, answer: { headers: plain(got.headers), body: got.body.toString() } }
          : { error: 12 }),
      });
    }
    if (got) response.writeHead(got.status, got.headers).end(got.body);
    else response.destroy();
  }

  async function send(request: IncomingMessage, path: string, body: Buffer): Promise<Answer> {
    const { origin, cookie: _browsers, connection: _own, ...headers } = request.headers;
    const url = new URL(server);
    const sending = sendRequest(server + path, {
      method: request.method,
      headers: {
        ...headers,
        host: url.host,
        ...(origin === undefined ? {} : { origin: origin === self.url ? url.origin : origin }),
        'user-agent': userAgent,
        'accept-encoding': 'identity',
        ...(cookies.size > 0 ? { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') } : {}),
      },
    });
    const answered = await new Promise<IncomingMessage>((resolve, reject) => {
      sending.on('response', resolve).on('error', reject).end(body);
    });
    const { 'set-cookie': set = [], 'transfer-encoding': _way, connection, ...rest } = answered.headers;
    if (!self.faults.storageBroken) keep(set);
    const isPage = answered.headers['content-type']?.startsWith('text/html');
    const content = await buffer(answered);
    const dressed = isPage ? Buffer.from(withBridge(content.toString())) : content;
    return {
      status: answered.statusCode ?? 502,
      headers: { ...framed(rest), 'content-length': String(dressed.length) },
      body: dressed,
    };
  }

  function keep(set: readonly string[]): void {
    for (const cookie of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
  }

  return self;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const portal: Promise<Answer> = Promise.resolve({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: Buffer.from(PORTAL),
});

/** Lets the simulator show the page in a frame, which the app's policy forbids. */
function framed(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const policy = headers['content-security-policy'];
  if (typeof policy !== 'string') return headers;
  const around = "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*";
  return { ...headers, 'content-security-policy': policy.replace(/frame-ancestors [^;]*/, around) };
}

const withBridge = (html: string): string =>
  html.replace('<head>', `<head><script src="${SCRIPT_PATH}"></script>`);

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** What runs in the page before its own scripts. */
function pageScript(client: ClientName, userAgent: string, storageBroken: boolean): string {
  // The loader of `npm run dev` wraps functions in this helper, which a browser does not have.
  return `(() => {
const __name = (value) => value;
(${pretend.toString()})(${JSON.stringify([userAgent, CODE_PATH, storageBroken]).slice(1, -1)});
(${bridgeOf.toString()})(${JSON.stringify(client)});
})();`;
}

/** Runs in the page: pretends its client, and connects it with the native side. */
function pretend(userAgent: string, codePath: string, storageBroken: boolean): void {
  Object.defineProperty(navigator, 'userAgent', { get: () => userAgent });
  window.nativeCode = (name) =>
    fetch(codePath, { method: 'POST', body: JSON.stringify({ name }) })
      .then((answer) => answer.json() as Promise<string | null>)
      .catch(() => null);
  if (!storageBroken) return;
  const fail = (): never => {
    throw new DOMException('the store is broken', 'QuotaExceededError');
  };
  Object.assign(Storage.prototype, { getItem: fail, setItem: fail, removeItem: fail });
}
