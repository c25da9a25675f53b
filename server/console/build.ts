import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build } from 'vite';
import { entryOf, filesOf, type Manifest, readManifest } from './manifest.ts';
import { consoleBuild, consoleDist } from './vite.config.ts';

export { consoleDev } from './vite.config.ts';

/** The most bytes of gzip of a first visit: the files of every page, and those of the largest page. */
const firstPageBudget = 350 * 1024;

const gzipped = promisify<Buffer, { level: number }, Buffer>(gzip);

export interface BuiltConsole {
  /** The chunk of the heaviest first page, by its name in the manifest. */
  page: string;
  /** Bytes of gzip, JavaScript and CSS. */
  firstPageBytes: number;
}

/**
 * Builds the console.
 *
 * @param folder to build into; `dist/console` by default.
 * @throws if the first page has become too heavy, with its size.
 */
export async function buildConsole(folder = consoleDist): Promise<BuiltConsole> {
  await build({ ...consoleBuild, build: { ...consoleBuild.build, outDir: folder } });
  const sizes = await compress(path.join(folder, 'assets'));
  const heaviest = heaviestFirstPage(await readManifest(folder), sizes);
  if (heaviest.firstPageBytes > firstPageBudget) {
    throw new Error(
      `管理后台的首页太大：打开 ${heaviest.page} 要下载 ${kib(heaviest.firstPageBytes)} KB（gzip），上限 ${kib(firstPageBudget)} KB。` +
        '请把大的依赖改成用到时才加载（import()）。',
    );
  }
  return heaviest;
}

/**
 * Writes a compressed file beside each file, which the server sends: there may be no proxy that compresses.
 *
 * @returns bytes of gzip by the file's name in the manifest.
 */
async function compress(folder: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const file of await readdir(folder)) {
    const content = await readFile(path.join(folder, file));
    const small = await gzipped(content, { level: 9 });
    sizes.set(`assets/${file}`, small.length);
    if (small.length < content.length * 0.9) await writeFile(path.join(folder, `${file}.gz`), small);
  }
  return sizes;
}

/** The heaviest first page: every chunk that a route loads can be one. */
function heaviestFirstPage(manifest: Manifest, sizes: ReadonlyMap<string, number>): BuiltConsole {
  const entry = entryOf(manifest);
  const layout = Object.keys(manifest).filter((name) => /Layout\.vue$/.test(name));
  let heaviest: BuiltConsole = { page: entry, firstPageBytes: 0 };
  for (const page of Object.keys(manifest)) {
    // A page of the console also needs the frame around it.
    for (const frame of layout) {
      const files = new Set([entry, frame, page].flatMap((name) => [...filesOf(manifest, name)]));
      const firstPageBytes = [...files].reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
      if (firstPageBytes > heaviest.firstPageBytes) heaviest = { page, firstPageBytes };
    }
  }
  return heaviest;
}

const kib = (bytes: number): number => Math.ceil(bytes / 1024);
