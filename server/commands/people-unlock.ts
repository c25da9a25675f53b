import { unlock } from '../auth/lockout.ts';
import { StartFailure } from '../config/start-failure.ts';
import { runOnDatabase } from './on-database.ts';

const usage = '用法：npm run people:unlock -- 用户名（或平台人员 id），例如：npm run people:unlock -- lisi';

/** `npm run people:unlock -- lisi`: an administrator lets somebody try again at once after wrong passwords. */
runOnDatabase(async ({ prisma }) => {
  const [who, ...more] = process.argv.slice(2);
  if (who === undefined || more.length > 0) throw new StartFailure(usage);
  const result = await unlock(prisma, who, Date.now());
  if (result === null) {
    throw new StartFailure(
      `没有叫“${who}”的账号，也没有这个 id 的人员被锁定。请核对用户名（区分大小写）。\n${usage}`,
    );
  }
  const name = result.username === null ? `人员 ${who}` : `账号 ${result.username}`;
  console.log(
    result.cleared.length === 0
      ? `${name} 没有被锁定，也没有输错密码的记录，什么也没有改动。`
      : `已解锁${name}，可以立即重新输入密码。审计日志里是 lockout.cleared。`,
  );
  for (const id of result.lockedPeople) {
    console.log(
      `平台人员 ${id} 尝试这个账号时输错密码，仍被锁定。先确认是本人在操作，再运行：npm run people:unlock -- ${id}`,
    );
  }
});
