import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pruneLock } from './lock.ts';
import { withoutMarked } from './marks.ts';
import { type PartName, partNames, parts } from './parts.ts';

/** The changes that leave parts out: files to remove, and the new text of each file that changes. */
export interface LeftOut {
  remove: string[];
  write: Map<string, string>;
}

/** The parts, and those that cannot exist without them; in the order of `partNames`. */
export function withImplied(names: readonly PartName[]): PartName[] {
  return partNames.filter(
    (name) => names.includes(name) || names.some((one) => parts[one].implies?.includes(name)),
  );
}

/** Plans the changes without writing anything. */
export function leaveOut(root: string, names: readonly PartName[]): LeftOut {
  const chosen = names.map((name) => parts[name]);
  const remove = chosen.flatMap((part) => part.remove).filter((file) => existsSync(path.join(root, file)));
  const gone = (file: string) => remove.some((one) => file === one || file.startsWith(`${one}/`));
  const variables = chosen.flatMap((part) => part.variables ?? []);
  const packages = chosen.flatMap((part) => part.packages ?? []);
  const write = new Map<string, string>();
  const edit = (file: string, change: (text: string) => string) => {
    const text = readFileSync(path.join(root, file), 'utf8')
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n');
    const after = change(text);
    if (after !== text) write.set(file, after);
  };
  const files = filesOf(root).filter((file) => !gone(file));
  for (const file of files.filter((one) => /^(?!scripts\/init\/).*\.(?:ts|vue|axml|acss)$/.test(one))) {
    edit(file, (text) => withoutMarked(text, (part) => names.some((name) => name === part)));
  }
  for (const file of files.filter((one) => /^mini\/.*\.json$/.test(one))) {
    edit(file, (text) => withoutPaths(text, (page) => gone(`mini/${page.replace(/\/index$/, '')}`)));
  }
  for (const file of files.filter((one) => /^(?:README|docs\/.*|scripts\/docs\/.*)\.md$/.test(one))) {
    edit(file, (text) =>
      withoutLinks(file === 'docs/settings.md' ? withoutRows(text, variables) : text, (target) =>
        gone(path.posix.join(path.posix.dirname(file), target)),
      ),
    );
  }
  if (variables.length > 0) edit('.env.example', (text) => withoutVariables(text, variables));
  if (packages.length > 0) {
    edit('package.json', (text) => withoutPackages(text, packages));
    edit('package-lock.json', (text) => pruneLock(text, packages));
  }
  return { remove, write };
}

/**
 * Removes parts and the imports that only they needed, and formats what is left.
 *
 * @param packages a file of the project whose packages are installed.
 * @returns what was done, a Chinese line each.
 */
export function removeParts(
  root: string,
  names: readonly PartName[],
  packages: string | URL = import.meta.url,
): string[] {
  const { remove, write } = leaveOut(root, names);
  for (const file of remove) rmSync(path.join(root, file), { recursive: true, force: true });
  for (const [file, text] of write) writeFileSync(path.join(root, file), text);
  const biome = createRequire(packages).resolve('@biomejs/biome/bin/biome');
  const files = [...write.keys()].filter((file) => /\.(?:ts|vue|json)$/.test(file));
  const args = [biome, 'check', '--write', '--vcs-enabled=false', ...files];
  if (files.length > 0) spawnSync(process.execPath, args, { cwd: root, stdio: 'ignore' });
  return names.map((name) => `去掉 ${parts[name].label}`);
}

/** The texts of the project, by their path with `/`. */
function filesOf(root: string): string[] {
  return ['README.md', 'docs', 'mini', 'prisma', 'scripts', 'server'].flatMap((name) => {
    if (!existsSync(path.join(root, name))) return [];
    if (name.includes('.')) return [name];
    return readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' })
      .map((file) => path.posix.join(name, file.replaceAll('\\', '/')))
      .filter((file) => /\.[a-z]+$/.test(file) && !/(?:node_modules|generated|fixtures)\//.test(file));
  });
}

/** A file of the mini program's without pages, tabs and components that are gone. */
function withoutPaths(text: string, gone: (page: string) => boolean): string {
  const goes = (value: unknown) => typeof value === 'string' && gone(value.replace(/^\//, ''));
  const namesGone = (value: unknown) => goes(value) || Object.values(Object(value)).some(goes);
  const rest = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((one) => !namesGone(one)).map(rest);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([, one]) => !goes(one));
    return Object.fromEntries(kept.map(([key, one]) => [key, rest(one)]));
  };
  const before: unknown = JSON.parse(text);
  const after = rest(before);
  return JSON.stringify(after) === JSON.stringify(before) ? text : `${JSON.stringify(after, null, 2)}\n`;
}

function withoutPackages(text: string, packages: readonly string[]): string {
  const manifest = JSON.parse(text) as Record<string, Record<string, string>>;
  for (const name of packages) {
    delete manifest.dependencies?.[name];
    delete manifest.devDependencies?.[name];
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** A variable goes with the comment above it, and a section with its last variable. */
function withoutVariables(text: string, variables: readonly string[]): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const [, name = ''] = /^#?([A-Z][A-Z0-9_]*)=/.exec(line) ?? [];
    if (!variables.includes(name)) {
      lines.push(line);
      continue;
    }
    while (/^#(?! ──)(?![A-Z][A-Z0-9_]*=)/.test(lines.at(-1) ?? '')) lines.pop();
  }
  return lines
    .join('\n')
    .replace(/^# ──.*\n+(?=# ──|$(?![\s\S]))/gm, '')
    .replace(/\n{3,}/g, '\n\n');
}

const withoutRows = (text: string, variables: readonly string[]) =>
  text
    .split('\n')
    .filter((line) => !variables.some((name) => line.startsWith(`| \`${name}\` `)))
    .join('\n');

/** Links to what is gone become plain words. */
const withoutLinks = (text: string, gone: (target: string) => boolean) =>
  text.replace(/\[([^\]\n]+)\]\(([^)\s]+)\)/g, (link, words: string, target: string) =>
    gone(target.replace(/#.*$/, '')) ? words : link,
  );
