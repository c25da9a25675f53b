import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { StartFailure } from '../../server/config/start-failure.ts';
import { pruneLock } from './lock.ts';
import { type Edit, type PartName, partNames, parts } from './parts.ts';

/** What leaving parts out makes of a project: the new text of each file that changes, and what goes. */
export interface LeftOut {
  remove: string[];
  write: Map<string, string>;
}

/** The parts with those that cannot be without them, in the order of `partNames`. */
export function withImplied(names: readonly PartName[]): PartName[] {
  return partNames.filter(
    (name) => names.includes(name) || names.some((one) => parts[one].implies?.includes(name)),
  );
}

/**
 * Works out what leaving parts out changes; nothing is written.
 *
 * @throws StartFailure naming every place that is not as it was in the template.
 */
export function leaveOut(root: string, names: readonly PartName[]): LeftOut {
  const chosen = names.map((name) => parts[name]);
  const remove = chosen.flatMap((part) => part.remove).filter((file) => existsSync(path.join(root, file)));
  const gone = (file: string) => remove.some((one) => file === one || file.startsWith(`${one}/`));
  const write = new Map<string, string>();
  const read = (file: string) =>
    write.get(file) ??
    readFileSync(path.join(root, file), 'utf8')
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n');
  const problems: string[] = [];
  for (const edit of chosen.flatMap((part) => part.edits)) {
    if (gone(edit.file)) continue;
    const after = existsSync(path.join(root, edit.file)) ? edited(read(edit.file), edit) : null;
    if (after === null) problems.push(`  ${edit.file}：${edit.find.trim()}`);
    else write.set(edit.file, after);
  }
  if (problems.length > 0) {
    throw new StartFailure(
      `这些地方和模板里的不一样了，没法自动去掉，什么也没有改。请照 docs/parts.md 手工去掉：\n${problems.join('\n')}`,
    );
  }
  for (const [file, source] of chosen.flatMap((part) => Object.entries(part.put ?? {}))) {
    if (!gone(file)) write.set(file, readFileSync(new URL(`files/${source}`, import.meta.url), 'utf8'));
  }
  const variables = chosen.flatMap((part) => part.variables ?? []);
  if (variables.length > 0) {
    write.set('.env.example', withoutVariables(read('.env.example'), variables));
  }
  for (const file of documents(root).filter((one) => !gone(one))) {
    const text = read(file);
    const after = withoutLinks(file === 'docs/settings.md' ? withoutRows(text, variables) : text, (target) =>
      gone(path.posix.join(path.posix.dirname(file), target)),
    );
    if (after !== text) write.set(file, after);
  }
  const packages = chosen.flatMap((part) => part.packages ?? []);
  if (packages.length > 0) {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    for (const name of packages) {
      delete manifest.dependencies?.[name];
      delete manifest.devDependencies?.[name];
    }
    write.set('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
    write.set('package-lock.json', pruneLock(read('package-lock.json'), packages));
  }
  return { remove, write };
}

/** @returns null where the text is not there, or more than once. */
export function edited(text: string, { find, to, put }: Edit): string | null {
  const at = text.indexOf(find);
  if (at === -1 || text.indexOf(find, at + 1) !== -1) return null;
  if (put !== undefined) return text.slice(0, at) + put + text.slice(at + find.length);
  const last = to === undefined ? at : text.indexOf(to, at + find.length);
  if (last === -1) return null;
  const begin = text.lastIndexOf('\n', at) + 1;
  const end = text.indexOf('\n', last + (to?.replace(/^\n/, '').length ?? 0));
  // Of two empty lines that are now one after the other, one goes.
  const before = text.slice(0, begin);
  const after = text.slice(end + 1);
  return before + (before.endsWith('\n\n') && after.startsWith('\n') ? after.slice(1) : after);
}

function documents(root: string): string[] {
  const inFolder = (folder: string) =>
    existsSync(path.join(root, folder))
      ? readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.md'))
          .map((file) => path.posix.join(folder, file.replaceAll('\\', '/')))
      : [];
  return ['README.md', ...inFolder('docs'), ...inFolder('scripts/docs')];
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
