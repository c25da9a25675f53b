import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeployFile } from './files.ts';

/** What this command wrote last, by path: only a file that is still the same may be replaced. */
const recordFile = '.generated.json';

export type Written =
  | { path: string; what: 'written' | 'unchanged' }
  /** Somebody has edited it: the new content lies beside it. */
  | { path: string; what: 'edited'; newFile: string };

const hash = (content: string) => createHash('sha256').update(content).digest('hex');

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
      return null;
    throw error;
  }
}

/**
 * Writes generated files into `folder`. A file that was edited since it was written is left alone, and the new
 * content is put beside it as `<name>.new`; `force` replaces it.
 */
export async function writeFiles(
  folder: string,
  files: readonly DeployFile[],
  { force = false } = {},
): Promise<Written[]> {
  const recordPath = path.join(folder, recordFile);
  const record = readRecord(await readText(recordPath));
  const results: Written[] = [];
  for (const file of files) {
    const target = path.join(folder, ...file.path.split('/'));
    await mkdir(path.dirname(target), { recursive: true });
    const present = await readText(target);
    const generated = present === null || hash(present) === record[file.path];
    if (present !== file.content && !generated && !force) {
      const newFile = `${file.path}.new`;
      await writeFile(`${target}.new`, file.content);
      results.push({ path: file.path, what: 'edited', newFile });
      continue;
    }
    if (present !== file.content) await writeFile(target, file.content);
    record[file.path] = hash(file.content);
    results.push({ path: file.path, what: present === file.content ? 'unchanged' : 'written' });
  }
  const sorted = Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(recordPath, `${JSON.stringify(sorted, null, 2)}\n`);
  return results;
}

/** A record that cannot be read means that nothing is known to be untouched. */
function readRecord(text: string | null): Record<string, string> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...(value as Record<string, string>) } : {};
  } catch {
    return {};
  }
}
