import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beijingTime } from '../audit/words.ts';
import { loadtestSessions } from '../config/constants.ts';
import { type Command, program, UsageError } from './command.ts';
import { endSessions, makeSessions } from './make-sessions.ts';
import { onDatabase } from './on-database.ts';

const { file: tokensFile, most } = loadtestSessions;

const usage = `用法：
  ${program} loadtest:sessions 用户名 200    在 .env 的数据库里为这个账号开 200 个会话，写入 ${tokensFile}
  ${program} loadtest:sessions end           压测完：结束这些会话，删除文件`;

/** Writes session tokens for `npm run loadtest`; see scripts/docs/loadtest.md. */
export const command: Command = {
  usage,
  async run([who, number = '50', ...more], around) {
    const file = path.normalize(tokensFile);
    if (who === 'end') {
      return onDatabase(around, async ({ prisma }) => {
        const ended = await endSessions(prisma);
        await rm(file, { force: true });
        around.print(`已结束 ${ended} 个压测会话，已删除 ${file}。`);
        return 0;
      });
    }
    const count = /^\d{1,4}$/.test(number) ? Number(number) : 0;
    if (who === undefined || more.length > 0 || count < 1 || count > most) {
      throw new UsageError('', `${usage}\n数量是 1 到 ${most}，与最高的并发数相同。`);
    }
    return onDatabase(around, async ({ prisma }) => {
      const { tokens, expiresAt } = await makeSessions(prisma, who, count);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, `# ${who} 的压测会话，当作密码保管\n${tokens.join('\n')}\n`, { mode: 0o600 });
      around.print(
        [
          `已为 ${who} 开 ${count} 个会话，写入 ${file}，${beijingTime(expiresAt)}（北京时间）失效。`,
          `把它拷到压测机上项目的同一位置，再压测：npm run loadtest https://应用域名（会自动用这个文件）`,
          `压测完马上运行：${program} loadtest:sessions end`,
        ].join('\n'),
      );
      return 0;
    });
  },
};
