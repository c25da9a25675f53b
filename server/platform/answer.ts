import { isRecord } from './guard.ts';
import { parseJson } from './json.ts';
import { PlatformError } from './platform.ts';

/** DingTalk cuts an IP off for five minutes after more than 10,000 calls in 20 seconds. */
const punishedSeconds = 300;
/** The code that the cut-off carries instead of an error code. */
export const punishedCode = '1111';
/** Wait after a throttled call whose answer names no time. */
export const busySeconds = 5;

/**
 * Reads the text of a whole answer as JSON. The status is judged only where it says "later"; the rest is the
 * driver's part.
 *
 * @throws PlatformError `busy` (429, 503, cut off), or `fault` (empty, HTML, not JSON).
 */
export function readAnswer(
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
    throw busy(api, punishedCode, punishedSeconds);
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
