import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { databaseName } from '../../server/config/database.ts';
import { freePorts } from '../../server/testing/ports.ts';
import { createEmptyDatabase, dropPostgresDatabase } from '../../server/testing/postgres-databases.ts';
import { runScript } from '../../server/testing/run-script.ts';

/** A `.env` with production's `DATABASE_URL`, and what is run with it on a developer's machine. */

const platform = {
  DINGTALK_APP_KEY: 'dingabcdef',
  DINGTALK_APP_SECRET: 'a-secret-of-the-real-app',
  DINGTALK_CORP_ID: 'ding0123456789',
};
let url: string;
let folder: string;
let production: Record<string, string>;
let development: Record<string, string>;
beforeAll(async () => {
  url = await createEmptyDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), 'production-'));
  production = {
    ...platform,
    NODE_ENV: 'production',
    SECRET_KEY: 'pQ7x0bJm2vK9sW4yT6uR1zE8aL3dF5gH',
    DATABASE_URL: url,
  };
  const [port = 0, , emulator, simulator] = await freePorts(5);
  development = {
    NODE_ENV: '',
    DATABASE_URL: url,
    DINGTALK_APP_KEY: '',
    DATA_DIR: path.join(folder, 'database'),
    PORT: String(port),
    EMULATOR_PORT: String(emulator),
    SIMULATOR_PORT: String(simulator),
  };
  const migrated = await runScript('server/cli.ts', ['db:migrate'], { env: production });
  expect(migrated).toMatchObject({ code: 0 });
  const made = await runScript('server/cli.ts', ['admin:create', 'zhanggong', '张工'], { env: production });
  expect(made).toMatchObject({ code: 0 });
}, 120_000);
afterAll(async () => {
  await dropPostgresDatabase(url);
  await rm(folder, { recursive: true, force: true });
});

async function people(): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ username: string }>('SELECT username FROM users ORDER BY 1');
  await client.end();
  return rows.map(({ username }) => username);
}

test.each<[string, string, string[], Record<string, string>]>([
  ['npm run dev', 'scripts/dev/main.ts', [], {}],
  ['npm run dev with a platform of its own', 'scripts/dev/main.ts', [], platform],
  ['npm run add', 'scripts/add/main.ts', ['人员', 'people'], {}],
  ['npm run cli db:seed', 'scripts/dev/cli.ts', ['db:seed'], {}],
  ['npm run cli db:migrate', 'scripts/dev/cli.ts', ['db:migrate'], {}],
  ['npm run cli people:reconcile', 'scripts/dev/cli.ts', ['people:reconcile'], platform],
  ['a server without NODE_ENV', 'server/main.ts', [], platform],
])(
  '%s starts nothing and writes nothing',
  async (_what, script, words, env) => {
    const { code, output } = await runScript(script, words, { env: { ...development, ...env } });
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringContaining(`数据库 ${databaseName({ url, dataDir: '' })} 从 `),
    });
    expect(output).toContain('什么也没有写入');
    expect(output).not.toMatch(/^\s+at /m);
    expect(await people()).toEqual(['zhanggong']);
  },
  120_000,
);

test.each([
  ['npm run dev', 'scripts/dev/main.ts', []],
  ['npm run cli db:migrate', 'scripts/dev/cli.ts', ['db:migrate']],
])(
  '%s with the whole .env of production does nothing',
  async (_what, script, words) => {
    const { code, output } = await runScript(script, words, { env: production });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('NODE_ENV 是 production') });
  },
  60_000,
);

test('tests and measurements make no databases beside one of production', async () => {
  const { code, output } = await runScript('scripts/bench/main.ts', ['import'], {
    env: { TEST_POSTGRES_URL: url },
  });
  expect({ code, output }).toEqual({
    code: 1,
    output: expect.stringContaining('（TEST_POSTGRES_URL） 从 '),
  });
  expect(await people()).toEqual(['zhanggong']);
}, 120_000);

test('a server of another platform does not start on it', async () => {
  const env = {
    ...production,
    PLATFORM: 'zhezhengding',
    ZHEZHENGDING_APP_KEY: 'myapp-real',
    ZHEZHENGDING_APP_SECRET: 'a-secret-of-the-real-app',
    ZHEZHENGDING_TENANT_ID: '196729',
    ZHEZHENGDING_BASE_URL: 'https://openplatform-pro.ding.zj.gov.cn',
    PORT: development.PORT ?? '',
  };
  const { code, output } = await runScript('server/main.ts', [], { env });
  expect({ code, output }).toEqual({
    code: 1,
    output: expect.stringContaining('已经用于钉钉（组织 ding0123456789）'),
  });
}, 60_000);
