import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A mini program package in memory: contents by path, with `/` between folders on every system. */
export type PackageFiles = Map<string, Buffer>;

/** Reads every file below a folder. @throws when the folder does not exist. */
export async function readFolder(folder: string): Promise<PackageFiles> {
  const files: PackageFiles = new Map();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file).split(path.sep).join('/'), await readFile(file));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Total of the contents in bytes. */
export function packageSize(files: PackageFiles): number {
  let size = 0;
  for (const content of files.values()) size += content.length;
  return size;
}
