import { spawnSync } from 'node:child_process';
import { StartFailure } from '../../server/config/start-failure.ts';

/** @returns what git wrote, without the last line's end. @throws Error with git's own words where it fails. */
export type Git = (args: readonly string[], env?: Record<string, string>) => string;

/** Settings that must not be a person's own: they change names in the output, and how renamed folders are merged. */
const settings = ['core.quotePath=false', 'merge.directoryRenames=false', 'merge.renameLimit=10000'];
const author = { NAME: 'template', EMAIL: 'template@localhost' };

/** @throws StartFailure where git is not installed. */
export function gitIn(folder: string): Git {
  return (args, env = {}) => {
    const ran = spawnSync('git', [...settings.flatMap((one) => ['-c', one]), ...args], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: {
        ...process.env,
        ...Object.fromEntries(
          ['AUTHOR', 'COMMITTER'].flatMap((who) =>
            Object.entries(author).map(([what, value]) => [`GIT_${who}_${what}`, value]),
          ),
        ),
        ...env,
      },
    });
    if (ran.error !== undefined) {
      throw new StartFailure(
        '没有找到 git。更新要用它合并、也靠它随时退回：请安装 git（https://git-scm.com）再运行。什么也没有改。',
      );
    }
    if (ran.status !== 0) throw new Error(`git ${args[0]}: ${ran.stderr.trim() || ran.stdout.trim()}`);
    return ran.stdout.trimEnd();
  };
}
