import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runScript } from '../../../server/testing/run-script.ts';

/** `npm run cli db:…` as people run them, one after the other on a database that begins with nothing. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'db-commands-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (command: string, env: Record<string, string> = {}) =>
  runScript('scripts/dev/cli.ts', [`db:${command}`], {
    env: { DATABASE_URL: '', DATA_DIR: path.join(folder, 'database'), NODE_ENV: 'development', ...env },
  });

test('db:seed before db:migrate says what comes first', async () => {
  const { code, output } = await run('seed');
  expect(code).toBe(1);
  expect(output).toMatch(
    /^数据库：内置（.*）\n数据库里还没有表.*npm run cli db:migrate.*npm run cli db:seed。\n$/,
  );
}, 60_000);

test('db:migrate and db:seed do their work once', async () => {
  expect(await run('migrate')).toEqual({
    code: 0,
    output: expect.stringMatching(/\n已应用：\n {2}\d{14}_init\n/),
  });
  expect((await run('migrate')).output).toContain('\n数据库已是最新，没有要应用的迁移。\n');
  expect((await run('seed')).output).toMatch(/\n新增 [1-9]\d* 个开发账号、[1-9]\d* 条示例数据/);
  expect((await run('seed')).output).toMatch(/\n新增 0 个开发账号、0 条示例数据/);
}, 120_000);

test('a PostgreSQL that does not answer is named as the cause', async () => {
  const url = 'postgresql://app:word@127.0.0.1:1/app';
  const { code, output } = await run('migrate', { DATABASE_URL: url });
  expect(code).toBe(1);
  expect(output).toMatch(/^数据库：127\.0\.0\.1:1\/app\n连不上数据库。请检查 DATABASE_URL/);
  expect(output).not.toMatch(/^\s+at /m);
}, 60_000);

test('db:diff without a name asks for one, with an example', async () => {
  const { code, output } = await run('diff');
  expect(code).toBe(1);
  expect(output).toContain('npm run cli db:diff add_user_title');
}, 60_000);
