import { seed, seededUsernames } from '../../prisma/seed.ts';
import { databaseName } from '../config/database.ts';
import { type Deployment, readDeployment } from '../config/deployment.ts';
import type { Environment } from '../config/environment.ts';
import { createPostgresDatabase, dropPostgresDatabase } from '../testing/postgres-databases.ts';
import { runCommand } from '../testing/run-command.ts';
import { type Database, openDatabase } from './database.ts';
import { type DatabaseUse, migrateOwn, refuseOthers } from './deployment.ts';

const development = readDeployment({ NODE_ENV: 'development', DINGTALK_CORP_ID: 'dingtest' });
const production = readDeployment({ NODE_ENV: 'production', DINGTALK_CORP_ID: 'dingformal' });

let url: string;
let name: string;
let database: Database;
beforeEach(async () => {
  url = await createPostgresDatabase();
  name = databaseName({ url, dataDir: '' });
  database = await openDatabase({ url, dataDir: '', poolSize: 2, timeoutMs: 10_000 });
});
afterEach(async () => {
  await database.close();
  await dropPostgresDatabase(url);
});

const use = (mine: Deployment, more: Partial<DatabaseUse> = {}): DatabaseUse => ({
  mine,
  database: name,
  ...more,
});
const asDeveloper = use.bind(null, development, { invented: seededUsernames });
const refusal = (text: RegExp) =>
  expect.objectContaining({ name: 'DatabaseOfOthers', message: expect.stringMatching(text) });
const addPerson = () => database.prisma.user.create({ data: { username: 'zhanggong', name: '张工' } });

/** All that a database holds, in a line. */
async function contents(): Promise<string> {
  const rows = await database.prisma.$queryRaw<{ name: string }[]>`
    SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`;
  const counted = rows.map(async ({ name: table }) => {
    const [row] = await database.prisma.$queryRawUnsafe<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM "${table}"`,
    );
    return `${table} ${row?.n}`;
  });
  return (await Promise.all(counted)).join(', ');
}

test('no command of development changes production’s database, and the error says what to do', async () => {
  await migrateOwn(database, use(production));
  await addPerson();
  const before = await contents();
  for (const words of [
    ['db:migrate'],
    ['admin:create', 'other', '别人'],
    ['people:unlock', 'zhanggong'],
    ['loadtest:sessions', 'zhanggong', '2'],
    ['loadtest:sessions', 'end'],
  ]) {
    const { code, output } = await runCommand(words, { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(output).toContain(`数据库 ${name} 从 `);
    expect(output).toMatch(
      /属于生产环境，这里是开发环境。什么也没有写入。\n.*DATABASE_URL.*\n.*node dist\/server\/cli\.js/,
    );
  }
  await expect(migrateOwn(database, asDeveloper())).rejects.toEqual(refusal(/属于生产环境/));
  await expect(migrateOwn(database, use(readDeployment({ NODE_ENV: 'test' })))).rejects.toEqual(
    refusal(/属于生产环境，这里是测试环境/),
  );
  expect(await contents()).toBe(before);

  const env = { DATABASE_URL: url, NODE_ENV: 'production', DINGTALK_CORP_ID: 'dingformal' };
  expect(await runCommand(['people:unlock', 'zhanggong'], env)).toMatchObject({ code: 0 });
});

describe('a database of an older version, which has no mark', () => {
  beforeEach(async () => {
    for (const statement of [
      'DROP TABLE app_deployment',
      'DROP FUNCTION date_audit_entry CASCADE',
      "DELETE FROM _prisma_migrations WHERE migration_name LIKE '%_deployment_and_audit_clock'",
    ]) {
      await database.prisma.$executeRawUnsafe(statement);
    }
    await addPerson();
  });

  test('is refused by development if it has real people, before any migration; production still accepts it', async () => {
    const before = await contents();
    await expect(migrateOwn(database, asDeveloper())).rejects.toEqual(
      refusal(/里有 1 个示例以外的人.*什么也没有写入。\n.*DATABASE_URL/),
    );
    expect(await contents()).toBe(before);
    expect(await migrateOwn(database, use(production))).toHaveLength(1);
    await expect(refuseOthers(database, use(development))).rejects.toEqual(refusal(/属于生产环境/));
  });

  test('is refused by a server that was started without NODE_ENV', async () => {
    await migrateOwn(database, use(development));
    await migrateOwn(database, use(production));
    await expect(refuseOthers(database, use(development))).rejects.toEqual(refusal(/属于生产环境/));
  });
});

test('belongs to development if development made it; production does not start on it by mistake', async () => {
  await migrateOwn(database, asDeveloper());
  await seed(database.prisma);
  await addPerson();
  expect(await migrateOwn(database, asDeveloper())).toEqual([]);
  await expect(migrateOwn(database, use(production))).rejects.toEqual(
    refusal(/属于开发环境，这里是生产环境。.*DELETE FROM app_deployment/s),
  );
  await database.prisma.$executeRaw`DELETE FROM app_deployment`;
  await migrateOwn(database, use(production));
});

describe('two platforms, or two organisations, on one database', () => {
  const others: [string, Environment, RegExp][] = [
    [
      'another platform',
      { PLATFORM: 'zhezhengding', ZHEZHENGDING_TENANT_ID: '196729' },
      /已经用于钉钉（组织 dingformal），这里配置的是浙政钉（组织 196729）/,
    ],
    ['another organisation', { DINGTALK_CORP_ID: 'dingother' }, /这里配置的是钉钉（组织 dingother）/],
  ];
  test.each(others)('%s is refused, with words', async (_what, env, text) => {
    await migrateOwn(database, use(production));
    const other = readDeployment({ NODE_ENV: 'production', ...env });
    await expect(migrateOwn(database, use(other))).rejects.toEqual(refusal(text));
    const { code, output } = await runCommand(['people:unlock', 'x'], {
      DATABASE_URL: url,
      NODE_ENV: 'production',
      ...env,
    });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(text) });
  });

  test('of two that start at once on a new database one starts', async () => {
    const other = readDeployment({ NODE_ENV: 'production', DINGTALK_CORP_ID: 'dingother' });
    const started = await Promise.allSettled(
      [production, other].map((mine) => migrateOwn(database, use(mine))),
    );
    expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
