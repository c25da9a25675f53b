import { entryOf, filesOf, readManifest } from './manifest.ts';
import type { EntryFiles } from './page.ts';

/**
 * The files that the page loads first.
 *
 * @param folder of the build.
 * @returns null without a build.
 */
export async function builtFiles(folder: string): Promise<EntryFiles | null> {
  try {
    const manifest = await readManifest(folder);
    const [script = '', ...others] = filesOf(manifest, entryOf(manifest));
    const isStyle = (file: string) => file.endsWith('.css');
    return {
      scripts: [script],
      styles: others.filter(isStyle),
      preload: others.filter((file) => !isStyle(file)),
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
