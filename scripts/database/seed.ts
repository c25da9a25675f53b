import { seed } from '../../prisma/seed.ts';
import { runOnDatabase } from './open.ts';

/** `npm run db:seed`: adds the development accounts and notices that the configured database lacks. */
runOnDatabase(async (database) => {
  if (process.env.NODE_ENV === 'production') {
    throw new Error('db:seed 写入的是密码公开的开发账号，不能用于生产环境。');
  }
  const { users, notices } = await seed(database.prisma);
  console.log(`新增 ${users} 个开发账号、${notices} 条示例公告（已有的不改动）。`);
});
