import { StartFailure } from '../config/start-failure.ts';
import { databaseNow } from '../database/clock.ts';
import { createAdministrator } from '../people/create-administrator.ts';
import { type Command, program, type Surroundings, UsageError } from './command.ts';
import { onDatabase } from './on-database.ts';

const usage = [
  `用法：${program} admin:create 用户名 姓名，例如：${program} admin:create zhanggong 张工`,
  '在终端里运行会询问密码（不显示）；直接回车则生成一次性密码。不在终端里运行时，密码用环境变量 ADMIN_PASSWORD 给出，没有就生成。',
].join('\n');

/**
 * Creates the first administrator. At a terminal it asks for missing values. Without a terminal the password comes from
 * ADMIN_PASSWORD, or is generated and shown once.
 */
export const command: Command = {
  usage,
  async run([typedUsername, typedName, ...more], around) {
    const { ask, env, print } = around;
    if (more.length > 0) throw new UsageError('', usage);
    const username = typedUsername ?? (await ask?.text('用户名（登录用，例如 zhanggong）：'));
    const name = typedName ?? (await ask?.text('姓名：'));
    if (username === undefined || name === undefined) throw new UsageError('', usage);
    const keepsPasswords = (env.CREDENTIALS_URL ?? '').trim() === '';
    const password = keepsPasswords ? await readPassword(around) : null;
    return onDatabase(around, async ({ prisma }) => {
      const wanted = { username, name, password, keepsPasswords };
      const result = await createAdministrator(prisma, wanted, await databaseNow(prisma));
      switch (result.outcome) {
        case 'invalid': {
          const fields = { username: '用户名', name: '姓名', password: '密码' };
          const told =
            result.field === 'password' ? result.message : `${fields[result.field]}${result.message}`;
          throw new UsageError(`没有创建：${told}`, usage);
        }
        case 'taken':
          throw new StartFailure(
            `没有创建：已经有叫“${result.username}”的账号，它没有任何改动。请换一个用户名；要让已有的人当管理员，请由管理员在管理后台的“人员”里改角色。`,
          );
        case 'created': {
          print(`已创建管理员 ${result.name}（${result.username}），审计日志里是 administrator.created。`);
          if (result.password !== null) {
            print(`一次性密码（只显示这一次，72 小时内有效，登录时会要求换成自己的）：${result.password}`);
          }
          if (!keepsPasswords) print('密码由 CREDENTIALS_URL 的账号系统核对，请用那里的密码登录。');
          print('现在可以打开 https://您的域名/console 登录管理后台。');
          return 0;
        }
      }
    });
  },
};

/** @returns null if the password is to be generated */
async function readPassword({ ask, env }: Surroundings): Promise<string | null> {
  const given = env.ADMIN_PASSWORD ?? '';
  if (given !== '') return given;
  if (ask === null) return null;
  const first = await ask.secret('密码（至少 8 个字符，输入时不显示；直接回车则生成一次性密码）：');
  if (first === '') return null;
  const second = await ask.secret('再输入一次：');
  if (first !== second) throw new StartFailure('没有创建：两次输入的密码不一样，请重新运行。');
  return first;
}
