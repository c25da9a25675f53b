import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** Ports that nothing uses now: the server's and the next one, the emulator's, the simulator's. */
async function freePorts(): Promise<{ PORT: string; EMULATOR_PORT: string; SIMULATOR_PORT: string }> {
  const held: Server[] = [];
  const hold = async (port: number) => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    held.push(server);
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  try {
    let first = 0;
    for (;;) {
      first = await hold(0);
      try {
        await hold(first + 1);
        break;
      } catch {
        // The next port is somebody's: another pair.
      }
    }
    return {
      PORT: String(first),
      EMULATOR_PORT: String(await hold(0)),
      SIMULATOR_PORT: String(await hold(0)),
    };
  } finally {
    await Promise.all(held.map((server) => once(server.close(), 'close')));
  }
}

interface Run {
  child: ChildProcess;
  output(): string;
  /** Resolves when the output holds `text`; rejects when the process ends before. */
  says(text: string): Promise<void>;
  exitCode: Promise<number | null>;
}

const running = new Set<ChildProcess>();

function run(env: Record<string, string>): Run {
  const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'scripts/dev/main.ts'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const check of waiting) check();
    });
  }
  const exitCode = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return {
    child,
    output: () => output,
    exitCode,
    says: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!output.includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        void exitCode.then((code) => reject(new Error(`ended with ${code}, said:\n${output}`)));
        check();
      }),
  };
}

describe('npm run dev', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dev-'));
    // No credentials, no database server: what a fresh clone has.
    env = {
      ...(await freePorts()),
      DATA_DIR: path.join(folder, 'database'),
      NODE_ENV: 'development',
      DATABASE_URL: '',
      DINGTALK_APP_KEY: '',
      PLATFORM: '',
      FORCE_COLOR: '0',
    };
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  test('starts everything, restarts the server on a change, and ends every child', async () => {
    const dev = run(env);
    await dev.says('启动完成');
    for (const shown of ['张三', 'dev-pass-2026', `http://127.0.0.1:${env.SIMULATOR_PORT}`, '/docs']) {
      expect(dev.output()).toContain(shown);
    }
    const servers = [Number(env.PORT), Number(env.PORT) + 1].map((port) => `http://127.0.0.1:${port}`);
    for (const server of servers) expect((await fetch(`${server}/readyz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${env.SIMULATOR_PORT}/`)).status).toBe(200);

    await utimes('server/contract.ts', new Date(), new Date());
    await dev.says('服务已重启');
    for (const server of servers) expect((await fetch(`${server}/readyz`)).status).toBe(200);

    dev.child.kill('SIGTERM');
    expect(await dev.exitCode).toBe(0);
    for (const port of [env.PORT, String(Number(env.PORT) + 1), env.EMULATOR_PORT, env.SIMULATOR_PORT]) {
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    }
  }, 90_000);

  test.each(['PORT', 'EMULATOR_PORT', 'SIMULATOR_PORT'])(
    '%s in use: says so, without a stack trace',
    async (name) => {
      const port = Number(env[name]);
      const taken = createServer().listen(port, '127.0.0.1');
      await once(taken, 'listening');
      const dev = run(env);
      expect(await dev.exitCode).toBe(1);
      expect(dev.output()).toContain(`端口 ${port} 已被占用`);
      expect(dev.output()).not.toMatch(/^\s+at /m);
      await once(taken.close(), 'close');
    },
    60_000,
  );

  test('a wrong port is named, with an example', async () => {
    const dev = run({ ...env, PORT: '70000' });
    expect(await dev.exitCode).toBe(1);
    expect(dev.output()).toContain('PORT：应为 1 到 65534 之间的整数');
    expect(dev.output()).toContain('PORT=3000');
  }, 30_000);
});
