import type { EnvironmentReader } from './environment.ts';
import type { PlatformConfig } from './platform.ts';

/** The event subscription of the DingTalk app, as its console shows it. */
export interface DingTalkCallback {
  token: string;
  /** 43 characters. */
  aesKey: string;
  /** Allowed receivers of events: the appKey (subscribed in the console) or the corpId (by API). */
  owners: readonly string[];
  corpId: string;
}

export interface EventsConfig {
  /** Null: DingTalk may send no events. */
  dingtalk: DingTalkCallback | null;
  /** Whether 浙政钉 may send events. */
  zhezhengding: boolean;
  reconcile: {
    /** Milliseconds between two scheduled re-checks of everybody; 0: none. */
    everyMs: number;
    /** People a second. */
    perSecond: number;
  };
}

const hour = 3_600_000;

/** Reads the settings of events and re-checks; complains to `reader` about wrong ones. */
export function readEvents(reader: EnvironmentReader, platform: PlatformConfig): EventsConfig {
  return {
    dingtalk: platform.name === 'dingtalk' ? readDingTalk(reader, platform) : null,
    zhezhengding:
      platform.name === 'zhezhengding' && reader.oneOf('ZHEZHENGDING_EVENTS', ['on', 'off'], 'off') === 'on',
    reconcile: {
      everyMs: reader.integer('RECONCILE_HOURS', 24, 0, 24 * 30) * hour,
      perSecond: reader.integer('RECONCILE_PER_SECOND', 10, 1, 100),
    },
  };
}

const token = { variable: 'DINGTALK_EVENT_TOKEN', example: '（开发者后台“事件订阅”里的签名 token）' };
const aesKey = {
  variable: 'DINGTALK_EVENT_AES_KEY',
  example: '（开发者后台“事件订阅”里的加密 aes_key，43 个字符）',
};

function readDingTalk(
  reader: EnvironmentReader,
  { appKey, corpId }: { appKey: string; corpId: string },
): DingTalkCallback | null {
  const values = { token: reader.optional(token.variable), aesKey: reader.optional(aesKey.variable) };
  if (values.token === null && values.aesKey === null) return null;
  // With only one of them, events would seem to be on and would always be refused.
  if (values.token === null) {
    reader.complain(token.variable, `设置了 ${aesKey.variable} 就必须一并设置`, token.example);
  }
  if (values.aesKey === null) {
    reader.complain(aesKey.variable, `设置了 ${token.variable} 就必须一并设置`, aesKey.example);
  } else if (!/^[A-Za-z0-9+/]{43}$/.test(values.aesKey)) {
    reader.complain(aesKey.variable, '应为 43 个字母或数字，不带等号', aesKey.example);
  }
  return {
    token: values.token ?? '',
    aesKey: values.aesKey ?? '',
    owners: [...new Set([appKey, corpId])],
    corpId,
  };
}
