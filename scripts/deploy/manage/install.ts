import { constants, existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { StartFailure } from '../../../server/config/start-failure.ts';
import type { Layout } from './layout.ts';
import { compare, type Differences, type Manifest, thisMachine, unfit } from './manifest.ts';
import { giveNode, nodeFor } from './node.ts';

/** How many paths a message names. */
const shown = 10;

/**
 * Checks that a package is whole and fits this machine.
 *
 * @throws StartFailure that says what differs.
 */
export async function verify(folder: string, manifest: Manifest): Promise<void> {
  const differences = await compare(folder, manifest);
  const problems = [...unfit(manifest, thisMachine()), ...described(differences)];
  if (problems.length > 0) {
    throw new StartFailure(['这个安装包不能用：', ...problems.map((line) => `  ${line}`)].join('\n'));
  }
}

function described({ missing, changed, extra }: Differences): string[] {
  const tell = (what: string, files: readonly string[]) =>
    files.length === 0
      ? []
      : [
          `${what} ${files.length} 个文件：${files.slice(0, shown).join('、')}${files.length > shown ? '……' : ''}`,
        ];
  const lines = [...tell('缺少', missing), ...tell('内容变了', changed), ...tell('多出来', extra)];
  return lines.length === 0 ? [] : [...lines, '请重新传一遍安装包，传完再核对。'];
}

/**
 * Installs a package beside the other releases, with its configuration and its Node.js. The release in use stays
 * untouched. A second run changes nothing.
 *
 * @returns whether it was new, and whether the configuration still has to be filled in.
 */
export async function install(
  folder: string,
  manifest: Manifest,
  layout: Layout,
): Promise<{ fresh: boolean; newEnvironment: boolean }> {
  await verify(folder, manifest);
  const node = await nodeFor(folder, manifest, layout);
  const release = layout.release(manifest.version);
  const fresh = !existsSync(release);
  if (fresh) {
    const draft = `${release}.partial`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(layout.releases, { recursive: true });
    await cp(folder, draft, { recursive: true, filter: (source) => path.basename(source) !== '.env' });
    await makeReadable(draft);
    await rename(draft, release);
  }
  const { missing, changed } = await compare(release, manifest);
  if (missing.length + changed.length > 0) {
    throw new StartFailure(
      `${manifest.version} 已经装过，内容不同（${release}）。请改 package.json 的版本号，重新打包；` +
        '如果是上次装坏了、而且没有在用，先删掉这个目录再装。',
    );
  }

  await mkdir(path.dirname(layout.environment), { recursive: true });
  const newEnvironment = !existsSync(layout.environment);
  if (newEnvironment) {
    const template = path.join(release, 'deploy', 'env.production');
    const example = path.join(release, '.env.example');
    await copyFile(existsSync(template) ? template : example, layout.environment, constants.COPYFILE_EXCL);
    await chmod(layout.environment, 0o640);
  }
  const own = path.join(release, '.env');
  if (!existsSync(own)) {
    await rm(own, { force: true });
    await symlink(layout.environment, own).catch(() => copyFile(layout.environment, own));
  }
  await giveNode(manifest.version, node, layout);
  return { fresh, newEnvironment };
}

/** The service's own user must be able to read what root has unpacked, whatever root's umask. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await chmod(path.join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}
