import { existsSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, context } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const forNode = { absWorkingDir: root, platform: 'node', format: 'esm', target: 'node20.19' };
const folder = path.join(root, '.data', 'dev');

/** TypeBox is hundreds of files: Node.js takes a fifth of a second and 40 MB to load them one by one, at each start. */
const typeBox = {
  typebox: 'typebox',
  'typebox-compile': 'typebox/compile',
  'typebox-provider': '@fastify/type-provider-typebox',
};

const typeBoxIn = (outdir) => ({
  name: 'typebox-in-one-file',
  async setup({ onResolve }) {
    const outExtension = { '.js': '.mjs' };
    const options = { ...forNode, entryPoints: typeBox, outdir, outExtension, splitting: true, bundle: true };
    if (!existsSync(outdir)) await build(options);
    for (const [file, name] of Object.entries(typeBox)) {
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({
        path: `./${path.basename(outdir)}/${file}.mjs`,
        external: true,
      }));
    }
  },
});

/** Gives each source file its own `import.meta`, not the bundle's: files are found beside the source. */
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
  const file = path.join(folder, `${name}.mjs`);
  // One folder for all bundles of this process.
  const packages = path.join(folder, `packages-${process.pid}`);
  const building = await context({
    ...forNode,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    packages: 'external',
    sourcemap: 'inline',
    sourcesContent: false,
    plugins: [typeBoxIn(packages), ownPlaces],
    logLevel: 'silent',
    write: false,
  });
  process.once('exit', () => {
    for (const own of [file, packages]) rmSync(own, { force: true, recursive: true });
  });
  let written;
  return {
    file,
    async rebuild() {
      const { outputFiles } = await building.rebuild();
      const [{ hash, contents }] = outputFiles;
      if (hash === written) return false;
      await mkdir(folder, { recursive: true });
      await writeFile(file, contents);
      written = hash;
      return true;
    },
    close: () => building.dispose(),
  };
}
