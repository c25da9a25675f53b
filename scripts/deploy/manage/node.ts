import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { type Layout, link } from './layout.ts';
import { isOlder, type Manifest } from './manifest.ts';

/**
 * The Node.js of a release. Each release has its own: an installation does not change the running one, and a switch of
 * releases also switches Node.js.
 */

const windows = process.platform === 'win32';

/** Node's program in a folder: archives of the npm registry and of nodejs.org differ. */
function programIn(folder: string): string {
  const program = path.join(folder, 'bin', windows ? 'node.exe' : 'node');
  return windows && !existsSync(program) ? path.join(folder, 'node.exe') : program;
}

/**
 * The folder of the Node.js for a package. In this order, the first that is new enough: the one in the package, that of
 * its release, the one in use, the one that runs this program.
 *
 * @param folder the package; its Node.js is unpacked beside the releases.
 * @throws StartFailure where it does not run here, or where the service could not reach it.
 */
export async function nodeFor(folder: string, manifest: Manifest, layout: Layout): Promise<string> {
  const runtime = path.join(folder, 'runtime');
  const [archive] = existsSync(runtime) ? await readdir(runtime) : [];
  if (archive !== undefined) return unpacked(path.join(runtime, archive), manifest.node, layout);
  for (const present of [layout.nodeOf(manifest.version), layout.node]) {
    const own = await realpath(present).catch(() => null);
    if (own !== null && problemOf(own, manifest.node) === null) return own;
  }
  if (/^\/(?:root|home)\//.test(process.execPath)) {
    throw new StartFailure(
      `这里的 Node.js 装在个人目录（${process.execPath}），服务的用户读不到。请把它装到 /usr/local 或 /opt，或打包时带上 Node.js。`,
    );
  }
  const program = path.dirname(process.execPath);
  const running = path.basename(program) === 'bin' ? path.dirname(program) : program;
  const problem = problemOf(running, manifest.node);
  if (problem === null) return running;
  throw new StartFailure(`${problem}\n请换一个从 nodejs.org 下载的 Node.js 来运行，或打包时带上 Node.js。`);
}

/** Links a release to its Node.js, and the units to the Node.js of the release in use. */
export async function giveNode(version: string, folder: string, layout: Layout): Promise<void> {
  await link(folder, layout.nodeOf(version));
  await link(path.join(layout.current, 'node'), layout.node);
}

async function unpacked(archive: string, oldest: string, layout: Layout): Promise<string> {
  const name = path.basename(archive);
  const target = path.join(layout.runtimes, name.replace(/\.(?:tar\.(?:gz|xz)|zip)$/, ''));
  const check = (folder: string) => {
    const problem = problemOf(folder, oldest);
    if (problem === null) return;
    throw new StartFailure(
      `安装包带的 runtime/${name} 在这台机器上不能用：${problem}\n请换一个版本的 Node.js 重新打包；正在用的版本没有动。`,
    );
  };
  if (existsSync(target)) {
    check(target);
    return target;
  }
  const draft = `${target}.partial`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  const unpacking = spawnSync('tar', ['-xf', archive, '-C', draft, '--strip-components=1'], {
    encoding: 'utf8',
  });
  if (unpacking.status !== 0) {
    throw new StartFailure(`解不开 runtime/${name}：${unpacking.stderr || String(unpacking.error)}`);
  }
  check(draft);
  await rename(draft, target);
  return target;
}

/** Runs it. @returns why the Node.js in a folder cannot be used, in Chinese; null where it can. */
function problemOf(folder: string, oldest: string): string | null {
  const program = programIn(folder);
  const { status, stdout, stderr, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (status !== 0) return `${program} 运行不了（${error?.message ?? stderr.trim()}）。`;
  const version = stdout.trim().replace(/^v/, '');
  return isOlder(version, oldest) ? `${program} 是 ${version}，需要 ${oldest} 或更新版本。` : null;
}
