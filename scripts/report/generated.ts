import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StartFailure } from '../../server/config/start-failure.ts';

/** The last written files by path: only a file that is still the same is replaced or removed. */
const recordFile = '.generated.json';

export interface GeneratedFile {
  /** Below the folder, with slashes. */
  path: string;
  content: Uint8Array | string;
}

export interface WrittenFile {
  path: string;
  /** `edited`: a person has changed the file; it stays, and the new one lies beside it at `newPath`. */
  what: 'written' | 'unchanged' | 'edited';
  newPath?: string;
  /** What the folder holds now: an edited file in its edited form. */
  content: Uint8Array;
}

/**
 * Writes generated files into a folder, and removes those that an earlier run wrote and this one does not. A file that
 * was edited by hand stays, unless `force` is set.
 *
 * @param beside the name of the new file beside an edited one.
 * @throws StartFailure in Chinese for a file that another program has open. The files written until then are on record,
 * so that the next run does not take them for edited ones.
 */
export async function writeGenerated(
  folder: string,
  files: readonly GeneratedFile[],
  { beside, force = false }: { beside: (file: string) => string; force?: boolean },
): Promise<WrittenFile[]> {
  const before = await readRecord(folder);
  const record = { ...before };
  const results: WrittenFile[] = [];
  // Saved after each file, so that the record is also true after a run that stops half-way.
  const save = () => put(folder, recordFile, `${JSON.stringify(record, null, 2)}\n`);
  const write = async (file: string, content: Uint8Array) => {
    await put(folder, file, content);
    record[file] = hash(content);
    await save();
  };
  const current = new Set<string>();
  for (const { path: file, content: given } of files) {
    const content = Buffer.from(given);
    const present = await readOrNull(inside(folder, file));
    const same = present?.equals(content) === true;
    const edited = present !== null && !same && !force && hash(present) !== before[file];
    current.add(file);
    if (edited) {
      const newPath = beside(file);
      await write(newPath, content);
      current.add(newPath);
      results.push({ path: file, what: 'edited', newPath, content: present });
    } else {
      await write(file, content);
      results.push({ path: file, what: same ? 'unchanged' : 'written', content });
    }
  }
  for (const [file, written] of Object.entries(before)) {
    if (current.has(file)) continue;
    const present = await readOrNull(inside(folder, file));
    if (present !== null && hash(present) === written) await remove(folder, file);
    delete record[file];
    await save();
  }
  return results;
}

const inside = (folder: string, file: string): string => path.join(folder, ...file.split('/'));

async function put(folder: string, file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(inside(folder, file)), { recursive: true });
  await writeFile(inside(folder, file), content).catch((error: unknown) => {
    throw asLocked(error, inside(folder, file));
  });
}

async function remove(folder: string, file: string): Promise<void> {
  await rm(inside(folder, file)).catch((error: unknown) => {
    throw asLocked(error, inside(folder, file), '删');
  });
}

/**
 * Turns the error of a file that another program holds, as Word does on Windows, into a sentence. Other errors stay as
 * they are.
 */
export function asLocked(error: unknown, file: string, what: '写' | '删' = '写'): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  if (code !== 'EBUSY' && code !== 'EPERM' && code !== 'EACCES') return error;
  return new StartFailure(`${what}不了 ${file}：它可能正被 Word、WPS 或压缩软件打开。请关闭后重新运行。`);
}

const hash = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

async function readOrNull(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
      return null;
    throw error;
  }
}

/** An unreadable record counts as empty: every present file may have been edited. */
async function readRecord(folder: string): Promise<Record<string, string>> {
  const content = await readOrNull(inside(folder, recordFile));
  try {
    const value: unknown = JSON.parse(content?.toString('utf8') ?? '{}');
    return typeof value === 'object' && value !== null ? { ...(value as Record<string, string>) } : {};
  } catch {
    return {};
  }
}
