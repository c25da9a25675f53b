import type { Device, HttpErrors, Transport, TransportRequest, TransportResponse } from '../device.ts';
import type { Message } from '../types.ts';
import { type CallHost, DdError, type Options } from './call.ts';

/** A container ignores other names. Here they fail, so that a misspelt one is seen. */
const OPTIONS: ReadonlySet<string> = new Set([
  'url',
  'method',
  'headers',
  'data',
  'timeout',
  'dataType',
  'success',
  'fail',
  'complete',
]);
const DEFAULT_TIMEOUT_MS = 30_000;
const FORM = 'application/x-www-form-urlencoded';
const HTML_PAGE = '<!DOCTYPE html><html><head><title>网络认证</title></head><body>请先登录网络</body></html>';

/** Error codes of `dd.httpRequest`, as documented. */
const HTTP_ERROR = { untrusted: 11, network: 12, timeout: 13, decode: 14, status: 19 } as const;

/**
 * `dd.httpRequest` by its document: GET and POST alone, a form as default content type, no cookies, a JSON
 * body only as a string.
 * @returns `{data, status, headers}`
 * @throws DdError with code 2 (parameters), 11 (host not trusted), 12 (network), 13 (time-out), 14 (answer is
 * no JSON), 19 (HTTP status of 400 and above, where the container hides it)
 */
export async function httpRequest(host: CallHost, device: Device, options: Options): Promise<unknown> {
  const request = buildRequest(device, options);
  const started = Date.now();
  const sent = { headers: request.headers, body: request.body ?? '' };
  const log = (outcome: { status?: number; error?: number; answer?: Message }): void =>
    host.emit({
      kind: 'request',
      method: request.method,
      url: request.url,
      durationMs: Date.now() - started,
      sent,
      ...outcome,
    });
  if (device.faults.requestHangs) await new Promise(() => undefined);
  if (device.faults.statusZero) return { status: 0 };
  let answer: Message | undefined;
  try {
    const timeoutMs = Number(options.timeout ?? DEFAULT_TIMEOUT_MS);
    const response = await send(device, request, timeoutMs, host);
    answer = { headers: response.headers, body: response.text };
    const data = decode(response, options.dataType);
    const result = { data, status: response.status, headers: response.headers };
    log({ status: response.status, answer });
    return response.status < 400 ? result : told(device.httpErrors, result);
  } catch (error) {
    if (error instanceof DdError && error.code !== HTTP_ERROR.status)
      log({ error: error.code, ...(answer ? { answer } : {}) });
    throw error;
  }
}

/** An HTTP error as the container tells it. */
function told(
  how: HttpErrors,
  answer: { data: unknown; status: number; headers: Record<string, string> },
): unknown {
  const { status, data } = answer;
  if (how === 'success') return answer;
  if (how === 'success-with-text') return { ...answer, status: String(status) };
  if (how === 'success-with-body') return { data };
  const extra = {
    'fail-with-data': answer,
    'fail-with-status': { status },
    'fail-with-body': { data },
    fail: {},
  }[how];
  throw new DdError(HTTP_ERROR.status, `http 状态码异常：${status}`, extra);
}

function buildRequest(device: Device, options: Options): Omit<TransportRequest, 'signal'> {
  const url = String(options.url ?? '');
  const method = String(options.method ?? 'GET').toUpperCase();
  if (method !== 'GET' && method !== 'POST') {
    throw new DdError(2, `dd.httpRequest 只支持 GET 和 POST，收到的是 ${method}`);
  }
  const unknown = Object.keys(options).find((name) => !OPTIONS.has(name));
  if (unknown !== undefined) {
    const hint = unknown === 'header' ? '请求头写在 headers 里' : '请核对名字';
    throw new DdError(2, `dd.httpRequest 没有选项 ${unknown}，${hint}`);
  }
  if (!URL.canParse(url)) throw new DdError(2, `dd.httpRequest 的 url 不是完整的地址：${url}`);
  const { hostname } = new URL(url);
  if (device.trustedHosts && !device.trustedHosts.includes(hostname)) {
    throw new DdError(HTTP_ERROR.untrusted, `无权跨域：${hostname} 不在 HTTP 可信域名里`);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries((options.headers ?? {}) as Record<string, unknown>)) {
    headers[name.toLowerCase()] = String(value);
  }
  headers['content-type'] ??= FORM;
  const { data } = options;
  if (method === 'GET' && typeof data === 'string') {
    throw new DdError(2, 'dd.httpRequest 用 GET 时 data 应是对象，字符串请直接写在 url 里');
  }
  if (method === 'GET') return { url: withQuery(url, data), method, headers, body: undefined };
  if (typeof data === 'string') return { url, method, headers, body: data };
  if (headers['content-type'].includes('json')) {
    throw new DdError(2, '发送 JSON 时 data 必须是字符串，请用 JSON.stringify');
  }
  return { url, method, headers, body: formOf(data).toString() };
}

function withQuery(url: string, data: unknown): string {
  const query = formOf(data).toString();
  return query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url;
}

function formOf(data: unknown): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries((data ?? {}) as Record<string, unknown>)) {
    if (value !== undefined)
      form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return form;
}

async function send(
  device: Device,
  request: Omit<TransportRequest, 'signal'>,
  timeoutMs: number,
  host: CallHost,
): Promise<TransportResponse> {
  const { faults } = device;
  if (faults.noNetwork || faults.serverDown) throw new DdError(HTTP_ERROR.network, '网络出错');
  if (faults.requestTimesOut) throw new DdError(HTTP_ERROR.timeout, '请求超时');
  const controller = new AbortController();
  const timers: ReturnType<typeof setTimeout>[] = [];
  let forget = (): void => undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    const stop = (error: DdError): void => {
      reject(error);
      controller.abort();
    };
    forget = host.whenEnded(() => stop(new DdError(HTTP_ERROR.network, '小程序已经结束')));
    timers.push(setTimeout(() => stop(new DdError(HTTP_ERROR.timeout, '请求超时')), timeoutMs));
  });
  const answer = async (): Promise<TransportResponse> => {
    if (faults.slowNetworkMs)
      await new Promise((resolve) => timers.push(setTimeout(resolve, faults.slowNetworkMs)));
    if (faults.htmlAnswer) return { status: 200, headers: { 'content-type': 'text/html' }, text: HTML_PAGE };
    try {
      return await device.transport({ ...request, signal: controller.signal });
    } catch {
      throw new DdError(HTTP_ERROR.network, '网络出错');
    }
  };
  try {
    return await Promise.race([answer(), givenUp]);
  } finally {
    forget();
    timers.forEach(clearTimeout);
  }
}

/** The body as `dataType` wants it. An error page that is no JSON comes as text: its status is what counts. */
function decode({ status, text: body }: TransportResponse, dataType: unknown): unknown {
  if (dataType === 'text') return body;
  if (dataType === 'base64') return base64(body);
  try {
    return JSON.parse(body) as unknown;
  } catch {
    if (status >= 400) return body;
    throw new DdError(HTTP_ERROR.decode, '解码失败：返回的内容不是 JSON');
  }
}

function base64(body: string): string {
  const letters = Array.from(new TextEncoder().encode(body), (byte) => String.fromCharCode(byte));
  return btoa(letters.join(''));
}

/** A transport over `fetch`, without cookies. */
export function fetchTransport(fetcher: typeof fetch): Transport {
  return async ({ url, method, headers, body, signal }) => {
    const response = await fetcher(url, {
      method,
      headers,
      signal,
      credentials: 'omit',
      ...(body === undefined ? {} : { body }),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text: await response.text(),
    };
  };
}
