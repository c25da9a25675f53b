import { zipSync } from 'fflate';

/**
 * One ZIP of all files, below a folder of the archive's own name.
 *
 * fflate marks names with Chinese characters as UTF-8 (bit 11 of the flags, APPNOTE 4.4.4), which is what Windows
 * Explorer goes by; without the mark it would read them in the system's code page.
 *
 * @param folder the folder within the archive.
 * @param now when the files count as written, in epoch milliseconds.
 */
export function archiveOf(
  folder: string,
  files: readonly { path: string; content: Uint8Array }[],
  now: number,
): Uint8Array {
  return zipSync(Object.fromEntries(files.map(({ path, content }) => [`${folder}/${path}`, content])), {
    mtime: now,
  });
}
