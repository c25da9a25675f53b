import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Problem } from '../compiler/problem.ts';
import {
  type ClientChoice,
  DEVICE_PATHS,
  H5_PATH,
  type Heard,
  PROBLEMS_PATH,
  RELAY_PATH,
  type RelayAnswer,
  type RelayRequest,
  SAID_PATH,
  type Said,
  SETUP_PATH,
  type Setup,
} from './setup.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** Longer than any time-out of the phone, which gives up by itself. Milliseconds. */
const MAX_TIMEOUT_MS = 60_000;

/** Headers of the transfer, which do not apply to the text that is handed on. */
const TRANSFER_HEADERS = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection']);

type Next = () => void;

/**
 * Answers the page, and sends the phone's requests in its place: a browser would apply CORS and send cookies, a device
 * does neither. Only the servers of this setup can be reached.
 *
 * @param findProblems the mistakes in the mini program's sources as they are now
 * @param hear takes what the mini program said
 * @param openH5 starts the client that the page asks for
 */
export function deviceMiddleware(
  setup: Setup,
  findProblems: () => Promise<Problem[]>,
  hear: (said: Said) => Promise<Heard>,
  openH5: (choice: ClientChoice) => Promise<string>,
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  const origins = new Set(Object.values(setup.servers).flatMap((url) => (url ? [new URL(url).origin] : [])));
  return (request, response, next) => {
    const path = request.url?.split('?')[0];
    if (path?.startsWith(DEVICE_PATHS) && !isThisMachine(request.headers.host)) {
      answer(response, 403, failure('forbidden', '模拟器只回答用 127.0.0.1 或 localhost 打开的页面。'));
      return;
    }
    if (path === SETUP_PATH) {
      answer(response, 200, setup);
      return;
    }
    const failed = (error: unknown): void => {
      if (response.headersSent) response.destroy();
      else answer(response, 500, failure('network', `模拟器出错：${String(error)}`));
    };
    if (path === PROBLEMS_PATH) findProblems().then((problems) => answer(response, 200, problems), failed);
    else if (path === RELAY_PATH) relay(request, response, origins).catch(failed);
    else if (path === H5_PATH) handOver(request, response, openH5).catch(failed);
    else if (path === SAID_PATH) handOver(request, response, hear).catch(failed);
    else next();
  };
}

/**
 * Accepts addresses and `localhost`, and no other name: another site could let its own name lead to 127.0.0.1. Vite
 * checks the page itself in the same way.
 */
export function isThisMachine(host: string | undefined): boolean {
  if (!host || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

/** @param take makes the answer of what the page has sent */
async function handOver<T>(
  request: IncomingMessage,
  response: ServerResponse,
  take: (sent: T) => Promise<unknown>,
): Promise<void> {
  const body = await readPost(request, response);
  if (body !== undefined) answer(response, 200, await take(JSON.parse(body) as T));
}

async function relay(
  request: IncomingMessage,
  response: ServerResponse,
  origins: ReadonlySet<string>,
): Promise<void> {
  const body = await readPost(request, response);
  if (body === undefined) return;
  const wanted = JSON.parse(body) as RelayRequest;
  const url = new URL(wanted.url);
  if (!/^https?:$/.test(url.protocol) || !origins.has(url.origin)) {
    const known = [...origins].join('、');
    answer(
      response,
      200,
      failure(
        'forbidden',
        `模拟器只转发发给本项目服务端（${known}）的请求，${url.origin} 不在其中。其他地址请在真机上验证。`,
      ),
    );
    return;
  }
  const left = new AbortController();
  response.on('close', () => left.abort());
  const timeout = AbortSignal.timeout(Math.min(wanted.timeout, MAX_TIMEOUT_MS));
  answer(response, 200, await send(wanted, AbortSignal.any([left.signal, timeout]), timeout));
}

async function send(wanted: RelayRequest, signal: AbortSignal, timeout: AbortSignal): Promise<RelayAnswer> {
  try {
    const reply = await fetch(wanted.url, {
      method: wanted.method,
      headers: wanted.headers,
      signal,
      // A redirect could lead anywhere.
      redirect: 'manual',
      ...(wanted.data === null ? {} : { body: wanted.data }),
    });
    const headers = [...reply.headers].filter(([name]) => !TRANSFER_HEADERS.has(name));
    return { ok: true, status: reply.status, headers: Object.fromEntries(headers), body: await reply.text() };
  } catch (error) {
    if (timeout.aborted) return failure('timeout', '服务端没有在时限内应答');
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return failure('network', `连接不上服务端：${cause}`);
  }
}

function failure(kind: 'network' | 'timeout' | 'forbidden', message: string): RelayAnswer {
  return { ok: false, kind, message };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}

/** @returns undefined where the request has been refused */
async function readPost(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
  // Browsers let no other site's page send this content type without a preflight, which is refused.
  if (request.method !== 'POST' || !request.headers['content-type']?.startsWith('application/json')) {
    answer(response, 405, failure('forbidden', '只接受 POST，内容是 JSON'));
    return undefined;
  }
  const body = await readBody(request);
  if (body === undefined)
    answer(response, 413, failure('forbidden', `请求超过 ${MAX_BODY_BYTES / 1024} KB，模拟器不转发`));
  return body;
}

/** @returns undefined for a body that is too large; it is read to its end, or the browser sees a broken connection */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}
