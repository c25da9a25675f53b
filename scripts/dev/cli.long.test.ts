import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { seed } from '../../prisma/seed.ts';
import { openDatabase } from '../../server/database/database.ts';
import { applyMigrations } from '../../server/database/migrations.ts';
import { runScript } from '../../server/testing/run-script.ts';
import { type Emulator, startEmulator } from '../emulator/emulator.ts';

/** `npm run cli` as a person types it, each time a process of its own, on a database of its own. */

let folder: string;
let emulator: Emulator;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'notify-'));
  emulator = await startEmulator();
  const database = await open();
  await applyMigrations(database);
  await seed(database.prisma);
  await database.close();
});
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

const open = () =>
  openDatabase({ url: null, dataDir: path.join(folder, 'database'), poolSize: 1, timeoutMs: 10_000 });

const run = (words: string[], env: Record<string, string> = {}) =>
  runScript('scripts/dev/cli.ts', words, {
    env: {
      NODE_ENV: 'development',
      DATABASE_URL: '',
      DINGTALK_APP_KEY: '',
      DATA_DIR: path.join(folder, 'database'),
      EMULATOR_PORT: String(emulator.port),
      ...env,
    },
  });
const notify = (words: string[], env: Record<string, string> = {}) => run(['notify', ...words], env);

test('npm run cli without a word lists all commands, a line each', async () => {
  const { code, output } = await run([]);
  expect(code).toBe(0);
  expect(output).toContain('用法：npm run cli 命令');
  for (const name of ['people:unlock', 'db:migrate', 'db:seed']) {
    expect(output).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
  }
}, 60_000);

test('npm run cli sends through the running emulator, and starts one where none runs', async () => {
  const { code, output } = await notify(['--to', 'zhangsan', '--text', '你好']);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('✔ 平台已收下，发给 张三') });
  expect(emulator.control.messages()).toMatchObject([{ platform: 'dingtalk', receivers: ['270101'] }]);
  const alone = await notify(['--to', 'zhangsan', '--text', '你好', '--ding'], {
    PLATFORM: 'zhezhengding',
    ZHEZHENGDING_APP_KEY: '',
    EMULATOR_PORT: '1',
  });
  expect(alone).toEqual({ code: 0, output: expect.stringContaining('临时启动平台仿真') });
  expect(alone.output).toContain('✔ 平台已收下，发给 张三');
  expect(emulator.control.messages()).toHaveLength(1);
}, 90_000);

test('the certificate of listing.yaml’s domain is inspected where .env names no address', async () => {
  await writeFile(path.join(folder, 'listing.yaml'), 'domain:\n  name: other.hangzhou-dept.cn\n');
  const { code, output } = await runScript('scripts/dev/cli.ts', ['cert', '--connect', '127.0.0.1:1'], {
    cwd: folder,
    env: { PUBLIC_ORIGIN: '' },
  });
  expect(code).toBe(1);
  expect(output).toContain('1 端口没有服务在监听');
}, 60_000);

test('npm run cli lists messages that failed or are uncertain', async () => {
  const { code, output } = await notify(['--failed']);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('没有发送失败的消息') });
}, 90_000);

test('npm run cli names a mistake without a stack: no arguments, nobody bound, a database in use', async () => {
  const usage = await notify([]);
  expect(usage).toEqual({ code: 1, output: expect.stringContaining('用法') });
  const unbound = await notify(['--to', 'lisi', '--text', '你好']);
  expect(unbound).toEqual({ code: 1, output: expect.stringContaining('还没有绑定') });
  const holder = await open();
  try {
    const inUse = await notify(['--to', 'zhangsan', '--text', '你好']);
    expect(inUse).toEqual({ code: 1, output: expect.stringContaining('DATABASE_URL') });
    for (const { output } of [usage, unbound, inUse]) expect(output).not.toMatch(/\.ts:\d|node_modules/);
  } finally {
    await holder.close();
  }
}, 90_000);
