import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StartFailure } from '../../server/config/start-failure.ts';

/**
 * Unpacks the archive of a template.
 *
 * @param archive a `.zip`, `.tar.gz` or `.tgz`.
 * @returns the template's folder in `to`. @throws StartFailure in Chinese for a file that is no archive, or is cut
 * short.
 */
export async function unpack(archive: string, to: string): Promise<string> {
  mkdirSync(to, { recursive: true });
  try {
    if (/\.zip$/i.test(archive)) await unzip(archive, to);
    else {
      const { extract } = await import('tar');
      await extract({ file: archive, cwd: to, strict: true });
    }
  } catch {
    throw new StartFailure(
      `${archive} 解不开：不是 .zip、.tar.gz 的压缩包，或者没有下载完整。请重新下载。什么也没有改。`,
    );
  }
  // Archives of repositories hold one folder with everything in it.
  const [only, ...more] = readdirSync(to);
  const inside = only === undefined ? to : path.join(to, only);
  return more.length === 0 && statSync(inside).isDirectory() ? inside : to;
}

async function unzip(archive: string, to: string): Promise<void> {
  const { unzipSync } = await import('fflate');
  for (const [name, content] of Object.entries(unzipSync(readFileSync(archive)))) {
    const target = path.resolve(to, name);
    if (!target.startsWith(path.resolve(to) + path.sep)) throw new Error(`outside: ${name}`);
    if (name.endsWith('/')) continue;
    mkdirSync(path.dirname(target), { recursive: true });
    if (!existsSync(target)) writeFileSync(target, content);
  }
}
