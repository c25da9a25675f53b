import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild } from './child.ts';

export interface Stack {
  /** Address of the simulator's page. */
  url: string;
  output(): string;
  close(): Promise<void>;
}

/** What `npm run dev` starts, on free ports and with a database of its own. */
export async function startStack(): Promise<Stack> {
  const folder = await mkdtemp(path.join(tmpdir(), 'simulator-e2e-'));
  const [server = 0, , emulator = 0, simulator = 0] = await freePorts(4);
  const child = await startChild<{ kind: 'ready'; simulator: string }>('scripts/dev/main.ts', {
    env: {
      PORT: String(server),
      EMULATOR_PORT: String(emulator),
      SIMULATOR_PORT: String(simulator),
      DATA_DIR: path.join(folder, 'database'),
      // A developer's own `.env` must not send the tests to a real platform or database.
      PLATFORM: 'dingtalk',
      DINGTALK_APP_KEY: '',
      DATABASE_URL: '',
      BINDING: 'on',
      MATCH_BY_MOBILE: 'off',
    },
  });
  return {
    url: child.ready.simulator,
    output: child.output,
    async close() {
      await child.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Ports in a row that nobody uses: 浙政钉's server takes the one after DingTalk's. */
async function freePorts(count: number): Promise<number[]> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 20_000);
    const ports = Array.from({ length: count }, (_item, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return ports;
  }
  throw new Error('没有找到连续的空闲端口');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
