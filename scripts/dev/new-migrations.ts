import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { migrationsFolder } from '../../server/config/paths.ts';
import { type FolderWatch, watchFolder } from './watch-folder.ts';

/** `npm run cli db:diff` makes the folder first and then the file. */
const settleMs = 120;

/** Names of the migrations whose SQL is there. */
const migrations = (): string[] =>
  readdirSync(migrationsFolder).filter((name) =>
    existsSync(path.join(migrationsFolder, name, 'migration.sql')),
  );

/**
 * Tells of each migration that appears while the server runs. It is not applied then: a person reads its SQL first, and
 * what has been applied cannot be changed any more.
 *
 * @param say told in Chinese, once for each migration.
 */
export async function watchNewMigrations(say: (message: string) => void): Promise<FolderWatch> {
  const known = new Set(migrations());
  let pending: NodeJS.Timeout | undefined;
  const look = () => {
    for (const name of migrations()) {
      if (known.has(name)) continue;
      known.add(name);
      say(
        `\n有新的迁移 ${name}，正在运行的服务不会应用它。请检查 prisma/migrations/${name}/migration.sql 里的 SQL，\n` +
          '没有问题就停止（Ctrl-C），再运行 npm run dev（启动时应用迁移）或 npm run cli db:migrate。',
      );
    }
  };
  const watcher = await watchFolder(
    migrationsFolder,
    () => {
      clearTimeout(pending);
      pending = setTimeout(look, settleMs);
    },
    say,
  );
  return {
    async close() {
      clearTimeout(pending);
      await watcher.close();
    },
  };
}
