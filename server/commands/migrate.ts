import { applyMigrations } from '../database/migrations.ts';
import { type Command, program, UsageError } from './command.ts';
import { onDatabase } from './on-database.ts';

const usage = `用法：${program} db:migrate    应用 .env 里的数据库还缺的迁移`;

export const command: Command = {
  usage,
  async run(args, around) {
    if (args.length > 0) throw new UsageError('', usage);
    return onDatabase(around, async (database) => {
      const waiting = (pid: number | null) =>
        around.print(
          `正在等另一个实例做完数据库迁移（PostgreSQL 进程 ${pid ?? '未知'}）。` +
            `如果那台机器已经不在了，请在 psql 里运行 SELECT pg_terminate_backend(${pid ?? '进程号'});`,
        );
      const applied = await applyMigrations(database, { waiting });
      around.print(
        applied.length === 0 ? '数据库已是最新，没有要应用的迁移。' : `已应用：\n  ${applied.join('\n  ')}`,
      );
      return 0;
    });
  },
};
