import { spawnSync } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../server/config/paths.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { type ConsoleBuild, consoleBuild } from './console.ts';

/**
 * Builds what production runs into a folder: `server` (JavaScript that Node runs), `scripts` (the tools that
 * production needs), `console` (the pages) and `prisma` (the migrations that the server applies at its start). Nothing
 * of the tests and development tools gets there.
 *
 * @param folder below the project, or absolute.
 * @returns what the console's build says of its first pages; null without a console.
 * @throws StartFailure when the types do not hold.
 */
export async function buildInto(
  folder: string,
): Promise<Awaited<ReturnType<ConsoleBuild['buildConsole']>> | null> {
  const target = path.resolve(projectRoot, folder);
  for (const part of ['server', 'scripts', 'prisma']) {
    await rm(path.join(target, part), { recursive: true, force: true });
  }
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.server.json', '--outDir', target];
  const { status } = spawnSync(process.execPath, tsc, { cwd: projectRoot, stdio: 'inherit' });
  if (status !== 0) throw new StartFailure('服务端有类型错误（见上），没有构建。');
  const migrations = path.join('prisma', 'migrations');
  await cp(path.join(projectRoot, migrations), path.join(target, migrations), { recursive: true });
  const pages = await consoleBuild();
  return pages === null ? null : pages.buildConsole(path.join(target, 'console'));
}
