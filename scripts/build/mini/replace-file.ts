import { rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Error codes of Windows while the IDE or a virus scanner has the file open. */
const inUse = ['EPERM', 'EBUSY', 'EACCES'];
/** Milliseconds between the tries: such a program soon closes the file. */
const pauses = [50, 100, 200, 400, 800];

/**
 * Puts a file in the place of another, so that a reader never sees half of one.
 *
 * @throws Error in Chinese when another program keeps the file; the file system's own for the rest.
 */
export async function replaceFile(target: string, content: Buffer): Promise<void> {
  const draft = `${target}.new`;
  await writeFile(draft, content);
  for (const pause of [...pauses, null]) {
    try {
      return await rename(draft, target);
    } catch (error) {
      const code = codeOf(error);
      if (pause !== null && inUse.includes(code)) {
        await delay(pause);
        continue;
      }
      await rm(draft, { force: true });
      if (!inUse.includes(code)) throw error;
      throw held('写', target, error);
    }
  }
}

/**
 * Removes a file, and the folders that it leaves empty.
 *
 * @param file relative to `folder`, with `/`.
 * @throws Error in Chinese when another program keeps the file; the file system's own for the rest.
 */
export async function removeFile(folder: string, file: string): Promise<void> {
  const target = path.join(folder, ...file.split('/'));
  try {
    await rm(target, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch (error) {
    throw inUse.includes(codeOf(error)) ? held('删', target, error) : error;
  }
  for (let parent = path.dirname(file); parent !== '.'; parent = path.dirname(parent)) {
    try {
      await rmdir(path.join(folder, ...parent.split('/')));
    } catch {
      return; // It holds something else.
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function held(deed: '写' | '删', target: string, error: unknown): Error {
  return new Error(
    `${deed}不了 ${target}（${codeOf(error)}）：它可能正被小程序开发者工具或杀毒软件占用，也可能没有写的权限。请关闭占用它的程序，再构建一次。`,
    { cause: error },
  );
}
