import { create } from 'tar';

/** The time that every entry has, so that the same files make the same archive. */
const mtime = new Date(Date.UTC(2000, 0, 1));

/**
 * Writes a `.tar.gz` that depends on nothing but the files' paths and contents: no times, owners and modes of this
 * machine. Made on Windows it unpacks on Linux. Paths are sorted.
 *
 * @param folder where the files lie.
 * @param files below it, with slashes: their paths in the archive.
 */
export async function writeTarGz(folder: string, files: readonly string[], archive: string): Promise<void> {
  await create(
    {
      cwd: folder,
      file: archive,
      gzip: { level: 9, portable: true },
      portable: true,
      noDirRecurse: true,
      mtime,
      onWriteEntry(entry) {
        if (entry.stat !== undefined) entry.stat.mode = 0o100644;
      },
    },
    [...files].sort((a, b) => (a < b ? -1 : 1)),
  );
}
