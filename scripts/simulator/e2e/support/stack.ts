import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../../server/testing/browser.ts';
import { startChild } from '../../../../server/testing/child.ts';
import { freePorts } from '../../../../server/testing/ports.ts';

export interface Stack {
  /** Address of the simulator's page. */
  url: string;
  /** Address of the server, which talks to the emulator's DingTalk. */
  server: string;
  emulator: string;
  output(): string;
  close(): Promise<void>;
}

/**
 * What `npm run dev` starts, on free ports and with a database of its own.
 *
 * @param env settings over the defaults, e.g. `{ PLATFORM_CALLS_PER_SECOND: '1' }`.
 */
export async function startStack(env: Record<string, string> = {}): Promise<Stack> {
  const folder = await mkdtemp(path.join(tmpdir(), 'simulator-e2e-'));
  // 浙政钉's server takes the port after DingTalk's.
  const [server = 0, , emulator = 0, simulator = 0] = await freePorts(5);
  const child = await startChild<{ kind: 'ready'; simulator: string }>('scripts/dev/main.ts', {
    env: {
      PORT: String(server),
      EMULATOR_PORT: String(emulator),
      SIMULATOR_PORT: String(simulator),
      DATA_DIR: path.join(folder, 'database'),
      // What a developer has in `.env` or in the shell must not send the stack to a real platform or database.
      SKIP_ENV_FILE: '1',
      PLATFORM: 'dingtalk',
      DINGTALK_APP_KEY: '',
      DATABASE_URL: '',
      ...env,
    },
  });
  return {
    url: child.ready.simulator,
    server: `http://127.0.0.1:${server}`,
    emulator: `http://127.0.0.1:${emulator}`,
    output: child.output,
    async close() {
      await child.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Tests in a browser; left out where there is none. */
export const inBrowser = process.env.E2E_WITHOUT_BROWSER ? describe.skip : describe;

/** A stack and a browser for all tests of a `describe`. @param env see {@link startStack} */
export function useStack(env: Record<string, string> = {}): {
  readonly stack: Stack;
  readonly browser: Browser;
} {
  const used: { stack?: Stack; browser?: Browser } = {};
  beforeAll(async () => {
    used.stack = await startStack(env);
    used.browser = await launchBrowser();
  }, 180_000);
  afterAll(async () => {
    await used.browser?.close();
    await used.stack?.close();
  }, 60_000);
  return used as Required<typeof used>;
}
