import { Agent, request } from 'undici';
import { isRecord } from './guard.ts';
import { parseJson } from './json.ts';
import { PlatformError, type PlatformErrorKind } from './platform.ts';

/** One finished call, for metrics and logs; holds no token, code, secret or mobile number. */
export interface UpstreamCall {
  /** The API's path, without host and query. */
  api: string;
  ok: boolean;
  kind?: PlatformErrorKind;
  /** The platform's own error code. */
  upstreamCode?: string;
  durationMs: number;
}

export interface UpstreamOptions {
  /** From the start of a call to its last byte, in milliseconds. */
  timeoutMs: number;
  onCall?: ((call: UpstreamCall) => void) | undefined;
}

export interface UpstreamRequest {
  method: 'GET' | 'POST';
  /** Scheme and host, possibly with the path prefix of a reverse proxy. */
  baseUrl: string;
  /** The API's path, e.g. `/topapi/v2/user/getuserinfo`. */
  api: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string;
}

/** A complete answer that is JSON. The status is not yet judged: that is the driver's part. */
export interface UpstreamAnswer {
  status: number;
  json: unknown;
}

export interface Upstream {
  /**
   * Makes one call, once: nothing is ever repeated here. `read` turns the answer into a value or throws a
   * PlatformError; both count as the call's result for `onCall`.
   *
   * @throws PlatformError `timeout` (no complete answer in time), `busy` (429, 503, cut off), or `fault`
   *   (connection failed or reset, HTML, not JSON, empty, over 1 MiB), or what `read` throws.
   */
  call<T>(request: UpstreamRequest, read: (answer: UpstreamAnswer) => T): Promise<T>;
  /** Waits for running calls, which their time-out bounds, and ends all connections. */
  close(): Promise<void>;
}

const maxAnswerBytes = 1024 * 1024;
/** DingTalk cuts an IP off for five minutes after more than 10,000 calls in 20 seconds. */
const punishedSeconds = 300;
/** Wait after a throttled call whose answer names no time. */
export const busySeconds = 5;

const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/** The one HTTP client of the drivers: kept-alive, bounded connections and a time-out for everything. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { timeoutMs, onCall } = options;
  const agent = new Agent({
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // Shorter than any server's own: a POST on a connection that the server is closing would be lost, and the
    // code exchange may not be repeated.
    keepAliveTimeout: 4000,
    connections: 64,
    maxResponseSize: maxAnswerBytes,
  });

  async function send(call: UpstreamRequest): Promise<UpstreamAnswer> {
    const { api } = call;
    const url = new URL(call.baseUrl.replace(/\/+$/, '') + api);
    for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.set(key, value);
    let status: number;
    let retryAfter: string | string[] | undefined;
    let text: string;
    try {
      const response = await request(url, {
        dispatcher: agent,
        method: call.method,
        headers: { accept: 'application/json', ...call.headers },
        body: call.body ?? null,
        // undici's own time-outs each cover one phase; this one covers the whole, also a slow trickle.
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.statusCode;
      retryAfter = response.headers['retry-after'];
      text = await response.body.text();
    } catch (error) {
      throw connectionError(api, error, timeoutMs);
    }
    return { status, json: readJson(api, status, retryAfter, text) };
  }

  return {
    async call(call, read) {
      const started = performance.now();
      const report = (outcome: Pick<UpstreamCall, 'ok' | 'kind' | 'upstreamCode'>) => {
        try {
          onCall?.({ api: call.api, ...outcome, durationMs: performance.now() - started });
        } catch {
          // A broken metric must not fail a sign-in.
        }
      };
      try {
        const value = read(await send(call));
        report({ ok: true });
        return value;
      } catch (error) {
        const failure = error instanceof PlatformError ? error : null;
        report({
          ok: false,
          kind: failure?.kind ?? 'fault',
          ...(failure?.upstreamCode && { upstreamCode: failure.upstreamCode }),
        });
        throw error;
      }
    },
    close: () => agent.close(),
  };
}

/**
 * The failure of a connection as a PlatformError. The original is deliberately not kept as `cause`: undici's
 * errors can hold the raw answer, and the address with its query holds the token.
 */
function connectionError(api: string, error: unknown, timeoutMs: number): PlatformError {
  const { name, code } = describe(error);
  if (name === 'TimeoutError' || timeoutCodes.has(code)) {
    return new PlatformError('timeout', api, `平台 ${api} 在 ${timeoutMs} 毫秒内没有答完，请稍后重试`);
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new PlatformError('fault', api, `平台 ${api} 的回答超过 1 MiB，已放弃`);
  }
  const what = code || name;
  const hint = connectionHints.find(([pattern]) => pattern.test(what))?.[1] ?? '请稍后重试';
  return new PlatformError('fault', api, `与平台 ${api} 的连接失败（${what}）：${hint}`);
}

const connectionHints: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, '服务器解析不了平台的域名，请检查平台地址、DNS 或 hosts'],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/, '服务器连不上平台，请检查平台地址、网络与防火墙'],
  [/CERT|SIGNATURE|ISSUER|^ERR_(TLS|SSL)/, '平台的 HTTPS 证书验证不通过，请检查平台地址与系统时间'],
];

function describe(error: unknown): { name: string; code: string } {
  if (!isRecord(error)) return { name: 'Error', code: '' };
  const code = typeof error.code === 'string' ? error.code : '';
  const name = typeof error.name === 'string' ? error.name : 'Error';
  return { name, code: /^[A-Z0-9_]+$/.test(code) ? code : '' };
}

function readJson(
  api: string,
  status: number,
  retryAfter: string | string[] | undefined,
  text: string,
): unknown {
  if (status === 429 || status === 503) throw busy(api, String(status), secondsOf(retryAfter) ?? busySeconds);
  const trimmed = text.trim();
  const fault = (what: string) =>
    new PlatformError('fault', api, `平台 ${api} 的回答${what}（HTTP ${status}），请稍后重试`);
  if (trimmed === '') throw fault('是空的');
  if (trimmed.startsWith('<')) throw fault('是网页而不是 JSON，可能是限流、网关或代理的页面');
  let json: unknown;
  try {
    json = parseJson(trimmed);
  } catch {
    throw fault('不是完整的 JSON');
  }
  // `{"status":1111,"wait":5,"source":"x5","punish":"deny"}`: the flow control in front of all APIs.
  if (isRecord(json) && json.punish === 'deny') {
    throw busy(api, '1111', punishedSeconds);
  }
  return json;
}

/** PlatformError `busy`, for a throttled call. */
export function busy(api: string, upstreamCode: string, retryAfterSeconds: number): PlatformError {
  return new PlatformError(
    'busy',
    api,
    `平台 ${api} 繁忙或限流（${upstreamCode}），请 ${retryAfterSeconds} 秒后重试`,
    {
      upstreamCode,
      retryAfterSeconds,
    },
  );
}

/** `Retry-After` in seconds, at most an hour; null for its date form and for nonsense. */
function secondsOf(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string' || !/^\d{1,6}$/.test(header)) return null;
  return Math.min(Math.max(Number(header), 1), 3600);
}
