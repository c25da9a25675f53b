import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { TokenRefusedError } from './app-token.ts';
import { PlatformError, type PlatformErrorKind } from './platform.ts';

/** Reads the platforms' answers: text as JSON, JSON as a checked value, an error code as a PlatformError. */

/**
 * DingTalk cuts an IP off for five minutes after more than 10,000 calls in 20 seconds.
 * Source: DingTalk's document of call limits (调用频率限制).
 */
const cutOffSeconds = 300;
/** The `status` of such an answer, `{"status":1111,"wait":5,"source":"x5","punish":"deny"}`. */
export const cutOffCode = '1111';
/** Too many calls in this second, by the platform's count: all apps, this app on this API, any gateway. */
const throttledCode = /^(90002|90018|429|.*QpsLimitForAppkeyAndApi)$/;
/** The wait after a throttled call whose answer names no time, in seconds. */
const busySeconds = 5;

/**
 * Reads the text of a whole answer as JSON. Judges only the HTTP status 429 and 503; the driver judges the others.
 *
 * @throws PlatformError `busy` (429, 503, cut off), or `fault` (empty, HTML, not JSON).
 */
export function readAnswer(
  api: string,
  status: number,
  retryAfter: string | string[] | undefined,
  text: string,
): unknown {
  if (status === 429 || status === 503) {
    throw busyError(api, String(status), secondsOf(retryAfter) ?? busySeconds);
  }
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
  if (isRecord(json) && json.punish === 'deny') throw busyError(api, cutOffCode, cutOffSeconds);
  return json;
}

/** `Retry-After` in seconds, at most an hour; null for its date form and for nonsense. */
function secondsOf(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string' || !/^\d{1,6}$/.test(header)) return null;
  return Math.min(Math.max(Number(header), 1), 3600);
}

/** Matches strings and numbers, so that digits inside a string do not count as a number. */
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON like `JSON.parse`, but an integer beyond 2^53 becomes a string of its digits. 浙政钉 account ids are numbers
 * on the wire; a rounded one would match another person.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // 2^53 has 16 digits; a text without 16 digits in a row has no such integer.
  if (!/\d{16}/.test(text)) return value;
  return JSON.parse(
    text.replace(stringOrNumber, (token) =>
      /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
    ),
  );
}

/** Checks a value of an API's answer, and types it. */
export type Guard<T> = (api: string, value: unknown) => T;

/**
 * Makes a check for one shape of answers. It throws PlatformError `fault`, which names the wrong field but never quotes
 * its value, because that may be a token or a mobile number.
 */
export function guard<const Schema extends TSchema>(schema: Schema): Guard<Static<Schema>> {
  const validator = Compile(schema);
  return (api, value) => {
    if (validator.Check(value)) return value as Static<Schema>;
    const place = validator.Errors(value)[0]?.instancePath || '/';
    throw new PlatformError('fault', api, `平台 ${api} 的回答与文档不符（位置 ${place}），请稍后重试`);
  };
}

/** A field that may be absent or null. */
export function maybe<const Schema extends TSchema>(schema: Schema) {
  return Type.Optional(Type.Union([schema, Type.Null()]));
}

/** The documents' samples show integers as strings, real answers as numbers. */
export const IntegerLike = Type.Union([Type.Integer(), Type.String({ pattern: '^\\s*-?\\d+\\s*$' })]);

/** An id: a non-empty string, or an integer that lost no digit (see parseJson). */
export const IdLike = Type.Union([
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  Type.String({ minLength: 1, maxLength: 128 }),
]);

/** A text field that the platform may also leave out or null. */
export const MaybeText = maybe(Type.String());

/** An error code: text, or a number. */
export const Code = Type.Union([Type.String(), Type.Integer()]);

/** Trims; an empty or absent text becomes null. */
export function textOrNull(value: string | null | undefined): string | null {
  return value?.trim() || null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An answer that refuses the call. */
export interface Refusal {
  platform: '钉钉' | '浙政钉';
  api: string;
  /** The platform's error code, as it came. */
  code: string;
  /** The platform's id of the request, for its support desk. */
  requestId: string | null | undefined;
}

/** The meaning of an error code, with a remedy in Chinese if an administrator must act. */
export type Meaning =
  | 'code-invalid'
  | 'out-of-range'
  | 'left-organisation'
  | 'token-refused'
  | 'busy'
  | 'unknown'
  | { remedy: string };

/**
 * The PlatformError of a refusal. It quotes only the code and the request's id, and only if they look like ones: a
 * platform may repeat a token or a mobile number in any field.
 */
export function refusalError(
  { platform, api, requestId, ...refusal }: Refusal,
  meaning: Meaning,
): PlatformError {
  const code = /^-?[A-Za-z0-9][\w.-]{0,79}$/.test(refusal.code) ? refusal.code : 'unknown';
  const trace = requestId && /^[\w-]{1,64}$/.test(requestId) ? `，请求 id ${requestId}` : '';
  const error = (kind: PlatformErrorKind, words: string, remedy?: string) =>
    new PlatformError(kind, api, `${platform} ${api}（错误码 ${code}${trace}）：${words}`, {
      upstreamCode: code,
      ...(remedy !== undefined && { remedy }),
    });
  if (typeof meaning === 'object') return error('misconfigured', meaning.remedy, meaning.remedy);
  switch (meaning) {
    case 'code-invalid':
      return error(meaning, '免登授权码无效、已过期或已用过，请重新获取');
    case 'out-of-range':
      return error(meaning, '平台不允许此人员使用本应用，请管理员检查应用的可见范围与人员状态');
    case 'left-organisation':
      return error(meaning, '组织里没有这个人员');
    case 'token-refused':
      return new TokenRefusedError(api, code);
    case 'busy':
      return busyError(api, code, busySeconds);
    case 'unknown':
      return error('fault', `未知的错误码，请查${platform}开放平台的错误码文档`);
  }
}

/** Whether the platform refused a call because of too many calls; a later one may succeed. */
export const isThrottled = ({ kind, upstreamCode }: PlatformError): boolean =>
  kind === 'busy' && throttledCode.test(upstreamCode ?? '');

function busyError(api: string, upstreamCode: string, retryAfterSeconds: number): PlatformError {
  const message = `平台 ${api} 繁忙或限流（${upstreamCode}），请 ${retryAfterSeconds} 秒后重试`;
  return new PlatformError('busy', api, message, { upstreamCode, retryAfterSeconds });
}
