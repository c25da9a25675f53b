import { applyMigrations } from '../database/migrations.ts';
import { runOnDatabase } from './on-database.ts';

/** `npm run db:migrate`: applies the migrations that the configured database lacks. */
runOnDatabase(async (database) => {
  const waiting = (pid: number | null) =>
    console.log(
      `正在等另一个实例做完数据库迁移（PostgreSQL 进程 ${pid ?? '未知'}）。` +
        `如果那台机器已经不在了，请在 psql 里运行 SELECT pg_terminate_backend(${pid ?? '进程号'});`,
    );
  const applied = await database.withSchemaAdapter((adapter) => applyMigrations(adapter, { waiting }));
  console.log(
    applied.length === 0 ? '数据库已是最新，没有要应用的迁移。' : `已应用：\n  ${applied.join('\n  ')}`,
  );
});
