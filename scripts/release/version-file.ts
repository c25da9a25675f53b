import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compareVersions } from '../../server/config/mini-version.ts';
import { StartFailure } from '../../server/config/start-failure.ts';

/** The one place that holds the mini program's version, from the project's root. */
const file = path.join('mini', 'version.ts');
const assignment = /(export const version\s*=\s*)(['"])([^'"]*)\2/;

export interface VersionFile {
  version: string;
  /** The whole file with another version in it. */
  with(version: string): string;
  /** Writes a text back, such as that of {@link with}. */
  write(text: string): Promise<void>;
  /** As it was read. */
  text: string;
}

/** @throws StartFailure in Chinese where the file is missing or holds no version. */
export async function openVersionFile(root: string): Promise<VersionFile> {
  const place = path.join(root, file);
  const text = await readFile(place, 'utf8').catch(() => null);
  const version = assignment.exec(text ?? '')?.[3];
  if (text === null || version === undefined) {
    throw new StartFailure(`${file} 里没有版本号。请恢复这个文件，内容是：export const version = '0.1.0';`);
  }
  return {
    version,
    text,
    with: (other) => text.replace(assignment, `$1'${other}'`),
    write: (content) => writeFile(place, content),
  };
}

/**
 * Refuses a version that is not newer than the released one, as the platform does.
 *
 * @param released of the last release; null before the first.
 * @throws StartFailure in Chinese.
 */
export function refuseOldVersion(version: string, current: string, released: string | null): void {
  const next = (of: string) => of.replace(/\d+$/, (patch) => String(Number(patch) + 1));
  if (released !== null && (compareVersions(version, released) ?? 1) <= 0) {
    throw new StartFailure(
      `${version} 不比已经发布过的 ${released} 新。请用更大的版本号，例如 ${next(released)}。`,
    );
  }
  // The version in the file may already be this one, after a release that was broken off.
  if ((compareVersions(version, current) ?? 1) < 0) {
    throw new StartFailure(
      `${version} 比 ${file} 里的 ${current} 还旧。请用更大的版本号，例如 ${next(current)}。`,
    );
  }
}
