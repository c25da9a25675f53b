import { isDatabaseUnavailable } from '../database/unavailable.ts';
import {
  InvalidMessageError,
  type MessageContent,
  type Platform,
  PlatformError,
  type PlatformName,
} from '../platform/platform.ts';
import type { Started } from './claims.ts';

export type SendingPlatform = Pick<Platform, 'name' | 'sendWorkNotification' | 'sendDing'>;

/** The result of one call to the platform. */
export type Verdict =
  /** `note`: receivers whom the platform refused at once. */
  | { outcome: 'sent'; taskId: string | null; note: string | null }
  /** Not sent. `retry`: it may work later, after at least `waitMs`. */
  | { outcome: 'refused'; retry: boolean; waitMs: number; pause: boolean; reason: string }
  /** The answer was lost: the message may have been sent. */
  | { outcome: 'unknown'; reason: string };

/** The APIs for app tokens: if they fail, the message was not sent. */
const tokenApis: ReadonlySet<string> = new Set(['/v1.0/oauth2/accessToken', '/gettoken.json']);

/** How long other messages wait after the platform could not be reached, in milliseconds. */
const firstPauseMs = 5000;

/** Makes the call for one row. Never throws. */
export async function deliver(platform: SendingPlatform, row: Started): Promise<Verdict> {
  // The row's id is the same at every attempt, and unique over all databases.
  const { id: key, receivers } = row;
  try {
    // Only `enqueue` writes the content.
    const content = row.content as MessageContent;
    if (row.kind === 'WORK_NOTIFICATION') {
      const { taskId } = await platform.sendWorkNotification({ key, receivers, content });
      return { outcome: 'sent', taskId, note: null };
    }
    const { dingId, rejected } = await platform.sendDing({ receivers, text: content.text });
    if (rejected.length >= receivers.length)
      return final('平台没有送达任何一位接收人，请核对他们是否还在组织里');
    return {
      outcome: 'sent',
      taskId: dingId,
      note: rejected.length === 0 ? null : `没有送达：${rejected.join('、')}`,
    };
  } catch (error) {
    return verdictOf(error);
  }
}

function verdictOf(error: unknown): Verdict {
  if (error instanceof InvalidMessageError) return final(error.message);
  if (error instanceof PlatformError) return platformVerdict(error);
  // An error of the database can only come from the token store, before the message is sent.
  if (isDatabaseUnavailable(error)) return later('数据库连不上，没有取到应用令牌', 0, false);
  return { outcome: 'unknown', reason: error instanceof Error ? error.name : 'unknown error' };
}

function platformVerdict(error: PlatformError): Verdict {
  const waitMs = (error.retryAfterSeconds ?? 0) * 1000;
  switch (error.kind) {
    case 'busy':
      return later(error.message, waitMs, true);
    case 'misconfigured':
      return final(error.remedy ?? error.message);
    case 'timeout':
    case 'fault':
      // The platform cannot be reached: other messages wait too.
      if (error.neverSent || tokenApis.has(error.api)) return later(error.message, firstPauseMs, true);
      // An error code of the platform is an answer: the message was not accepted.
      if (error.upstreamCode !== null) return later(error.message, waitMs, false);
      return { outcome: 'unknown', reason: error.message };
    default:
      return final(error.message);
  }
}

const final = (reason: string): Verdict => ({
  outcome: 'refused',
  retry: false,
  waitMs: 0,
  pause: false,
  reason,
});
const later = (reason: string, waitMs: number, pause: boolean): Verdict => ({
  outcome: 'refused',
  retry: true,
  waitMs,
  pause,
  reason,
});

/** How long the platform needs to recognise an accepted message, in milliseconds. */
export const repeatAfterMs = 60_000;
const dayMs = 24 * 60 * 60_000;
/** DingTalk's days are China's. */
const chinaOffsetMs = 8 * 60 * 60_000;
/** No message is repeated this shortly before midnight: the platform could count it for the next day. */
const beforeMidnightMs = 10 * 60_000;

const sinceMidnight = (now: number) => (now + chinaOffsetMs) % dayMs;

/**
 * Which doubtful work notifications may be sent again, because the platform would drop the second one. DINGs are never
 * repeated: neither platform recognises them.
 *
 * @returns epoch milliseconds: only attempts after this time are repeated. Infinity: none.
 */
export function repeatableSince(platform: PlatformName, now: number): number {
  // 浙政钉 recognises `bizMsgId`, however late.
  if (platform === 'zhezhengding') return 0;
  // DingTalk delivers the same content to the same person once a day.
  const passed = sinceMidnight(now);
  return passed > dayMs - beforeMidnightMs ? Number.POSITIVE_INFINITY : now - passed;
}

/** Until when an attempt at this moment may be repeated, in epoch milliseconds. */
export function repeatableUntil(platform: PlatformName, now: number): number {
  return platform === 'zhezhengding' ? Number.POSITIVE_INFINITY : now - sinceMidnight(now) + dayMs - 1;
}
