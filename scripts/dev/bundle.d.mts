/**
 * A TypeScript entry with all of the project's files that it uses, as one file of JavaScript; packages stay where they
 * are. Node.js starts it at once. A loader such as tsx compiles file by file at each start, keeps a compiler beside each
 * process, and reads every package too: 170 MB for Vite alone.
 */
export interface Bundle {
  /** Where it is written; removed when the process ends. */
  readonly file: string;
  /**
   * Reads what has changed and writes the file.
   * @returns whether it differs from the last one
   * @throws esbuild's BuildFailure where the sources do not compile; what was written before stays.
   */
  rebuild(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * @param entry from the project's root
 * @param name tells its file from those of others, also of another `npm run dev`
 */
export function openBundle(entry: string, name: string): Promise<Bundle>;
