import { applyMigrations } from '../../server/database/migrations.ts';
import { runOnDatabase } from './open.ts';

/** `npm run db:migrate`: applies the migrations that the configured database lacks. */
runOnDatabase(async (database) => {
  const applied = await database.withSchemaAdapter((adapter) => applyMigrations(adapter));
  console.log(
    applied.length === 0 ? '数据库已是最新，没有要应用的迁移。' : `已应用：\n  ${applied.join('\n  ')}`,
  );
});
