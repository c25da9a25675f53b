import type { PlatformConfig, ProtectionConfig } from '../config/platform.ts';
import { type Clock, systemClock } from './clock.ts';
import { createDingTalk } from './dingtalk/dingtalk.ts';
import type { Platform, TokenStore } from './platform.ts';
import { type CircuitListener, createProtection } from './protection.ts';
import { createUpstream, type UpstreamCall } from './upstream.ts';
import { createZhezhengding } from './zhezhengding/zhezhengding.ts';

export { memoryTokenStore } from './token-store.ts';
export type { CircuitListener, PlatformConfig, ProtectionConfig, UpstreamCall };

export interface PlatformDependencies {
  /** Where all instances share the app token. */
  tokenStore: TokenStore;
  /** Epoch milliseconds; the system's clock by default. */
  now?: () => number;
  /** Told of every finished call to the platform. */
  onCall?: (call: UpstreamCall) => void;
  /** Told when calls to an API stop because it fails, and when they go on: for the log and metrics. */
  onCircuit?: CircuitListener;
  /** What queues and circuits wait by; the process's monotonic clock by default. */
  clock?: Clock;
}

/** The driver that the configuration names. Contacts nobody before the first call. */
export function createPlatform(
  config: PlatformConfig,
  { tokenStore, now = Date.now, onCall, onCircuit, clock = systemClock }: PlatformDependencies,
): Platform {
  const protection = createProtection(config, clock, onCircuit);
  const upstream = createUpstream({ timeoutMs: config.timeoutMs, onCall, protection });
  switch (config.name) {
    case 'dingtalk':
      return createDingTalk(config, { upstream, tokenStore, now });
    case 'zhezhengding':
      return createZhezhengding(config, { upstream, tokenStore, now });
  }
}
