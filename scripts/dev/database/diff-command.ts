import path from 'node:path';
import { type Command, UsageError } from '../../../server/commands/command.ts';
import { writeMigration } from './diff.ts';

const usage =
  '用法：npm run cli db:diff 名称    名称用小写字母、数字、下划线，例如：npm run cli db:diff add_user_title';

/** `npm run cli db:diff <name>`: writes a new migration from what changed in `schema.prisma`. */
export const command: Command = {
  usage,
  async run([name], { print }) {
    if (name === undefined || !/^[a-z0-9][a-z0-9_]{0,60}$/.test(name))
      throw new UsageError('请给迁移起个名字。', usage);
    const file = await writeMigration(name);
    print(
      file === null
        ? 'schema.prisma 与已有迁移一致，没有要写的迁移。'
        : `已写入 ${path.relative(process.cwd(), file)}\n请检查其中的 SQL（尤其是 DROP 和 NOT NULL）。没有问题就停掉 npm run dev，再重新运行它（启动时应用迁移），或运行 npm run cli db:migrate。`,
    );
    return 0;
  },
};
