import path from 'node:path';
import { failStart } from '../../../server/config/start-failure.ts';
import { writeMigration } from './diff.ts';

/** `npm run db:diff -- <name>`: writes a new migration from what changed in `schema.prisma`. */
async function main(name: string | undefined): Promise<void> {
  if (name === undefined || !/^[a-z0-9][a-z0-9_]{0,60}$/.test(name)) {
    console.error('请给迁移起个名字（小写字母、数字、下划线），例如：npm run db:diff -- add_user_title');
    process.exit(1);
  }
  const file = await writeMigration(name);
  console.log(
    file === null
      ? 'schema.prisma 与已有迁移一致，没有要写的迁移。'
      : `已写入 ${path.relative(process.cwd(), file)}\n请检查其中的 SQL（尤其是 DROP 和 NOT NULL）。没有问题就停掉 npm run dev，再重新运行它（启动时应用迁移），或运行 npm run cli db:migrate。`,
  );
}

main(process.argv[2]).then(() => process.exit(0), failStart);
