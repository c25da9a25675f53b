import { createHash } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { runNpm } from './dependencies.ts';
import { recommendedNode, type Target, targetName } from './target.ts';

/**
 * Puts the recommended Node.js for the target into `folder`, as an archive that unpacks like those of nodejs.org.
 *
 * @throws StartFailure where the registry has none for this kind of machine, cannot be reached, or gives another one.
 */
export async function fetchNode(target: Target, folder: string, tell: (line: string) => void): Promise<void> {
  const { version, packages } = recommendedNode;
  const wanted = packages[targetName(target)];
  if (wanted === undefined) {
    throw new StartFailure(
      `npm 源里没有给 ${targetName(target)} 的 Node.js ${version}。请写 without-node，在服务器上另装；或带上从 nodejs.org 下载的压缩包。`,
    );
  }
  tell(`取 Node.js ${version}……`);
  const { status, stderr } = runNpm(
    ['pack', `${wanted.name}@${version}`, '--silent', '--prefer-offline', '--ignore-scripts'],
    folder,
  );
  if (status !== 0) {
    throw new StartFailure(
      `取不到 Node.js ${version}，请检查能否访问 npm 源（服务器上已经有 Node.js 的，写 without-node）：\n${stderr.trim()}`,
    );
  }
  const fetched = path.join(folder, `${wanted.name}-${version}.tgz`);
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(fetched))
    .digest('base64')}`;
  if (integrity !== wanted.integrity) {
    await rm(fetched);
    throw new StartFailure(
      `npm 源给的 Node.js ${version} 与应有的校验值不同，没有放进安装包。请换一个 npm 源，或检查它。`,
    );
  }
  const system = target.os === 'win32' ? 'win' : target.os;
  await rename(fetched, path.join(folder, `node-v${version}-${system}-${target.cpu}.tar.gz`));
}
