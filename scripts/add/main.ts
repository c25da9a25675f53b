import { seededUsernames } from '../../prisma/seed.ts';
import { onDatabase } from '../../server/commands/on-database.ts';
import { atTerminal } from '../../server/commands/terminal.ts';
import type { Environment } from '../../server/config/environment.ts';
import { loadEnvironment } from '../../server/config/environment-file.ts';
import { failStart } from '../../server/config/start-failure.ts';
import { DatabaseOfOthers } from '../../server/database/deployment.ts';
import { refuseProductionSettings } from '../dev/settings.ts';
import { addFeature } from './add.ts';
import { readNames, usage } from './names.ts';

/**
 * Refuses where `.env` names a database of production, to which `npm run dev` would apply the new migration. A database
 * that does not answer is no reason to refuse.
 */
async function refuseProductionDatabase(env: Environment): Promise<void> {
  if (!env.DATABASE_URL) return;
  try {
    await onDatabase({ ...atTerminal(env), invented: seededUsernames, print: () => {} }, async () => {});
  } catch (error) {
    if (error instanceof DatabaseOfOthers) throw error;
  }
}

/** `npm run add 意见反馈 feedback`: writes a new feature into the sources. */
async function main(words: readonly string[]): Promise<void> {
  if (words.some((word) => word === '--help' || word === '-h')) return console.log(usage);
  const names = readNames(words);
  const env = loadEnvironment();
  refuseProductionSettings(env);
  await refuseProductionDatabase(env);
  const { created, changed } = await addFeature(process.cwd(), names);
  const of = (files: Map<string, string>, what: string) =>
    [...files.keys()].sort().map((file) => `  ${what} ${file}`);
  console.log([...of(created, '新建'), ...of(changed, '登记到')].join('\n'));
  console.log(`
“${names.title}”已经可以用了：
  1. 停掉正在运行的 npm run dev，再运行一次（启动时应用新的迁移）
  2. 小程序：“我的”→“${names.title}”；接口：/api/${names.kebab}${created.has(`server/console/e2e/${names.kebab}.e2e.ts`) ? `；管理后台：“${names.title}”` : ''}
  3. npm test server/${names.kebab} mini/pages/${names.kebab}
从 server/contract/${names.kebab}.ts 开始，改成您要的样子；一步一步的例子见 docs/tutorial.md。`);
}

main(process.argv.slice(2)).then(() => process.exit(0), failStart);
