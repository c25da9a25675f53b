import { rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { context } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A file finds its neighbours where it was written, not where the bundle lies. */
const ownPlaces = {
  name: 'own-places',
  setup(build) {
    build.onLoad({ filter: /\.m?ts$|\.mjs$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      const contents = source
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)));
      return { contents, loader: 'ts' };
    });
  },
};

export async function openBundle(entry, name) {
  const file = path.join(root, '.data', 'dev', `${name}.mjs`);
  const building = await context({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: 'inline',
    sourcesContent: false,
    plugins: [ownPlaces],
    logLevel: 'silent',
    write: false,
  });
  process.once('exit', () => rmSync(file, { force: true }));
  let written;
  return {
    file,
    async rebuild() {
      const { outputFiles } = await building.rebuild();
      const [{ hash, contents }] = outputFiles;
      if (hash === written) return false;
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, contents);
      written = hash;
      return true;
    },
    close: () => building.dispose(),
  };
}
