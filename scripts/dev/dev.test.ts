import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { openDatabase } from '../../server/database/database.ts';
import { until } from '../../server/testing/client.ts';
import { freePorts } from '../../server/testing/ports.ts';
import { copyProject, type ProjectCopy } from '../../server/testing/project-copy.ts';

/**
 * On a copy of the project, where the tests change sources. Windows has no signals between processes: there `dev` is a
 * child with a channel, and the end of that ends it.
 */
const signals = process.platform !== 'win32';
const command = signals ? ['scripts/bootstrap.mjs'] : ['--import', 'tsx'];

interface Run {
  output(): string;
  /** Resolves when the output holds `text`; rejects when the process ends before. */
  says(text: string): Promise<void>;
  exitCode: Promise<number | null>;
  /** Resolves when the last process that writes to its output has ended. */
  outputEnded: Promise<unknown>;
  stop(): void;
}

const running = new Set<Run>();
let project: ProjectCopy;
const at = (...names: string[]) => path.join(project.root, ...names);

function run(env: Record<string, string>): Run {
  const child = spawn(process.execPath, [...command, 'scripts/dev/main.ts'], {
    cwd: project.root,
    env: { ...process.env, ...env },
    stdio: signals ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const check of waiting) check();
    });
  }
  const exitCode = once(child, 'exit').then(([code]) => {
    running.delete(dev);
    return code as number | null;
  });
  const dev: Run = {
    output: () => output,
    exitCode,
    outputEnded: once(child, 'close'),
    stop: () => (signals ? child.kill('SIGTERM') : child.disconnect()),
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
  running.add(dev);
  return dev;
}

async function migrationsIn(dataDir: string): Promise<string[]> {
  const database = await openDatabase({ url: null, dataDir, poolSize: 1, timeoutMs: 10_000 });
  try {
    const rows = await database.prisma.$queryRaw<
      { migration_name: string }[]
    >`SELECT migration_name FROM _prisma_migrations`;
    return rows.map((row) => row.migration_name);
  } finally {
    await database.close();
  }
}

describe('npm run dev', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dev-'));
    project = await copyProject();
    const [first, , emulator, simulator] = await freePorts(4);
    // No credentials, no database server: what a fresh clone has.
    env = {
      PORT: String(first),
      EMULATOR_PORT: String(emulator),
      SIMULATOR_PORT: String(simulator),
      DATA_DIR: path.join(folder, 'database'),
      NODE_ENV: 'development',
      // A busy test machine is not what the tests are about.
      MAX_EVENT_LOOP_DELAY_MS: '0',
      DATABASE_URL: '',
      DINGTALK_APP_KEY: '',
      PLATFORM: '',
      FORCE_COLOR: '0',
    };
  });
  afterEach(async () => {
    for (const dev of running) {
      dev.stop();
      await dev.exitCode;
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await project?.remove();
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

    // With data of its own it leaves alone what the IDE opens at the root.
    expect(dev.output()).toContain(path.join(folder, 'mini-project'));
    const config = path.join(folder, 'mini-project', 'dist', 'mini', 'config', 'current.js');
    expect(await readFile(config, 'utf8')).toContain(`http://127.0.0.1:${env.PORT}`);
    expect(existsSync(path.join(folder, 'mini-project', 'mini.project.json'))).toBe(true);
    expect(existsSync(at('dist', 'mini'))).toBe(false);

    // A new migration is for a person to read; the restart that follows does not apply it either.
    const migration = '29990101000000_add_colour';
    await mkdir(at('prisma', 'migrations', migration));
    await writeFile(
      at('prisma', 'migrations', migration, 'migration.sql'),
      'ALTER TABLE notices ADD COLUMN colour TEXT;',
    );
    await dev.says(`有新的迁移 ${migration}，正在运行的服务不会应用它`);
    await utimes(at('server', 'contract', 'contract.ts'), new Date(), new Date());
    await dev.says('服务已重启');
    for (const server of servers) expect((await fetch(`${server}/readyz`)).status).toBe(200);

    dev.stop();
    expect(await dev.exitCode).toBe(0);
    for (const port of [env.PORT, String(Number(env.PORT) + 1), env.EMULATOR_PORT, env.SIMULATOR_PORT]) {
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
    }
    expect(await migrationsIn(path.join(folder, 'database'))).not.toContain(migration);
  }, 180_000);

  test('ports in use: all are told at once, each with its variable, and nothing is started', async () => {
    const { PORT = '', EMULATOR_PORT = '', SIMULATOR_PORT = '' } = env;
    const variables = new Map([
      [PORT, 'PORT，服务'],
      [String(Number(PORT) + 1), 'PORT 的下一个，浙政钉服务'],
      [EMULATOR_PORT, 'EMULATOR_PORT，平台仿真'],
      [SIMULATOR_PORT, 'SIMULATOR_PORT，模拟器'],
    ]);
    const taken = [...variables.keys()].map((port) => createServer().listen(Number(port), '127.0.0.1'));
    await Promise.all(taken.map((server) => once(server, 'listening')));
    const dataDir = path.join(folder, 'not-made', 'database');
    const dev = run({ ...env, DATA_DIR: dataDir });
    expect(await dev.exitCode).toBe(1);
    for (const [port, variable] of variables) {
      expect(dev.output()).toContain(`端口 ${port} 已被占用（${variable}）`);
    }
    expect(dev.output()).not.toMatch(/^\s+at /m);
    expect(existsSync(path.dirname(dataDir))).toBe(false);
    await Promise.all(taken.map((server) => once(server.close(), 'close')));
  }, 60_000);

  test('ended while the server is still starting, it leaves nothing that runs on', async () => {
    const dataDir = path.join(folder, 'early', 'database');
    const dev = run({ ...env, DATA_DIR: dataDir });
    await until(() => existsSync(`${dataDir}.lock`), 90_000, 'the server process has begun');
    dev.stop();
    expect(await dev.exitCode).toBe(0);
    await dev.outputEnded;
    expect(dev.output()).not.toMatch(/ERR_|^\s+at /m);
  }, 120_000);

  test('a wrong port is named, with an example', async () => {
    const dev = run({ ...env, PORT: '70000' });
    expect(await dev.exitCode).toBe(1);
    expect(dev.output()).toContain('PORT：应为 1 到 65534 之间的整数');
    expect(dev.output()).toContain('PORT=3000');
  }, 30_000);
});
