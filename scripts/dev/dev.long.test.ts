import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { openDatabase } from '../../server/database/database.ts';
import { until } from '../../server/testing/client.ts';
import { prepareDev } from './testing/run-dev.ts';

const subject = prepareDev();

test('all ports in use are named at once with their variables, and nothing is started', async () => {
  const { PORT = '', EMULATOR_PORT = '', SIMULATOR_PORT = '' } = subject.env;
  const variables = new Map([
    [PORT, 'PORT，服务'],
    [String(Number(PORT) + 1), 'PORT 的下一个，浙政钉服务'],
    [EMULATOR_PORT, 'EMULATOR_PORT，平台仿真'],
    [SIMULATOR_PORT, 'SIMULATOR_PORT，模拟器'],
    [String(Number(SIMULATOR_PORT) + 1), 'SIMULATOR_PORT 的下一个，管理后台的页面'],
  ]);
  const taken = [...variables.keys()].map((port) => createServer().listen(Number(port), '127.0.0.1'));
  await Promise.all(taken.map((server) => once(server, 'listening')));
  const dataDir = path.join(subject.folder, 'not-made', 'database');
  const run = subject.run({ DATA_DIR: dataDir });
  expect(await run.exitCode).toBe(1);
  for (const [port, variable] of variables) {
    expect(run.output()).toContain(`端口 ${port} 已被占用（${variable}）`);
  }
  expect(run.output()).not.toMatch(/^\s+at /m);
  expect(existsSync(path.dirname(dataDir))).toBe(false);
  await Promise.all(taken.map((server) => once(server.close(), 'close')));
}, 60_000);

test('npm run dev ended during its start leaves no process behind', async () => {
  const dataDir = path.join(subject.folder, 'early', 'database');
  const run = subject.run({ DATA_DIR: dataDir });
  await until(() => existsSync(`${dataDir}.lock`), 90_000, 'the server process has begun');
  run.stop();
  expect(await run.exitCode).toBe(0);
  await run.outputEnded;
  expect(run.output()).not.toMatch(/ERR_|^\s+at /m);
}, 120_000);

test('with a platform of one’s own, no account with a known password stands beside real people', async () => {
  const dataDir = path.join(subject.folder, 'own', 'database');
  const run = subject.run({
    DATA_DIR: dataDir,
    DINGTALK_APP_KEY: 'dingabcdef',
    DINGTALK_APP_SECRET: 'a-secret-of-the-real-app',
    DINGTALK_CORP_ID: 'ding0123456789',
  });
  await run.says('启动完成');
  run.stop();
  expect(await run.exitCode).toBe(0);
  const database = await openDatabase({ url: null, dataDir, poolSize: 1, timeoutMs: 10_000 });
  expect(await database.prisma.user.count()).toBe(0);
  await database.close();
}, 180_000);
