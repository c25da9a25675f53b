import { migrationDatabaseUrl } from '../config/database.ts';
import { migrateOwn } from '../database/deployment.ts';
import { grantTo } from '../database/grants.ts';
import { type Command, program, UsageError } from './command.ts';
import { onDatabase } from './on-database.ts';

const usage = [
  `用法：${program} db:migrate    应用 .env 里的数据库还缺的迁移`,
  '环境变量 MIGRATION_DATABASE_URL 里有表的属主账号时，用它应用，再给 DATABASE_URL 的账号授权，见 scripts/docs/deploy.md。',
].join('\n');

export const command: Command = {
  usage,
  async run(args, around) {
    if (args.length > 0) throw new UsageError('', usage);
    const { env, print } = around;
    const owner = migrationDatabaseUrl(env);
    const asOwner = owner === null ? around : { ...around, env: { ...env, DATABASE_URL: owner } };
    return onDatabase(asOwner, async (database, use) => {
      const waiting = (pid: number | null) =>
        print(
          `正在等另一个实例做完数据库迁移（PostgreSQL 进程 ${pid ?? '未知'}）。` +
            `如果那台机器已经不在了，请在 psql 里运行 SELECT pg_terminate_backend(${pid ?? '进程号'});`,
        );
      const applied = await migrateOwn(database, use, waiting);
      print(
        applied.length === 0 ? '数据库已是最新，没有要应用的迁移。' : `已应用：\n  ${applied.join('\n  ')}`,
      );
      const account = owner === null ? null : accountOf(env.DATABASE_URL);
      if (account !== null && account !== accountOf(owner)) {
        await grantTo(database, account);
        print(`已给应用的账号 ${account} 授权：能读写数据，不能改表，也关不掉审计日志的保护。`);
      }
      return 0;
    });
  },
};

const accountOf = (url: string | null | undefined): string | null =>
  url && URL.canParse(url) ? decodeURIComponent(new URL(url).username) || null : null;
