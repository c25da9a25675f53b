import type { PlatformConfig } from '../config/platform.ts';
import { createDingTalk } from './dingtalk/driver.ts';
import type { Platform } from './platform.ts';
import { type CircuitListener, createProtection } from './protection.ts';
import { type Clock, systemClock } from './rate-limit.ts';
import type { TokenStore } from './token-store.ts';
import { createUpstream, type Upstream, type UpstreamCall } from './upstream.ts';
import { createZhezhengding } from './zhezhengding/driver.ts';

export type { PlatformConfig, ProtectionConfig } from '../config/platform.ts';
export { databaseTokenStore, memoryTokenStore, type TokenStore } from './token-store.ts';
export type { CircuitListener, UpstreamCall };

export interface PlatformDependencies {
  /** Where all instances share the app token. */
  tokenStore: TokenStore;
  /** Epoch milliseconds; the system's clock by default. */
  now?: () => number;
  /** Called after every call to the platform. */
  onCall?: (call: UpstreamCall) => void;
  /** Called when calls to a failing API are paused and when they resume: for the log and metrics. */
  onCircuit?: CircuitListener;
  /** The clock of queues and circuits; the process's monotonic clock by default. */
  clock?: Clock;
  /** The HTTP client; its own one by default. */
  upstream?: Upstream;
}

/** Creates the configured platform's driver. Makes no call by itself. */
export function createPlatform(
  config: PlatformConfig,
  { tokenStore, now = Date.now, onCall, onCircuit, clock = systemClock, ...given }: PlatformDependencies,
): Platform {
  const protection = createProtection(config, clock, onCircuit);
  const upstream = given.upstream ?? createUpstream({ timeoutMs: config.timeoutMs, onCall, protection });
  const dependencies = { upstream, tokenStore, now };
  const driver =
    config.name === 'dingtalk'
      ? createDingTalk(config, dependencies)
      : createZhezhengding(config, dependencies);
  const { circuits, close, hangUp } = upstream;
  return { ...driver, circuits, close, hangUp };
}
