import { unlock } from '../auth/lockout.ts';
import { StartFailure } from '../config/start-failure.ts';
import { databaseNow } from '../database/clock.ts';
import { type Command, program, UsageError } from './command.ts';
import { onDatabase } from './on-database.ts';

const usage = `用法：${program} people:unlock 用户名（或平台人员 id），例如：${program} people:unlock lisi`;

/** Ends the lock that follows wrong passwords, so that a person can try again at once. */
export const command: Command = {
  usage,
  async run([who, ...more], around) {
    if (who === undefined || more.length > 0) throw new UsageError('', usage);
    return onDatabase(around, async ({ prisma }) => {
      const result = await unlock(prisma, who, await databaseNow(prisma));
      if (result === null) {
        throw new StartFailure(
          `没有叫“${who}”的账号，也没有这个 id 的人员被锁定。请核对用户名（区分大小写）。\n${usage}`,
        );
      }
      const name = result.username === null ? `人员 ${who}` : `账号 ${result.username}`;
      around.print(
        result.cleared.length === 0
          ? `${name} 没有被锁定，也没有输错密码的记录，什么也没有改动。`
          : `已解锁${name}，可以立即重新输入密码。审计日志里是 lockout.cleared。`,
      );
      for (const id of result.lockedPeople) {
        around.print(
          `平台人员 ${id} 尝试这个账号时输错密码，仍被锁定。先确认是本人在操作，再运行：${program} people:unlock ${id}`,
        );
      }
      return 0;
    });
  },
};
