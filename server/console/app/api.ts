import type { MeResponse, SessionUser } from '../../contract/auth.ts';
import type { ErrorBody, ErrorCode } from '../../contract/errors.ts';
import { sessionExpired, sessionHasExpired, sessionIsBack } from './session.ts';

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
 * Reads from the server. Where the session has ended while the page was in use, it waits for the person to sign in
 * again, and asks once more: what was being loaded loads on.
 *
 * @param query `null`, `undefined` and `''` are left out; a list repeats the name.
 * @param signal gives the request up; it rejects with an `AbortError` then.
 * @throws ApiError for every answer that is not 2xx, and for none.
 */
export async function get<T>(path: string, query: Query = {}, signal: AbortSignal | null = null): Promise<T> {
  const ask = () => request<T>(withQuery(path, query), { method: 'GET', signal });
  try {
    return await ask();
  } catch (error) {
    const expired = isExpiry(error) && sessionHasExpired.value;
    if (!expired || !(await sessionIsBack())) throw error;
    return ask();
  }
}

/**
 * Who is signed in.
 *
 * @throws ApiError as {@link get} does, and at once: `SESSION_EXPIRED` for nobody.
 */
export async function whoIsThere(): Promise<SessionUser> {
  return (await request<MeResponse>('/api/me', { method: 'GET' })).user;
}

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
  return exchange(withQuery(path, query), init, fileTimeoutMs, async (response) => {
    if (!response.ok) throw faultOf(response, await jsonOf(response));
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
    const content = await response.blob().catch(() => {
      throw new ApiError(0, 'NETWORK', '文件没有下载完整，请重试。');
    });
    return { content, name: named === undefined ? 'download' : decodeURIComponent(named) };
  });
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

function request<T>(path: string, init: RequestInit, waitMs = timeoutMs): Promise<T> {
  return exchange(path, init, waitMs, async (response) => {
    const body = await jsonOf(response);
    if (response.ok && body !== null) return body as T;
    throw faultOf(response, body);
  });
}

/**
 * Asks, and reads the answer, within a time.
 *
 * @param read makes something of an answer, of whatever status.
 * @throws ApiError that `read` throws; NETWORK when no answer comes
 */
async function exchange<T>(
  path: string,
  init: RequestInit,
  waitMs: number,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  // By hand: `AbortSignal.timeout` and `any` are newer than the clients that the build is for.
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    giveUp();
  }, waitMs);
  if (init.signal?.aborted) giveUp();
  init.signal?.addEventListener('abort', giveUp);
  try {
    const response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: stop.signal,
    });
    return await read(response);
  } catch (error) {
    if (init.signal?.aborted) throw new DOMException('given up', 'AbortError');
    if (isExpiry(error)) sessionExpired();
    if (error instanceof ApiError && !late) throw error;
    throw new ApiError(
      0,
      'NETWORK',
      late ? '服务器迟迟没有回应，请稍后重试。' : '连不上服务器，请检查网络后重试。',
    );
  } finally {
    clearTimeout(timer);
    init.signal?.removeEventListener('abort', giveUp);
  }
}

/** The body, whatever it is; null for what is no JSON. */
const jsonOf = (response: Response): Promise<unknown> => response.json().catch(() => null);

const isExpiry = (error: unknown): boolean => error instanceof ApiError && error.code === 'SESSION_EXPIRED';

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
