import type { ErrorBody, ErrorCode } from '../../contract.ts';
import { sessionExpired } from './session.ts';

/** What stands between the browser and the server: not the server's own codes. */
export type ClientErrorCode = 'NETWORK' | 'BAD_ANSWER';

/** A request that did not end well; `message` is Chinese and can be shown as it is. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly code: ErrorCode | ClientErrorCode;
  /** To tell the administrators; null when no answer came. */
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    status: number,
    code: ErrorCode | ClientErrorCode,
    message: string,
    more: { requestId?: string | null; retryAfterSeconds?: number | null } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = more.requestId ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }
}

type QueryValue = string | number | boolean | null | undefined;
export type Query = Readonly<Record<string, QueryValue | readonly string[]>>;

/** Longest wait for an answer, in milliseconds; above the server's own limits. */
const timeoutMs = 30_000;

/**
 * Reads from the server.
 *
 * @param query `null`, `undefined` and `''` are left out; a list repeats the name.
 * @param signal gives the request up; what it rejects with then is the signal's reason.
 * @throws ApiError for every answer that is not 2xx, and for none.
 */
export const get = <T>(path: string, query: Query = {}, signal: AbortSignal | null = null): Promise<T> =>
  request<T>(withQuery(path, query), { method: 'GET', signal });

/**
 * Posts JSON to the server.
 *
 * @throws ApiError for every answer that is not 2xx, and for none.
 */
export const post = <T>(path: string, body?: unknown): Promise<T> =>
  request<T>(path, {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });

/**
 * Posts a file as it is.
 *
 * @param contentType what the route takes, e.g. `application/octet-stream`.
 * @param waitMs for work that takes longer than a page, in milliseconds.
 * @throws ApiError as {@link post} does.
 */
export const postFile = <T>(
  path: string,
  file: Blob,
  contentType: string,
  { query = {}, waitMs = timeoutMs }: { query?: Query; waitMs?: number } = {},
): Promise<T> =>
  request<T>(
    withQuery(path, query),
    { method: 'POST', headers: { 'content-type': contentType }, body: file },
    waitMs,
  );

/** A file that the server wrote. */
export interface ReceivedFile {
  content: Blob;
  /** What the server calls it; `download` where it does not say. */
  name: string;
}

/** Longest wait for a whole file, in milliseconds. */
const fileTimeoutMs = 10 * 60_000;

/**
 * Fetches a file, by a post where there is a body.
 *
 * @throws ApiError for every answer that is not 2xx, for none, and for one that breaks off.
 */
export async function receiveFile(
  path: string,
  { query = {}, body }: { query?: Query; body?: unknown } = {},
): Promise<ReceivedFile> {
  const init: RequestInit =
    body === undefined
      ? { method: 'GET' }
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await answerOf(withQuery(path, query), init, fileTimeoutMs);
  if (!response.ok) {
    const error = faultOf(response, await response.json().catch(() => null));
    if (error.code === 'SESSION_EXPIRED') sessionExpired();
    throw error;
  }
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  try {
    return {
      content: await response.blob(),
      name: named === undefined ? 'download' : decodeURIComponent(named),
    };
  } catch {
    throw new ApiError(0, 'NETWORK', '文件没有下载完整，请重试。');
  }
}

/** Hands a file to the browser, to be saved. */
export function saveFile({ content, name }: ReceivedFile): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads it after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (one !== null && one !== undefined && one !== '') search.append(name, String(one));
    }
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

async function request<T>(path: string, init: RequestInit, waitMs = timeoutMs): Promise<T> {
  const response = await answerOf(path, init, waitMs);
  const body: unknown = await response.json().catch(() => null);
  init.signal?.throwIfAborted();
  if (response.ok && body !== null) return body as T;
  const error = faultOf(response, body);
  if (error.code === 'SESSION_EXPIRED') sessionExpired();
  throw error;
}

/** An answer, of whatever status. @throws ApiError NETWORK when none comes */
async function answerOf(path: string, init: RequestInit, waitMs: number): Promise<Response> {
  // AbortSignal.any would do this, where browsers have it.
  const stop = new AbortController();
  for (const signal of [AbortSignal.timeout(waitMs), init.signal]) {
    signal?.addEventListener('abort', () => stop.abort(signal.reason), { once: true });
  }
  try {
    return await fetch(path, {
      ...init,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: stop.signal,
    });
  } catch (cause) {
    init.signal?.throwIfAborted();
    const late = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new ApiError(
      0,
      'NETWORK',
      late ? '服务器迟迟没有回应，请稍后重试。' : '连不上服务器，请检查网络后重试。',
    );
  }
}

function faultOf(response: Response, body: unknown): ApiError {
  const fault = isErrorBody(body) ? body : null;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(
    response.status,
    fault?.code ?? 'BAD_ANSWER',
    fault?.message ?? '服务器的回应看不懂，可能正在升级，请稍后重试。',
    {
      requestId: fault?.requestId ?? response.headers.get('x-request-id'),
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    },
  );
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && 'code' in body && 'message' in body;
}
