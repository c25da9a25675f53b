import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** A file of the build, by Vite's manifest. */
export interface BuiltChunk {
  /** Below the folder of the build, e.g. `assets/main-Be4qX6z3.js`. */
  file: string;
  isEntry?: boolean;
  css?: string[];
  /** Names of chunks that are loaded with it. */
  imports?: string[];
}

export type Manifest = Readonly<Record<string, BuiltChunk>>;

/** @throws ENOENT without a build. */
export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

/** The name of the entry chunk. @throws if there is none. */
export function entryOf(manifest: Manifest): string {
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry === true);
  if (entry === undefined) throw new Error('the manifest of the console names no entry');
  return entry;
}

/** The files of a chunk and of the chunks that are loaded with it, scripts and styles; its own script first. */
export function filesOf(manifest: Manifest, name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (chunk === undefined || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const css of chunk.css ?? []) seen.add(css);
  for (const imported of chunk.imports ?? []) filesOf(manifest, imported, seen);
  return seen;
}
