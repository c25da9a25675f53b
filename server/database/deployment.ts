import { type Deployment, environmentNames } from '../config/deployment.ts';
import { StartFailure } from '../config/start-failure.ts';
import type { Connection } from './connection.ts';
import type { Database } from './database.ts';
import { applyMigrations } from './migrations.ts';

/** The database belongs to another deployment, or has real people. Nothing was written; the message says what to do. */
export class DatabaseOfOthers extends StartFailure {
  override readonly name = 'DatabaseOfOthers';
}

/** A process is about to use a database. */
export interface DatabaseUse {
  mine: Deployment;
  /** Host and name of the database, for messages. */
  database: string;
  /**
   * User names of example people, for commands of development: an unmarked database with any other person is refused.
   */
  invented?: readonly string[];
}

/** The database's mark; `platform` and `organisation` are null in development. */
interface Mark {
  environment: string;
  platform: string | null;
  organisation: string | null;
  since: Date;
}

/**
 * Refuses a database that is marked as another environment's or another organisation's, before anything is written.
 * The embedded database is one developer's own.
 *
 * @throws DatabaseOfOthers
 */
export async function refuseOthers(
  database: Pick<Database, 'kind' | 'withConnection'>,
  use: DatabaseUse,
): Promise<void> {
  if (database.kind === 'embedded') return;
  await database.withConnection((connection) => look(connection, use));
}

/**
 * Applies the migrations to this deployment's database, and marks it so that no other deployment uses it.
 *
 * @returns the names of the migrations that were applied.
 * @throws DatabaseOfOthers before anything is written; errors of {@link applyMigrations}.
 */
export async function migrateOwn(
  database: Database,
  use: DatabaseUse,
  waiting?: (pid: number | null) => void,
): Promise<string[]> {
  await refuseOthers(database, use);
  const applied = await applyMigrations(database, waiting && { waiting });
  if (database.kind === 'embedded') return applied;
  await database.withConnection(async (connection) => {
    const { environment, platform, organisation } = use.mine;
    // Only production takes over an unmarked database of an older version; another process may use it by mistake.
    await connection.query(
      `INSERT INTO app_deployment (environment, platform, organisation)
       SELECT $1, $2, $3 WHERE $1 = 'production' OR NOT EXISTS (SELECT FROM users WHERE username <> ALL ($4))
       ON CONFLICT DO NOTHING`,
      [environment, platform, organisation, use.invented ?? []],
    );
    // Another deployment may have marked a new database at the same moment.
    await look(connection, use);
  });
  return applied;
}

async function look({ query }: Pick<Connection, 'query'>, use: DatabaseUse): Promise<void> {
  const [found] = await query<{ mark: boolean; people: boolean }>(
    `SELECT to_regclass('app_deployment') IS NOT NULL AS mark, to_regclass('users') IS NOT NULL AS people`,
  );
  const [mark] = found?.mark
    ? await query<Mark>('SELECT environment, platform, organisation, since FROM app_deployment')
    : [];
  if (mark !== undefined) return compare(mark, use);
  if (use.invented === undefined || !found?.people) return;
  const [row] = await query<{ others: number }>(
    'SELECT count(*)::int AS others FROM users WHERE username <> ALL ($1)',
    [use.invented],
  );
  if (row !== undefined && row.others > 0) {
    throw new DatabaseOfOthers(
      `数据库 ${use.database} 里有 ${row.others} 个示例以外的人，又没有标明是开发用的，像是真实的数据。什么也没有写入。\n${useAnother}`,
    );
  }
}

const useAnother =
  '请在 .env 里把 DATABASE_URL 改成自己的、新建的空数据库，或者删掉它，用内置数据库。\n' +
  '压测、解锁、建管理员这类要用生产数据库的事，在生产服务器的安装目录里运行 node dist/server/cli.js。';

const platformNames = { dingtalk: '钉钉', zhezhengding: '浙政钉' } as const;

function compare(mark: Mark, { mine, database }: DatabaseUse): void {
  const nameOf = (environment: string) =>
    Object.entries(environmentNames).find(([name]) => name === environment)?.[1] ?? environment;
  if (mark.environment !== mine.environment) {
    const told =
      `数据库 ${database} 从 ${mark.since.toISOString().slice(0, 10)} 起属于${nameOf(mark.environment)}，` +
      `这里是${nameOf(mine.environment)}。什么也没有写入。\n`;
    if (mine.environment === 'production') {
      throw new DatabaseOfOthers(
        `${told}里面可能有示例人员、测试组织的人，请换一个新建的空数据库。` +
          '确认没有、就是要改为生产用的，由数据库管理员运行 DELETE FROM app_deployment; 再启动。',
      );
    }
    const here =
      mark.environment === 'production' ? '\n这台就是生产服务器的，请设置 NODE_ENV=production。' : '';
    throw new DatabaseOfOthers(`${told}${useAnother}${here}`);
  }
  const { platform, organisation } = mine;
  if (platform === null || organisation === null || mark.platform === null) return;
  if (mark.platform === platform && (mark.organisation ?? organisation) === organisation) return;
  const of = (one: string, id: string | null) =>
    `${one in platformNames ? platformNames[one as keyof typeof platformNames] : one}（组织 ${id ?? '未知'}）`;
  throw new DatabaseOfOthers(
    `数据库 ${database} 已经用于${of(mark.platform, mark.organisation)}，这里配置的是${of(platform, organisation)}。` +
      '什么也没有写入。\n两边的人不是同一批，放在一个数据库里，核对人员时会把对方的人都当作已离开。\n' +
      '请核对 PLATFORM、DINGTALK_CORP_ID、ZHEZHENGDING_TENANT_ID；另一个组织请用另一个数据库。' +
      '确实要换组织，见 scripts/docs/deploy.md 的“换组织”。',
  );
}
