import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A probe that found no answer: `reason` is Chinese and says why. */
export interface NoAnswer {
  ok: false;
  reason: string;
  /** Whether the app is known not to answer (refused, no such name). False where this machine may only not reach it. */
  certain: boolean;
}

export type Probed<T> = ({ ok: true } & T) | NoAnswer;

export interface HttpAsk {
  /** Path and query. */
  path: string;
  /** Sent as JSON by POST; GET without. */
  json?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  status: number;
  /** By name in lower case; repeated ones joined. */
  headers: Readonly<Record<string, string>>;
  body: string;
  /** The body as JSON; undefined where it is none. */
  json: unknown;
}

export interface HttpTarget {
  scheme: 'https' | 'http';
  /** The host as the app's users write it. */
  host: string;
  /** The host to connect to. */
  target: { host: string; port: number };
  timeoutMs: number;
}

/** Bytes of an answer that are read; pages are far smaller. */
const largestBytes = 2 * 1024 * 1024;

/**
 * Sends one request and follows no redirect. A bad certificate is accepted here, so that it does not hide everything
 * else. `NODE_EXTRA_CA_CERTS` and proxies are ignored.
 */
export function ask(
  { scheme, host, target, timeoutMs }: HttpTarget,
  wanted: HttpAsk,
): Promise<Probed<{ answer: HttpAnswer }>> {
  const body = wanted.json === undefined ? null : JSON.stringify(wanted.json);
  const options = {
    host: target.host,
    port: target.port,
    servername: host,
    path: wanted.path,
    method: body === null ? 'GET' : 'POST',
    timeout: timeoutMs,
    agent: false,
    // The certificate has rules of its own.
    rejectUnauthorized: false,
    headers: {
      host,
      'user-agent': 'listing-check',
      ...(body === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...wanted.headers,
    },
  } as const;
  return new Promise((resolve) => {
    const failed = (error: Error) => {
      const code = 'code' in error ? String(error.code) : '';
      const where = `${scheme}://${host}${wanted.path}`;
      const certain =
        ['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'EPROTO'].includes(code) || /^ERR_SSL_|^HPE_/.test(code);
      resolve({ ok: false, reason: `${where} 没有应答（${code || error.message}）。`, certain });
    };
    const request = (scheme === 'https' ? httpsRequest : httpRequest)(options, (response) => {
      readBody(response).then(
        (text) => resolve({ ok: true, answer: answerOf(response, text) }),
        (error: unknown) => failed(error instanceof Error ? error : new Error(String(error))),
      );
    });
    // The option `timeout` counts silence alone; this one also ends a slow stream of bytes.
    const timer = setTimeout(() => request.destroy(timedOut()), timeoutMs);
    request.on('timeout', () => request.destroy(timedOut()));
    request.on('error', failed);
    request.on('close', () => clearTimeout(timer));
    request.end(body);
  });
}

const timedOut = () => Object.assign(new Error('timed out'), { code: '超时' });

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length > largestBytes) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, body: string): HttpAnswer {
  const flat = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return { status: statusCode, headers: Object.fromEntries(flat), body, json: parsed(body) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
