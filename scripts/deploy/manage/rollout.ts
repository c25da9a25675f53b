import { setTimeout as delay } from 'node:timers/promises';
import { StartFailure } from '../../../server/config/start-failure.ts';
import type { Services } from './services.ts';

export interface RolloutOptions {
  services: Services;
  /** Where an instance answers, without a trailing slash. */
  addressOf: (port: number) => string;
  tell: (line: string) => void;
  /** How long an instance may take to be ready, in milliseconds. */
  readyWithinMs?: number;
  /**
   * Milliseconds to wait after an instance is ready: a gateway that took the instance for dead looks again only after
   * `fail_timeout`. Also after the last one, since the next instance may stand on another machine.
   */
  settleMs: number;
}

/** An instance does not come up; those after it have not been restarted. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
  readonly port: number;
  /** Every instance that has been restarted, this one among them. */
  readonly restarted: readonly number[];
  constructor(port: number, restarted: readonly number[], reason: string) {
    super(`实例 ${port} 重启后没有就绪：${reason}`);
    this.port = port;
    this.restarted = restarted;
  }
}

/**
 * Restarts the instances one after the other, each only when the one before answers again. At the end the gateway uses
 * all of them, and the next machine may follow.
 *
 * @throws NotReady, or StartFailure; later instances still run as before.
 */
export async function restartOneByOne(options: RolloutOptions): Promise<void> {
  const { services, addressOf, tell, settleMs } = options;
  const ports = services.ports();
  if (ports.length === 0) {
    throw new StartFailure(
      '这台机器上没有登记任何实例。先按 scripts/docs/deploy.md 启用：systemctl enable --now 名称@端口',
    );
  }
  for (const [at, port] of ports.entries()) {
    tell(`正在重启实例 ${port}（${at + 1}/${ports.length}）……`);
    services.restart(port);
    const { tookMs, problem } = await ready(`${addressOf(port)}/readyz`, options.readyWithinMs ?? 60_000);
    if (problem !== null) throw new NotReady(port, ports.slice(0, at + 1), problem);
    tell(`  已就绪，用了 ${(tookMs / 1000).toFixed(1)} 秒。`);
    tell(`  等 ${Math.ceil(settleMs / 1000)} 秒，让网关重新用上它。`);
    await delay(settleMs);
  }
}

/** Asks again and again until the instance can take requests, or the time is over. */
async function ready(url: string, withinMs: number): Promise<{ tookMs: number; problem: string | null }> {
  const from = performance.now();
  for (;;) {
    const problem = await whyNotReady(url);
    const tookMs = performance.now() - from;
    if (problem === null || tookMs > withinMs) return { tookMs, problem };
    await delay(200);
  }
}

/** Null when the instance can take requests. */
export async function whyNotReady(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.status === 200 ? null : `${url} 答 ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return `${url} 连不上（${cause instanceof Error ? cause.message : String(error)}）`;
  }
}
