import { EventEmitter } from 'node:events';
import { Agent, request } from 'undici';
import { isRecord, readAnswer } from './answer.ts';
import { type CircuitStatus, PlatformError, type PlatformErrorKind } from './platform.ts';
import { CallRefusedError, type Passage, type Protection, type RefusedBy } from './protection.ts';

/** One finished call, for metrics and logs; holds no token, code, secret or mobile number. */
export interface UpstreamCall {
  /** The API's path, without host and query. */
  api: string;
  ok: boolean;
  kind?: PlatformErrorKind;
  /** The platform's own error code. */
  upstreamCode?: string;
  /** For `misconfigured`: what an administrator must do, in Chinese. */
  remedy?: string;
  /** Set if this server refused the call, so that the platform did not get it. */
  refusedBy?: RefusedBy;
  /** From the call's turn to its end, in milliseconds. */
  durationMs: number;
  /** The wait for its turn, in milliseconds; absent without a wait. */
  queuedMs?: number;
}

export interface UpstreamOptions {
  /** From the start of a call to its last byte, in milliseconds. */
  timeoutMs: number;
  onCall?: ((call: UpstreamCall) => void) | undefined;
  /** Delays and refuses calls, by the limit and the circuits. */
  protection: Protection;
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
  /** The caller's place in line, as in {@link Protection.enter}. */
  placeMs?: number | null | undefined;
}

/** A complete answer that is JSON; the driver judges the status. */
export interface UpstreamAnswer {
  status: number;
  json: unknown;
}

export interface Upstream {
  /**
   * Makes one call, without retries. `read` turns the answer into a value or throws a PlatformError; both count as the
   * call's result for `onCall`.
   *
   * @throws PlatformError `timeout` (no complete answer in time), `busy` (429, 503, cut off; as CallRefusedError when
   * the call was not even made), or `fault` (connection failed or reset, HTML, not JSON, empty, over 1 MiB), or the
   * error of `read`.
   */
  call<T>(request: UpstreamRequest, read: (answer: UpstreamAnswer) => T): Promise<T>;
  /** The circuits that are not closed. */
  circuits(): CircuitStatus[];
  /** Waits for running calls, at most for their time-out, and ends all connections. */
  close(): Promise<void>;
  /** Ends all connections. Running calls fail with `fault`; later calls fail as never sent. */
  hangUp(): Promise<void>;
}

const maxAnswerBytes = 1024 * 1024;

const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/** The HTTP client of the drivers: a limited number of kept-alive connections, and a time-out for each call. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { timeoutMs, onCall, protection } = options;
  let hungUp: Promise<void> | null = null;
  const agent = new Agent({
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // Shorter than a server's own time-out: a POST on a connection that the server is closing is lost, and a code
    // exchange must not be repeated.
    keepAliveTimeout: 4000,
    connections: 64,
    maxResponseSize: maxAnswerBytes,
  });

  async function send(call: UpstreamRequest, onStatus: (status: number) => void): Promise<UpstreamAnswer> {
    const { api } = call;
    if (hungUp !== null) {
      const message = `服务正在停止，没有再调用平台 ${api}`;
      throw new PlatformError('fault', api, message, { neverSent: true });
    }
    const url = new URL(call.baseUrl.replace(/\/+$/, '') + api);
    for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.set(key, value);
    try {
      const { status, retryAfter, text } = await inTime(timeoutMs, async (signal) => {
        const { statusCode, headers, body } = await request(url, {
          dispatcher: agent,
          method: call.method,
          headers: { accept: 'application/json', ...call.headers },
          body: call.body ?? null,
          signal,
        });
        onStatus(statusCode);
        return { status: statusCode, retryAfter: headers['retry-after'], text: await body.text() };
      });
      return { status, json: readAnswer(api, status, retryAfter, text) };
    } catch (error) {
      throw error instanceof PlatformError ? error : connectionError(api, error, timeoutMs);
    }
  }

  return {
    async call(call, read) {
      const { api } = call;
      const asked = performance.now();
      let started = asked;
      let passage: Passage | null = null;
      let status: number | null = null;
      const report = (outcome: Omit<UpstreamCall, 'api' | 'durationMs' | 'queuedMs'>) => {
        const durationMs = performance.now() - started;
        try {
          onCall?.({ api, ...outcome, durationMs, ...(started > asked && { queuedMs: started - asked }) });
        } catch {
          // A broken metric must not fail a sign-in.
        }
      };
      try {
        passage = await protection.enter(new URL(call.baseUrl).origin, api, call.placeMs);
        const waited = performance.now();
        if (waited - asked >= 1) started = waited;
        const answer = await send(call, (got) => {
          status = got;
        });
        const value = read(answer);
        passage.ended(null, status);
        report({ ok: true });
        return value;
      } catch (error) {
        passage?.ended(error, status);
        report({ ok: false, ...outcomeOf(error) });
        throw error;
      }
    },
    circuits: () => protection.circuits(),
    close: () => hungUp ?? agent.close(),
    hangUp() {
      hungUp ??= agent.destroy();
      return hungUp;
    },
  };
}

/**
 * Runs `work` for at most `ms` milliseconds. undici's own time-outs cover one phase each, and a call that waits for a
 * connection ignores the signal.
 *
 * @throws Error `TimeoutError`; what `work` throws.
 */
async function inTime<T>(ms: number, work: (signal: EventEmitter) => Promise<T>): Promise<T> {
  const signal = new EventEmitter();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error(`not done within ${ms} ms`), { name: 'TimeoutError' }));
      signal.emit('abort');
    }, ms);
  });
  try {
    return await Promise.race([work(signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function outcomeOf(error: unknown): Pick<UpstreamCall, 'kind' | 'upstreamCode' | 'remedy' | 'refusedBy'> {
  if (!(error instanceof PlatformError)) return { kind: 'fault' };
  return {
    kind: error.kind,
    ...(error.upstreamCode !== null && { upstreamCode: error.upstreamCode }),
    ...(error.remedy !== null && { remedy: error.remedy }),
    ...(error instanceof CallRefusedError && { refusedBy: error.refusedBy }),
  };
}

/**
 * A PlatformError for a failed connection. It has no `cause`: undici's error can hold the raw answer, and the address
 * with the token.
 */
function connectionError(api: string, error: unknown, timeoutMs: number): PlatformError {
  const { name, code } = describe(error);
  const neverSent = unconnected.test(code);
  if (name === 'TimeoutError' || timeoutCodes.has(code)) {
    const message = `平台 ${api} 在 ${timeoutMs} 毫秒内没有答完，请稍后重试`;
    return new PlatformError('timeout', api, message, { neverSent });
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new PlatformError('fault', api, `平台 ${api} 的回答超过 1 MiB，已放弃`);
  }
  const what = code || name;
  const hint = connectionHints.find(([pattern]) => pattern.test(what))?.[1] ?? '请稍后重试';
  return new PlatformError('fault', api, `与平台 ${api} 的连接失败（${what}）：${hint}`, { neverSent });
}

/** Error codes that only occur before a request is sent: DNS, connection, certificate. */
const unconnected = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT)$|CERT/;

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
