import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Reads the sources of a mini program by id: a path below its root, or `node_modules/…` for packages.
 * `overlay` holds texts that stand in for files, whether these exist or not.
 */
export class SourceFiles {
  readonly root: string;
  readonly overlay: Readonly<Record<string, string>>;
  /** Ids of the mini program's own files. Devices tell capitals from small letters, whatever this machine does. */
  readonly own: ReadonlySet<string>;
  /** Ids of package files that were read. */
  used = new Set<string>();

  constructor(root: string, overlay: Readonly<Record<string, string>> = {}) {
    this.root = path.resolve(root);
    this.overlay = overlay;
    const laidOver = Object.keys(overlay).filter((id) => !isPackage(id));
    this.own = new Set([...filesBelow(this.root, ''), ...laidOver]);
  }

  /** Absolute path of an id. */
  absolute(id: string): string {
    if (!isPackage(id)) return path.join(this.root, ...id.split('/'));
    const parts = id.split('/');
    const name = parts.slice(0, parts[1]?.startsWith('@') ? 3 : 2);
    for (let folder = this.root; ; folder = path.dirname(folder)) {
      if (existsSync(path.join(folder, ...name))) return path.join(folder, ...parts);
      // A copy of a mini program elsewhere has the packages of this project.
      if (folder === path.dirname(folder)) return path.join(PROJECT, ...parts);
    }
  }

  exists(id: string): boolean {
    if (Object.hasOwn(this.overlay, id) || this.own.has(id)) return true;
    if (!isPackage(id)) return false;
    const absolute = this.absolute(id);
    return existsSync(absolute) && statSync(absolute).isFile();
  }

  read(id: string): string | undefined {
    if (!this.exists(id)) return undefined;
    if (isPackage(id)) this.used.add(id);
    const text = Object.hasOwn(this.overlay, id) ? this.overlay[id] : readFileSync(this.absolute(id), 'utf8');
    // Editors on Windows begin files with a byte order mark, which is no part of the text.
    return text?.replace(/^\uFEFF/, '');
  }

  /** The script of a page, component or app: TypeScript or JavaScript. */
  script(id: string): string | undefined {
    return [`${id}.ts`, `${id}.js`].find((candidate) => this.exists(candidate));
  }

  /** Id of a path as written in a file: relative to it, from the root (`/…`), or of a package. */
  resolve(from: string, specifier: string, isPackageAllowed: boolean): string {
    if (specifier.startsWith('/')) return path.posix.normalize(specifier.slice(1));
    const isRelative = specifier.startsWith('.') || !isPackageAllowed;
    if (!isRelative) return `${this.packagesFor(from, specifier)}${specifier}`;
    return path.posix.join(path.posix.dirname(from), specifier);
  }

  /** The folder in which a file finds a package: npm lays a package inside of the one that wants another version of it. */
  private packagesFor(from: string, specifier: string): string {
    const [name = ''] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
    let [around = ''] = /^(?:node_modules\/(?:@[^/]+\/)?[^/]+\/)*/.exec(from) ?? [];
    while (around && !this.exists(`${around}node_modules/${name}/package.json`))
      around = around.replace(/node_modules\/(?:@[^/]+\/)?[^/]+\/$/, '');
    return `${around}node_modules/`;
  }

  /** The file that a script asks for by `import` or `require`; undefined when there is none. */
  module(from: string, specifier: string): string | undefined {
    const id = this.resolve(from, specifier, true);
    const asTypeScript = id.replace(/\.js$/, '.ts');
    const candidates = [id, asTypeScript, `${id}.ts`, `${id}.js`, `${id}/index.ts`, `${id}/index.js`];
    return candidates.find((candidate) => this.exists(candidate)) ?? this.packageMain(id);
  }

  private packageMain(id: string): string | undefined {
    if (!isPackage(id) || !this.exists(`${id}/package.json`)) return undefined;
    const { main = 'index.js' } = JSON.parse(this.read(`${id}/package.json`) ?? '{}') as { main?: string };
    const file = path.posix.join(id, main);
    return [file, `${file}.js`, `${file}/index.js`].find((candidate) => this.exists(candidate));
  }
}

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

export function isPackage(id: string): boolean {
  return id.startsWith('node_modules/');
}

function filesBelow(root: string, folder: string): string[] {
  const absolute = path.join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    const id = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isFile()) return [id];
    return entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')
      ? filesBelow(root, id)
      : [];
  });
}

const results = new Map<string, { result: unknown; used: Set<string> }>();

/**
 * Remembers what a file of an npm package compiles to for the life of the process: packages do not change during
 * work, and hot reload would spend most of its time on them. Files of the project are compiled each time.
 * @param key everything that the result depends on
 */
export function forPackage<T>(files: SourceFiles, of: string, key: readonly unknown[], compile: () => T): T {
  if (!isPackage(of)) return compile();
  const text = JSON.stringify([files.root, of, ...key]);
  let known = results.get(text);
  if (!known) {
    const before = files.used;
    files.used = new Set();
    known = { result: compile(), used: files.used };
    files.used = before;
    results.set(text, known);
  }
  for (const id of known.used) files.used.add(id);
  return known.result as T;
}
