import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Reads the sources of a mini program by id: a path below its root, or `node_modules/…` for packages.
 * `overlay` holds texts that stand in for files, whether these exist or not.
 */
export class SourceFiles {
  readonly root: string;
  readonly overlay: Readonly<Record<string, string>>;

  constructor(root: string, overlay: Readonly<Record<string, string>> = {}) {
    this.root = path.resolve(root);
    this.overlay = overlay;
  }

  /** Absolute path of an id. */
  absolute(id: string): string {
    if (!id.startsWith('node_modules/')) return path.join(this.root, ...id.split('/'));
    for (let folder = this.root; ; folder = path.dirname(folder)) {
      const candidate = path.join(folder, ...id.split('/'));
      const name = path.join(folder, ...id.split('/').slice(0, id.split('/')[1]?.startsWith('@') ? 3 : 2));
      if (existsSync(name) || folder === path.dirname(folder)) return candidate;
    }
  }

  /** Id of an absolute path. */
  idOf(absolute: string): string {
    const parts = absolute.split(path.sep);
    const index = parts.lastIndexOf('node_modules');
    if (index >= 0) return parts.slice(index).join('/');
    return path.relative(this.root, absolute).split(path.sep).join('/');
  }

  exists(id: string): boolean {
    if (Object.hasOwn(this.overlay, id)) return true;
    const absolute = this.absolute(id);
    return existsSync(absolute) && statSync(absolute).isFile();
  }

  read(id: string): string | undefined {
    const text = Object.hasOwn(this.overlay, id)
      ? this.overlay[id]
      : this.exists(id)
        ? readFileSync(this.absolute(id), 'utf8')
        : undefined;
    // Editors on Windows begin files with a byte order mark, which is no part of the text.
    return text?.replace(/^\uFEFF/, '');
  }

  /** The script of a page, component or app: TypeScript or JavaScript. */
  script(id: string): string | undefined {
    return [`${id}.ts`, `${id}.js`].find((candidate) => this.exists(candidate));
  }

  /** Id of a path as written in a file: relative to it, from the root (`/…`), or of a package. */
  resolve(from: string, specifier: string, isPackageAllowed: boolean): string {
    if (specifier.startsWith('/')) return specifier.slice(1);
    const isRelative = specifier.startsWith('.') || !isPackageAllowed;
    if (!isRelative) return `node_modules/${specifier}`;
    return path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));
  }
}

export function isPackage(id: string): boolean {
  return id.startsWith('node_modules/');
}
