import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** The project's files as rules read them: by their path from the project's root, with `/` on every system. */
export interface ProjectFiles {
  /** The project's root, absolute. */
  readonly root: string;
  /** The text of a file; null where there is none. */
  read(file: string): Promise<string | null>;
  /** The bytes of a file; null where there is none. */
  bytes(file: string): Promise<Buffer | null>;
  /** Whether it is a file that is not empty. */
  hasContent(file: string): Promise<boolean>;
  /** The files below a folder (all depths), sorted; only those that end in `extension` where it is given. */
  list(folder: string, extension?: string): Promise<string[]>;
}

/** Folders that are not the project's own: never looked into. */
const foreign = new Set(['node_modules', '.git', '.data']);

export function projectFiles(root: string): ProjectFiles {
  const absolute = (file: string) => path.resolve(root, file);
  const orNull = async <T>(reading: Promise<T>): Promise<T | null> => {
    try {
      return await reading;
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
      if (/^E(?:NOENT|NOTDIR|ISDIR)$/.test(code)) return null;
      throw error;
    }
  };

  async function below(folder: string): Promise<string[]> {
    const entries = await orNull(readdir(absolute(folder), { withFileTypes: true }));
    const found = await Promise.all(
      (entries ?? []).map((entry) => {
        const name = path.posix.join(folder, entry.name);
        if (entry.isDirectory()) return foreign.has(entry.name) ? [] : below(name);
        return entry.isFile() ? [name] : [];
      }),
    );
    return found.flat();
  }

  return {
    root,
    read: (file) => orNull(readFile(absolute(file), 'utf8')),
    bytes: (file) => orNull(readFile(absolute(file))),
    async hasContent(file) {
      const found = await orNull(stat(absolute(file)));
      return found?.isFile() === true && found.size > 0;
    },
    async list(folder, extension = '') {
      return (await below(folder)).filter((file) => file.endsWith(extension)).sort();
    },
  };
}
