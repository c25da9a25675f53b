/** Faults: texts for the person, with the data by which support finds them. */
import type { ErrorBody } from '../../server/contract/errors.ts';
import type { DdError, HttpAnswer } from './dd.ts';
import { waitText } from './format.ts';

export interface Fault {
  /** A code of docs/errors.md. */
  code: string;
  /** The problem. */
  message: string;
  /** Who must do what. */
  advice: string;
  /** The id by which support searches the server's log. */
  requestId: string | null;
  /** HTTP status; null without an answer, or if the container hides it. */
  status: number | null;
}

const RETRY = '请稍后重试；仍不行，请把下面的信息发给管理员。';
const ASK_ADMIN = '请联系管理员，并把下面的信息发给对方。';

/** Texts for faults that the client finds itself, and for answers with a hidden body. */
const texts: Record<string, { message: string; advice: string }> = {
  NETWORK_UNREACHABLE: { message: '网络连接不上', advice: '请检查手机的网络，然后重试。' },
  NETWORK_TIMEOUT: { message: '网络太慢，没有等到回应', advice: '请换个网络好一点的地方，然后重试。' },
  DOMAIN_NOT_ALLOWED: {
    message: '服务地址没有登记',
    advice: '请管理员在开放平台把服务端域名加入本应用的“HTTP 可信域名”，重新构建并上传小程序。',
  },
  ANSWER_NOT_JSON: { message: '收到的内容无法识别', advice: '网络可能需要先登录认证。请检查网络后重试。' },
  ANSWER_UNEXPECTED: { message: '服务端的回答与约定不符', advice: ASK_ADMIN },
  HTTP_ERROR: { message: '服务端没有完成这次请求', advice: RETRY },
  AUTH_CODE_FAILED: {
    message: '没有拿到登录凭证',
    advice: '请检查网络，并确认是在浙政钉或钉钉里打开，然后重试。',
  },
  AUTH_CODE_TIMEOUT: { message: '等待登录凭证超时', advice: '请重试；仍不行，请关闭小程序后重新打开。' },
  AUTH_CODE_INVALID: { message: '登录凭证已失效', advice: '请重试，会自动换一个新的凭证。' },
  SESSION_EXPIRED: { message: '登录已过期', advice: '请重试，会自动重新登录。' },
  FORBIDDEN: { message: '没有查看这项内容的权限', advice: ASK_ADMIN },
  NOT_FOUND: { message: '内容不存在或已被删除', advice: '请返回列表，看看其他内容。' },
  TOO_MANY_REQUESTS: { message: '操作太频繁了', advice: '请稍等片刻再试。' },
  PLATFORM_MISCONFIGURED: { message: '应用的平台配置有误', advice: ASK_ADMIN },
  PAGE_ERROR: { message: '页面出了点问题', advice: RETRY },
  PAGE_NOT_FOUND: { message: '要打开的页面不存在', advice: '链接可能已经过期。点“重试”回到首页。' },
};

/**
 * A fault found by the client itself. `code` is one of the texts above; an unknown one has the text of HTTP_ERROR.
 *
 * @param requestId null if nothing was sent.
 */
export function clientFault(
  code: string,
  status: number | null = null,
  requestId: string | null = null,
): Fault {
  const text = texts[code] || { message: '服务端没有完成这次请求', advice: RETRY };
  return { code, ...text, requestId, status };
}

/** The text that a person sends to support. */
export function faultText({ message, code, requestId }: Fault, time = ''): string {
  return [
    message,
    `错误码 ${code}`,
    ...(time === '' ? [] : [`时间 ${time}`]),
    ...(requestId === null ? [] : [`请求编号 ${requestId}`]),
  ].join('\n');
}

/** A fault of `getAuthCode`; 13 is this app's time-out. */
export function authCodeFault(error: DdError): Fault {
  return clientFault(error.error === 13 ? 'AUTH_CODE_TIMEOUT' : 'AUTH_CODE_FAILED');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Some containers give the body of a failed request as text. */
export function parsed(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

type KnownBody = Pick<ErrorBody, 'code' | 'message' | 'requestId'> & { statusCode: number | null };

/** The server's body of an error; null for anything else. */
export function errorBody(data: unknown): KnownBody | null {
  const body = parsed(data);
  if (!isRecord(body) || typeof body.code !== 'string' || typeof body.message !== 'string') return null;
  const requestId = typeof body.requestId === 'string' ? body.requestId : '';
  const statusCode = typeof body.statusCode === 'number' ? body.statusCode : null;
  return { code: body.code as ErrorBody['code'], message: body.message, requestId, statusCode };
}

/** Seconds of `Retry-After`. */
function retryAfter(headers: unknown): number | null {
  if (!isRecord(headers)) return null;
  for (const name of Object.keys(headers)) {
    const seconds = Number(headers[name]);
    if (name.toLowerCase() === 'retry-after' && seconds > 0) return seconds;
  }
  return null;
}

const byStatus: Record<number, string> = { 403: 'FORBIDDEN', 404: 'NOT_FOUND', 429: 'TOO_MANY_REQUESTS' };

/**
 * The fault of a failed answer, in all forms in which containers report it.
 *
 * @param unauthorised the code of a 401 without a body on this call.
 * @param requestId the request's id, unless the server's answer has one.
 */
export function answerFault(
  answer: HttpAnswer,
  unauthorised: 'SESSION_EXPIRED' | 'AUTH_CODE_INVALID',
  requestId: string,
): Fault {
  const fault = (code: string, status: number | null = null): Fault => clientFault(code, status, requestId);
  const body = errorBody(answer.data);
  // The body has the status too, which some containers hide.
  const status = answer.status === null && body !== null ? body.statusCode : answer.status;
  if (body !== null && (answer.error === null || answer.error === 19 || answer.error === 14)) {
    const known = fault(body.code, status);
    const wait = retryAfter(answer.headers);
    const advice = wait === null ? known.advice : `请 ${waitText(wait)}后再试。`;
    return { ...known, message: body.message, advice, requestId: body.requestId || requestId };
  }
  switch (answer.error) {
    case 4:
    case 11:
      return fault('DOMAIN_NOT_ALLOWED');
    case 12:
      return fault('NETWORK_UNREACHABLE');
    case 13:
      return fault('NETWORK_TIMEOUT');
    default:
  }
  if (status === 401) return fault(unauthorised, 401);
  if (status !== null && status >= 400) return fault(byStatus[status] || 'HTTP_ERROR', status);
  return fault(answer.error === 14 || answer.error === null ? 'ANSWER_NOT_JSON' : 'HTTP_ERROR', status);
}
