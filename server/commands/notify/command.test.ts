import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Emulator, startEmulator } from '../../../scripts/emulator/emulator.ts';
import { openDatabase } from '../../database/database.ts';

/** The command as a person types it, on a fresh folder. */

let folder: string;
let emulator: Emulator;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'notify-'));
  emulator = await startEmulator();
});
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: unknown; output: string }> {
  const child = spawn(
    process.execPath,
    ['scripts/bootstrap.mjs', 'server/commands/notify/command.ts', ...args],
    {
      env: {
        ...process.env,
        NODE_ENV: 'development',
        DATABASE_URL: '',
        DINGTALK_APP_KEY: '',
        DATA_DIR: path.join(folder, 'database'),
        EMULATOR_PORT: String(emulator.port),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

test('sends by the emulator that runs, and starts one where none does', async () => {
  const { code, output } = await run(['--to', 'zhangsan', '--text', '你好']);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('✔ 平台已收下，发给 张三') });
  expect(emulator.control.messages()).toMatchObject([{ platform: 'dingtalk', receivers: ['270101'] }]);
  const alone = await run(['--to', 'zhangsan', '--text', '你好', '--ding'], {
    PLATFORM: 'zhezhengding',
    ZHEZHENGDING_APP_KEY: '',
    EMULATOR_PORT: '1',
  });
  expect(alone).toEqual({ code: 0, output: expect.stringContaining('临时启动平台仿真') });
  expect(alone.output).toContain('✔ 平台已收下，发给 张三');
  expect(emulator.control.messages()).toHaveLength(1);
}, 90_000);

test('lists what failed or is uncertain', async () => {
  const { code, output } = await run(['--failed']);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('没有发送失败的消息') });
}, 90_000);

test('says what is wrong, without a stack: no arguments, nobody bound, a database in use', async () => {
  const usage = await run([]);
  expect(usage).toEqual({ code: 1, output: expect.stringContaining('用法') });
  const unbound = await run(['--to', 'lisi', '--text', '你好']);
  expect(unbound).toEqual({ code: 1, output: expect.stringContaining('还没有绑定') });
  const dataDir = path.join(folder, 'database');
  const holder = await openDatabase({ url: null, dataDir, poolSize: 1, timeoutMs: 10_000 });
  try {
    const inUse = await run(['--to', 'zhangsan', '--text', '你好']);
    expect(inUse).toEqual({ code: 1, output: expect.stringContaining('DATABASE_URL') });
    for (const { output } of [usage, unbound, inUse]) expect(output).not.toMatch(/\.ts:\d|node_modules/);
  } finally {
    await holder.close();
  }
}, 90_000);
