import path from 'node:path';
import { StartFailure } from '../../../server/config/start-failure.ts';

/** The kind of machine that a package is for, in Node's and npm's words. */
export interface Target {
  os: 'linux' | 'win32';
  cpu: 'x64' | 'arm64';
  /** 麒麟, 统信, openEuler and Debian all have glibc; null on Windows. */
  libc: 'glibc' | null;
}

export interface PackOptions {
  target: Target;
  /** An archive of Node.js for the target, from nodejs.org; null to leave Node.js to the machine. */
  node: string | null;
  /** Folder for the archive. */
  into: string;
}

export const packUsage = `用法：npm run pack [x64 | arm64] [windows] [Node.js 的压缩包] [--out 文件夹]
例如：npm run pack arm64 node-v20.20.2-linux-arm64.tar.gz
默认给 Linux x64（麒麟、统信、openEuler、Debian 等）打包。Node.js 的压缩包从 nodejs.org 下载，带上它，服务器上就不用另装。`;

/**
 * Reads the words after `npm run pack`, in any order.
 *
 * @throws StartFailure for a word that is none of them, or for a Node.js of another kind of machine.
 */
export function readPackArguments(words: readonly string[]): PackOptions {
  let cpu: Target['cpu'] = 'x64';
  let os: Target['os'] = 'linux';
  let node: string | null = null;
  let into: string | undefined = 'release';
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--out') {
      at += 1;
      into = words[at];
      if (into === undefined) throw new StartFailure(packUsage);
    } else if (word === 'x64' || word === 'arm64') cpu = word;
    else if (word === 'windows' || word === 'linux') os = word === 'windows' ? 'win32' : 'linux';
    else if (/\.(?:tar\.gz|tar\.xz|zip)$/.test(word) && node === null) node = word;
    else throw new StartFailure(packUsage);
  }
  const target: Target = { os, cpu, libc: os === 'linux' ? 'glibc' : null };
  if (node !== null) checkNode(node, target);
  return { target, node, into };
}

function checkNode(file: string, { os, cpu }: Target): void {
  const wanted = os === 'linux' ? `node-v版本-linux-${cpu}.tar.gz` : `node-v版本-win-${cpu}.zip`;
  const [, major = '', minor = '', system, machine] =
    /^node-v(\d+)\.(\d+)\.\d+-(linux|win)-(x64|arm64)\.(?:tar\.[gx]z|zip)$/.exec(path.basename(file)) ?? [];
  const [oldestMajor, oldestMinor] = [20, 19];
  const fits = system === (os === 'linux' ? 'linux' : 'win') && machine === cpu;
  if (!fits) throw new StartFailure(`${path.basename(file)} 不是给这种机器的 Node.js，应为 ${wanted}。`);
  if (Number(major) < oldestMajor || (Number(major) === oldestMajor && Number(minor) < oldestMinor)) {
    throw new StartFailure(
      `${path.basename(file)} 太旧，需要 Node.js ${oldestMajor}.${oldestMinor} 或更新版本。`,
    );
  }
}

/** `linux-x64`, as it stands in the package's name. */
export const targetName = ({ os, cpu }: Target): string => `${os === 'win32' ? 'windows' : os}-${cpu}`;
