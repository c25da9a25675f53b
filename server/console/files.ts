import { type Manifest, readManifest } from './manifest.ts';
import type { EntryFiles } from './page.ts';

/**
 * What the page loads first, by the manifest of the build.
 *
 * @param folder of the build.
 * @returns null where nothing is built.
 */
export async function builtFiles(folder: string): Promise<EntryFiles | null> {
  try {
    return entryOf(await readManifest(folder));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
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
  return { scripts: [entry.file], styles: [...styles], preload: [...preload] };
}
