import { rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** What Windows says while another program, the IDE or a virus scanner, has the file open. */
const inUse = ['EPERM', 'EBUSY', 'EACCES'];
/** Milliseconds between the tries: such a program lets go soon. */
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
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (pause !== null && inUse.includes(code)) {
        await delay(pause);
        continue;
      }
      await rm(draft, { force: true });
      if (!inUse.includes(code)) throw error;
      throw new Error(
        `写不了 ${target}（${code}）：它可能正被小程序开发者工具或杀毒软件占用，也可能没有写的权限。请关闭占用它的程序，再构建一次。`,
        { cause: error },
      );
    }
  }
}
