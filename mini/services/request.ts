/** One HTTP request to the server, without a session. Every failure becomes a `Fault`. */
import { config } from '../config/current.ts';
import { version } from '../version.ts';
import { type HttpAnswer, httpRequest } from './dd.ts';
import { answerFault, clientFault, errorBody, type Fault, parsed } from './faults.ts';
import { newRequestId } from './request-id.ts';
import { asksForUpdate, mustUpdate } from './update.ts';

/** Time limit in milliseconds, above the server's limit for a platform call. */
const TIMEOUT = 10_000;

/** `requestId`: the id by which support finds the request. */
export type Reply<T> = { ok: true; data: T; requestId: string } | { ok: false; fault: Fault };

export interface RequestOptions {
  method: 'GET' | 'POST';
  /** Begins with a slash. */
  path: string;
  /** JSON; POST only. */
  body?: object;
  token?: string;
  /** A field that every answer of the contract has: an answer without it is a gateway's. */
  holds: string;
}

/**
 * Sends one request; never rejects.
 *
 * A 401 without a readable body counts as `AUTH_CODE_INVALID` without a token, as `SESSION_EXPIRED` with one.
 */
export async function request<T>(options: RequestOptions): Promise<Reply<T>> {
  const requestId = newRequestId();
  const headers: Record<string, string> = { 'X-Mini-Version': version, 'X-Request-Id': requestId };
  if (options.token !== undefined) headers.Authorization = `Bearer ${options.token}`;
  if (options.method === 'POST') headers['Content-Type'] = 'application/json';
  const answer = await httpRequest({
    url: `${config.serverUrl}${options.path}`,
    method: options.method,
    headers,
    timeout: TIMEOUT,
    ...(options.method === 'POST' ? { data: JSON.stringify(options.body || {}) } : {}),
  });
  if (asksForUpdate(answer)) mustUpdate();
  if (!succeeded(answer)) {
    const unauthorised = options.token === undefined ? 'AUTH_CODE_INVALID' : 'SESSION_EXPIRED';
    return { ok: false, fault: answerFault(answer, unauthorised, requestId) };
  }
  const data = parsed(answer.data);
  if (typeof data !== 'object' || data === null) {
    return { ok: false, fault: clientFault('ANSWER_NOT_JSON', answer.status, requestId) };
  }
  if ((data as Record<string, unknown>)[options.holds] === undefined) {
    return { ok: false, fault: clientFault('ANSWER_UNEXPECTED', answer.status, requestId) };
  }
  return { ok: true, data: data as T, requestId };
}

function succeeded({ error, status, data }: HttpAnswer): boolean {
  if (error !== null) return false;
  return status === null ? errorBody(data) === null : status >= 200 && status < 300;
}

/** Whether the container hid the HTTP status (error 19 without a status). */
export function isOpaque(fault: Fault): boolean {
  return fault.code === 'HTTP_ERROR' && fault.status === null;
}
