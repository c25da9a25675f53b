import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** A file that the build has made, as Vite's manifest describes it. */
export interface BuiltChunk {
  /** Below the folder of the build, e.g. `assets/main-Be4qX6z3.js`. */
  file: string;
  isEntry?: boolean;
  css?: string[];
  /** Names of chunks that are loaded with it. */
  imports?: string[];
  /** Names of chunks that it may load later. */
  dynamicImports?: string[];
}

export type Manifest = Readonly<Record<string, BuiltChunk>>;

/** @throws ENOENT where nothing is built. */
export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
}
