import { createDingTalk, type DingTalkConfig } from './dingtalk.ts';
import type { Platform, TokenStore } from './platform.ts';
import { createUpstream, type UpstreamCall } from './upstream.ts';
import { createZhezhengding, type ZhezhengdingConfig } from './zhezhengding.ts';

export { memoryTokenStore } from './token-store.ts';
export type { DingTalkConfig, UpstreamCall, ZhezhengdingConfig };

export type PlatformConfig = DingTalkConfig | ZhezhengdingConfig;

export interface PlatformDependencies {
  /** Where all instances share the app token. */
  tokenStore: TokenStore;
  /** Epoch milliseconds; the system's clock by default. */
  now?: () => number;
  /** Told of every finished call to the platform. */
  onCall?: (call: UpstreamCall) => void;
}

/** The driver that the configuration names. Contacts nobody before the first call. */
export function createPlatform(
  config: PlatformConfig,
  { tokenStore, now = Date.now, onCall }: PlatformDependencies,
): Platform {
  const upstream = createUpstream({ timeoutMs: config.timeoutMs, onCall });
  switch (config.name) {
    case 'dingtalk':
      return createDingTalk(config, { upstream, tokenStore, now });
    case 'zhezhengding':
      return createZhezhengding(config, { upstream, tokenStore, now });
  }
}
