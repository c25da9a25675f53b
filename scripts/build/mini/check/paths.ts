import path from 'node:path';
import type { PackageFiles } from '../package-files.ts';

/** How people are told to write a path. */
export const pathHint =
  '路径以 / 开头时从小程序根目录算起，否则从本文件所在目录算起；大小写要一致，真机区分大小写。';

/** A path as written in a file of the package, made relative to the package's root. */
export function resolvePath(from: string, reference: string): string {
  return reference.startsWith('/')
    ? path.posix.normalize(reference.slice(1))
    : path.posix.join(path.posix.dirname(from), reference);
}

const picture = '[^\'"{}?*]+\\.(?:png|jpe?g|gif|webp|svg)';
const written = new RegExp(`^[./]${picture}$`, 'i');
/** Whole ones: what is joined with something else is only a part. */
const inExpression = new RegExp(`(?<!\\+\\s*)['"](/${picture})['"](?!\\s*\\+)`, 'gi');

/** The pictures of the package that a text names, itself or in an expression of a template, and that are not there. */
export function missingPictures(files: PackageFiles, from: string, text: string): string[] {
  const named = text.includes('{{')
    ? [...text.matchAll(inExpression)].flatMap((match) => match[1] ?? [])
    : written.test(text)
      ? [text]
      : [];
  return named.filter((reference) => !files.has(resolvePath(from, reference)));
}

/** Whether an absolute path leads into a folder of the package; others are the server's. */
export function isInPackage(files: PackageFiles, reference: string): boolean {
  const folder = /^\/([^/]+\/)/.exec(reference)?.[1];
  return folder !== undefined && [...files.keys()].some((file) => file.startsWith(folder));
}

/** Files that are one file where the system does not tell capitals from small letters, as on Windows. */
export function sameOnWindows(files: PackageFiles): string[] {
  const seen = new Set<string>();
  return [...files.keys()].sort().filter((file) => {
    const name = file.toLowerCase();
    const again = seen.has(name);
    seen.add(name);
    return again;
  });
}
