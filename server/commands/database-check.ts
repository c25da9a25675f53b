import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { loadDatabaseConfig } from '../config/database.ts';
import { StartFailure } from '../config/start-failure.ts';
import { type Command, program, type Surroundings, UsageError } from './command.ts';
import { features } from './database-features.ts';
import { onDatabase } from './on-database.ts';

const usage = `用法：${program} db:check    在 .env 的 DATABASE_URL 上逐项试用；只在自己建的 schema 里做，做完删除`;

/**
 * Tries out on the configured database whatever the server uses of PostgreSQL. It works in a schema of its own, which
 * it drops, and touches nothing else.
 */
export const command: Command = {
  usage,
  async run(args, around) {
    if (args.length > 0) throw new UsageError('', usage);
    const { url, timeoutMs } = loadDatabaseConfig(around.env);
    if (url === null) throw new StartFailure('没有设置 DATABASE_URL。请在 .env 里填要检查的数据库地址。');
    return onDatabase(around, () => checkDatabase(url, timeoutMs, around));
  },
};

async function checkDatabase(url: string, timeoutMs: number, { print }: Surroundings): Promise<number> {
  const connect = async () => {
    // The limits that the server's own connections have.
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: timeoutMs,
      statement_timeout: timeoutMs,
      idle_in_transaction_session_timeout: 30_000,
      application_name: 'miniapp-check',
    });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const client = await connect();
  const other = await connect();
  const schema = `app_check_${randomBytes(6).toString('hex')}`;
  let failed = 0;
  try {
    const { rows } = await client.query<{ version: string }>('SELECT version()');
    print(rows[0]?.version ?? '');
    await client.query(`CREATE SCHEMA ${schema}`).catch((error: unknown) => {
      throw new StartFailure(
        `不能在这个库里建 schema（${messageOf(error)}）。请用能建表的账号，或请数据库管理员授权：GRANT CREATE ON DATABASE 库名 TO 账号`,
      );
    });
    for (const feature of features) {
      const problem = await feature.attempt(client, schema, other).then(
        () => null,
        (error: unknown) => messageOf(error),
      );
      if (problem === null) {
        print(`✓ ${feature.name}`);
        continue;
      }
      failed += 1;
      print(`✗ ${feature.name}\n    用在：${feature.use}\n    数据库说：${problem}`);
    }
  } finally {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`).catch(() => {});
    await Promise.all([client.end(), other.end()]);
  }
  print(
    failed === 0
      ? `这个数据库具备应用要用的全部功能。接着在测试库上运行 ${program} db:migrate，再跑一遍自动测试（TEST_POSTGRES_URL）。`
      : `有 ${failed} 项不行，应用在这个数据库上不能正常工作。请对照 scripts/docs/deploy.md，或换 PostgreSQL。`,
  );
  return failed === 0 ? 0 : 1;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
