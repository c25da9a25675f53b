/** `npm run loadtest:sessions lisi 200` writes session tokens for `npm run loadtest`; see scripts/docs/loadtest.md. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { limits } from '../../scripts/loadtest/arguments.ts';
import { reportFolder, tokensFile } from '../../scripts/loadtest/contract.ts';
import { beijingTime } from '../../scripts/loadtest/words.ts';
import { StartFailure } from '../config/start-failure.ts';
import { endSessions, makeSessions } from './make-sessions.ts';
import { runOnDatabase } from './on-database.ts';

const usage = `用法：
  npm run loadtest:sessions 用户名 200    在 .env 的数据库里为这个账号开 200 个会话，写入 ${tokensFile}
  npm run loadtest:sessions end           压测完：结束这些会话，删除文件`;

runOnDatabase(async ({ prisma }) => {
  const [who, number = '50', ...more] = process.argv.slice(2);
  const file = path.normalize(tokensFile);
  if (who === 'end') {
    const ended = await endSessions(prisma);
    await rm(file, { force: true });
    console.log(`已结束 ${ended} 个压测会话，已删除 ${file}。`);
    return;
  }
  const count = /^\d{1,4}$/.test(number) ? Number(number) : 0;
  if (who === undefined || more.length > 0 || count < 1 || count > limits.connections) {
    throw new StartFailure(`${usage}\n数量是 1 到 ${limits.connections}，与最高的并发数相同。`);
  }
  const { tokens, expiresAt } = await makeSessions(prisma, who, count);
  await mkdir(reportFolder, { recursive: true });
  await writeFile(file, `# ${who} 的压测会话，当作密码保管\n${tokens.join('\n')}\n`, { mode: 0o600 });
  console.log(
    [
      `已为 ${who} 开 ${count} 个会话，写入 ${file}，${beijingTime(expiresAt.toISOString())}（北京时间）失效。`,
      `压测：npm run loadtest https://应用域名（会自动用这个文件）`,
      '压测完马上运行：npm run loadtest:sessions end',
    ].join('\n'),
  );
});
