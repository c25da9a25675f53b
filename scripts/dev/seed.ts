import { seed } from '../../prisma/seed.ts';
import { runOnDatabase } from '../../server/commands/on-database.ts';
import { StartFailure } from '../../server/config/start-failure.ts';

/** Prisma: there is no such table, or no such column. */
const notMigrated = new Set(['P2021', 'P2022']);

/** `npm run db:seed`: adds the development accounts and notices that the configured database lacks. */
runOnDatabase(async (database) => {
  if (process.env.NODE_ENV === 'production') {
    throw new StartFailure('db:seed 写入的是密码公开的开发账号，不能用于生产环境。');
  }
  try {
    const { users, notices } = await seed(database.prisma);
    console.log(`新增 ${users} 个开发账号、${notices} 条示例公告（已有的不改动）。`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && notMigrated.has(String(error.code)))) throw error;
    throw new StartFailure(
      '数据库里还没有表，或者缺了新的列。请先运行 npm run db:migrate，再运行 npm run db:seed。',
    );
  }
});
