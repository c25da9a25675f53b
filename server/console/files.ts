import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type Manifest, readManifest } from './manifest.ts';
import type { EntryFiles } from './page.ts';

export interface ConsoleFiles {
  /** What the page loads first, of the latest build; null where nothing is built. */
  current(): Promise<EntryFiles | null>;
}

/**
 * Knows the built files by the manifest. It is looked at again for each page, since `npm run dev` builds anew
 * while the server runs; reading it costs something only when it has changed.
 *
 * @param folder of the build.
 */
export function consoleFiles(folder: string): ConsoleFiles {
  let known: { changedAt: number; files: EntryFiles } | null = null;
  return {
    async current() {
      try {
        const { mtimeMs } = await stat(path.join(folder, 'manifest.json'));
        if (known?.changedAt !== mtimeMs) {
          known = { changedAt: mtimeMs, files: entryOf(await readManifest(folder)) };
        }
      } catch {
        // Not built, or a build is writing it: what is known still serves in the second case.
      }
      return known?.files ?? null;
    },
  };
}

function entryOf(manifest: Manifest): EntryFiles {
  const entry = Object.values(manifest).find((chunk) => chunk.isEntry === true);
  if (entry === undefined) throw new Error('the manifest of the console names no entry');
  const styles = new Set(entry.css ?? []);
  const preload = new Set<string>();
  const follow = (names: readonly string[] = []): void => {
    for (const name of names) {
      const chunk = manifest[name];
      if (chunk === undefined || preload.has(chunk.file)) continue;
      preload.add(chunk.file);
      for (const css of chunk.css ?? []) styles.add(css);
      follow(chunk.imports);
    }
  };
  follow(entry.imports);
  return { script: entry.file, styles: [...styles], preload: [...preload] };
}
