import { newRequestId } from '../../../mini/services/request-id.ts';
import type { MeResponse, SessionUser } from '../../contract/auth.ts';
import type { ErrorBody, ErrorCode } from '../../contract/errors.ts';
import { sessionExpired, sessionHasExpired, sessionIsBack } from './session.ts';

/** Codes of failures on the way to the server; the server has its own codes. */
export type ClientErrorCode = 'NETWORK' | 'BAD_ANSWER';

/** A failed request; `message` is Chinese and can be shown to people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  readonly code: ErrorCode | ClientErrorCode;
  /** The request's id, for administrators; null if nothing was sent. */
  requestId: string | null;
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

/** How often a busy server (503) is asked again, and the longest wait for it, in seconds. */
const busyTries = 2;
const longestBusySeconds = 5;

/**
 * Reads from the server. A busy server is asked again at the time that it names. If the session has ended, the request
 * waits for the person's new sign-in and is then sent again.
 *
 * @param query `null`, `undefined` and `''` are left out; a list repeats the name.
 * @param signal aborts the request, which then rejects with an `AbortError`.
 * @throws ApiError for every answer that is not 2xx, and for none.
 */
export async function get<T>(path: string, query: Query = {}, signal: AbortSignal | null = null): Promise<T> {
  const ask = async (tries = busyTries): Promise<T> => {
    try {
      return await request<T>(withQuery(path, query), { method: 'GET', signal });
    } catch (error) {
      const busy = error instanceof ApiError && error.status === 503 && tries > 0;
      if (!busy) throw error;
      const seconds = Math.min(error.retryAfterSeconds ?? 1, longestBusySeconds);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      return ask(tries - 1);
    }
  };
  try {
    return await ask();
  } catch (error) {
    const expired = isExpiry(error) && sessionHasExpired.value;
    if (!expired || !(await sessionIsBack())) throw error;
    return ask();
  }
}

/**
 * The signed-in person.
 *
 * @throws ApiError as {@link get} does, without waiting; `SESSION_EXPIRED` if nobody is signed in.
 */
export async function whoIsThere(): Promise<SessionUser> {
  return (await request<MeResponse>('/api/me', { method: 'GET' })).user;
}

/**
 * Posts JSON to the server.
 *
 * @param waitMs for work that takes longer than a page, in milliseconds.
 * @throws ApiError for every answer that is not 2xx, and for none.
 */
export const post = <T>(path: string, body?: unknown, waitMs = timeoutMs): Promise<T> =>
  request<T>(
    path,
    {
      method: 'POST',
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    },
    waitMs,
  );

/**
 * Posts a file unchanged.
 *
 * @param contentType the route's content type, e.g. `application/octet-stream`.
 * @param waitMs for work that takes longer than a page, in milliseconds.
 * @param onProgress called with the part of the file that was sent, from 0 to 1.
 * @throws ApiError as {@link post} does.
 */
export const postFile = <T>(
  path: string,
  file: Blob,
  contentType: string,
  {
    query = {},
    waitMs = timeoutMs,
    onProgress,
  }: { query?: Query; waitMs?: number; onProgress?: (sent: number) => void } = {},
): Promise<T> =>
  exchange(
    (signal, requestId) =>
      sendFile(withQuery(path, query), file, contentType, onProgress ?? (() => {}), signal, requestId),
    waitMs,
    readJson<T>,
  );

/** Uses XMLHttpRequest: `fetch` does not report the progress of an upload. */
function sendFile(
  path: string,
  file: Blob,
  contentType: string,
  onProgress: (sent: number) => void,
  signal: AbortSignal,
  requestId: string,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    const failed = () => reject(new TypeError('no answer'));
    signal.addEventListener('abort', () => sending.abort());
    sending.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    sending.upload.onload = () => onProgress(1);
    sending.onabort = failed;
    sending.onerror = failed;
    sending.onload = () => {
      const headers = new Headers();
      for (const line of sending.getAllResponseHeaders().trim().split('\r\n')) {
        const at = line.indexOf(':');
        if (at > 0) headers.append(line.slice(0, at), line.slice(at + 1).trim());
      }
      resolve(new Response(sending.responseText, { status: sending.status, headers }));
    };
    sending.open('POST', path);
    sending.setRequestHeader('content-type', contentType);
    sending.setRequestHeader('x-request-id', requestId);
    sending.send(file);
  });
}

/** A file that the server wrote. */
export interface ReceivedFile {
  content: Blob;
  /** The name that the server gives it; `download` without one. */
  name: string;
}

/** Longest wait for a whole file, in milliseconds. */
const fileTimeoutMs = 10 * 60_000;

/**
 * Fetches a file; with a body by POST.
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
  const send = (signal: AbortSignal, requestId: string) =>
    ask(withQuery(path, query), init, signal, requestId);
  return exchange(send, fileTimeoutMs, async (response) => {
    if (!response.ok) throw faultOf(response, await jsonOf(response));
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
    const content = await response.blob().catch(() => {
      throw new ApiError(0, 'NETWORK', '文件没有下载完整，请重试。');
    });
    return { content, name: named === undefined ? 'download' : decodeURIComponent(named) };
  });
}

/** Saves a file in the browser. */
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
  return exchange(
    (signal, requestId) => ask(path, init, signal, requestId),
    waitMs,
    readJson<T>,
    init.signal,
  );
}

async function readJson<T>(response: Response): Promise<T> {
  const body = await jsonOf(response);
  if (response.ok && body !== null) return body as T;
  throw faultOf(response, body);
}

function ask(path: string, init: RequestInit, signal: AbortSignal, requestId: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('x-request-id', requestId);
  return fetch(path, { ...init, headers, credentials: 'same-origin', cache: 'no-store', signal });
}

/**
 * Sends a request and reads the answer, within a time limit.
 *
 * @param read reads an answer of any status.
 * @param givenUp aborts the request.
 * @throws ApiError that `read` throws; NETWORK when no answer comes
 */
async function exchange<T>(
  send: (signal: AbortSignal, requestId: string) => Promise<Response>,
  waitMs: number,
  read: (response: Response) => Promise<T>,
  givenUp: AbortSignal | null | undefined = null,
): Promise<T> {
  // By hand: `AbortSignal.timeout` and `any` are newer than the clients that the build is for.
  const requestId = newRequestId();
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    giveUp();
  }, waitMs);
  if (givenUp?.aborted) giveUp();
  givenUp?.addEventListener('abort', giveUp);
  try {
    return await read(await send(stop.signal, requestId));
  } catch (error) {
    if (givenUp?.aborted) throw new DOMException('given up', 'AbortError');
    if (isExpiry(error)) sessionExpired();
    if (error instanceof ApiError && !late) {
      error.requestId ??= requestId;
      throw error;
    }
    throw new ApiError(
      0,
      'NETWORK',
      late ? '服务器迟迟没有回应，请稍后重试。' : '连不上服务器，请检查网络后重试。',
      { requestId },
    );
  } finally {
    clearTimeout(timer);
    givenUp?.removeEventListener('abort', giveUp);
  }
}

/** The body as JSON; null if it is none. */
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
