import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { compareVersions } from '../../server/config/mini-version.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { removeParts, withImplied } from '../init/leave-out.ts';
import { isPart, type PartName, partNames } from '../init/parts.ts';
import { removeTemplatesOwn } from '../init/templates-own.ts';
import { type Git, gitIn } from './git.ts';
import { type Manifest, mergeManifests } from './manifest.ts';
import { appOnly, writeRelease } from './release-tree.ts';

export interface Update {
  from: string;
  to: string;
  without: PartName[];
  /**
   * Two commits in the app's repository, without a branch: what it was made from, and what it would be made from now.
   */
  commits: { base: string; theirs: string };
  /** Values of package.json that both have changed. */
  both: string[];
}

export interface Merged {
  changed: string[];
  /** Files with git's marks of a conflict, for a person to decide. */
  conflicts: string[];
  /** Removed from the app and changed by the template: they stay removed. */
  stillGone: string[];
  /** Changed in the app and removed from the template: they stay. */
  stillThere: string[];
}

const readJson = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8').replace(/^\uFEFF/, '')) as Manifest;

/**
 * Checks that an app can be updated, and makes the base and the new side of the merge as commits. The work tree stays
 * as it is.
 *
 * @throws StartFailure in Chinese.
 */
export async function prepare(app: string, template: string): Promise<Update> {
  const git = gitIn(app);
  const theirs = manifestOf(template, '模板');
  const ours = manifestOf(app, '应用');
  const nothing = '什么也没有改。';
  if (theirs.template !== undefined || !existsSync(path.join(template, 'scripts', 'update', 'main.ts'))) {
    throw new StartFailure(`${template} 不是模板（或者是还不能更新别人的旧版）。${nothing}`);
  }
  if (ours.template === undefined || ours.template.name !== theirs.name) {
    throw new StartFailure(
      `${app} 不是由 ${theirs.name} 生成的应用：package.json 里没有 template 这一项。没有运行过 npm run init 的，直接换成新版就行。${nothing}`,
    );
  }
  const { version: from } = ours.template;
  const to = theirs.version;
  const newer = compareVersions(to, from) ?? 0;
  if (newer === 0) throw new StartFailure(`应用已经是 ${from}，不用更新。${nothing}`);
  if (newer < 0) throw new StartFailure(`给的是 ${to}，比应用的 ${from} 还旧。请下载新版。${nothing}`);
  refuseUnsaved(git, app);

  const gitFolder = git(['rev-parse', '--absolute-git-dir']);
  const work = mkdtempSync(path.join(os.tmpdir(), 'template-update-'));
  try {
    const [base, now] = ['base', 'theirs'].map((name) => path.join(work, name)) as [string, string];
    if (!writeRelease(template, from, base)) {
      throw new StartFailure(`给的模板里没有 ${from} 的底稿，不能三方合并。请先更新到中间的版本。${nothing}`);
    }
    mkdirSync(now);
    const index = path.join(work, 'index');
    /** Git on the app's repository, with another folder as its work tree and an index of its own. */
    const at = (folder: string) => {
      const env = {
        GIT_DIR: gitFolder,
        GIT_WORK_TREE: folder,
        GIT_INDEX_FILE: index,
        GIT_LITERAL_PATHSPECS: '1',
      };
      return (...args: string[]) => gitIn(folder)(args, env);
    };
    // Copied by git, which leaves out ignored files: packages, builds, `.env`.
    at(template)('add', '-A');
    at(now)('checkout-index', '-a');

    // Parts that `npm run init` left out are removed from both sides. Of a part that was removed by hand, something may
    // be left in the app: the base keeps it.
    const noted = withImplied(ours.template.without?.filter(isPart) ?? []);
    const without = withImplied([...noted, ...goneParts(app, base)]);
    const packages = [template, app].find((one) => existsSync(path.join(one, 'node_modules', '@biomejs')));
    if (packages === undefined) throw new StartFailure(`应用还没有装依赖。请先运行 npm install。${nothing}`);
    for (const [folder, names] of [
      [base, noted],
      [now, without],
    ] as const) {
      await removeTemplatesOwn(folder);
      if (names.length > 0) removeParts(folder, names, pathToFileURL(path.join(packages, 'package.json')));
    }
    const now0 = readJson(now);
    delete now0.scripts.bench;
    const { merged, both } = mergeManifests(readJson(base), ours, now0);
    writeFileSync(path.join(now, 'package.json'), `${JSON.stringify(merged, null, 2)}\n`);
    const lock = path.join(now, 'package-lock.json');
    const named = readFileSync(lock, 'utf8').replaceAll(`"name": "${theirs.name}"`, `"name": "${ours.name}"`);
    writeFileSync(lock, named);

    const treeOf = (folder: string, whole: RegExp, more: readonly (readonly [string, string, string])[]) => {
      const run = at(folder);
      rmSync(index, { force: true });
      run('add', '-A', '-f');
      const others = run('ls-files', '-z')
        .split('\0')
        .filter((file) => file !== '' && !appOnly(file) && !whole.test(file));
      const listed = path.join(work, 'others');
      writeFileSync(listed, others.join('\0'));
      if (others.length > 0) {
        run('rm', '--cached', '-q', '-f', `--pathspec-from-file=${listed}`, '--pathspec-file-nul');
      }
      for (const [mode, id, file] of more) {
        if (mode === '040000') run('read-tree', `--prefix=${file}/`, id);
        else run('update-index', '--add', '--cacheinfo', `${mode},${id},${file}`);
      }
      return run('write-tree');
    };
    // The base of what is replaced whole is the app's own state, so that it cannot conflict.
    const whole = ['scripts', 'package.json', 'package-lock.json'];
    for (const file of whole) rmSync(path.join(base, file), { recursive: true, force: true });
    const replaced = whole.flatMap((file) => {
      const [, mode, id] = /^(\d+) \w+ (\w+)/.exec(git(['ls-tree', 'HEAD', file])) ?? [];
      return mode === undefined || id === undefined ? [] : [[mode, id, file] as const];
    });
    const baseTree = treeOf(base, /^$/, replaced);
    const theirTree = treeOf(now, /^(?:scripts\/|package-lock\.json$)/, []);
    const baseCommit = git(['commit-tree', baseTree, '-m', `模板 ${from}`]);
    const theirCommit = git(['commit-tree', theirTree, '-p', baseCommit, '-m', `模板 ${to}`]);
    return { from, to, without, commits: { base: baseCommit, theirs: theirCommit }, both };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function manifestOf(folder: string, what: string): Manifest {
  try {
    return readJson(folder);
  } catch {
    throw new StartFailure(`${folder} 里没有能读的 package.json，不是${what}的文件夹。什么也没有改。`);
  }
}

function refuseUnsaved(git: Git, app: string): void {
  const inside = (() => {
    try {
      return git(['rev-parse', '--show-prefix']);
    } catch {
      return null;
    }
  })();
  if (inside === null) {
    throw new StartFailure(
      `${app} 没有用 git 管理，更新了就退不回来。请先运行 git init、git add -A、git commit -m 更新前。什么也没有改。`,
    );
  }
  if (inside !== '') throw new StartFailure(`${app} 不是 git 仓库的根目录，不能更新。什么也没有改。`);
  const unsaved = git(['status', '--porcelain']).split('\n').filter(Boolean);
  if (unsaved.length > 0) {
    const some = unsaved.slice(0, 10).map((line) => `\n  ${line}`);
    throw new StartFailure(
      `还有没提交的改动，更新会和它们混在一起。请先提交（git commit）或收起（git stash -u）。什么也没有改。${some.join('')}`,
    );
  }
}

/** The folder of each part, by which a part is found that was removed by hand. */
const home = (part: PartName) => (part === 'h5' ? 'server/console/app/h5' : `server/${part}`);
const goneParts = (app: string, base: string) =>
  partNames.filter(
    (part) => existsSync(path.join(base, home(part))) && !existsSync(path.join(app, home(part))),
  );

/** A file in git's own folder that marks an update under way; it holds the commit before. */
const underWay = (git: Git, app: string) =>
  path.resolve(app, git(['rev-parse', '--git-path', 'template-update']));

/**
 * Merges in a copy of the work tree, or in the work tree itself. Nothing is committed.
 *
 * @param dry leaves the app as it is.
 */
export function merge(app: string, { commits }: Update, dry: boolean): Merged {
  const git = gitIn(app);
  if (!dry) {
    const note = underWay(git, app);
    writeFileSync(note, git(['rev-parse', 'HEAD']));
    const merged = pick(git, commits.theirs);
    rmSync(note);
    return merged;
  }
  const copy = mkdtempSync(path.join(os.tmpdir(), 'template-trial-'));
  try {
    git(['worktree', 'add', '-q', '--detach', '--force', copy, 'HEAD']);
    return pick(gitIn(copy), commits.theirs);
  } finally {
    rmSync(copy, { recursive: true, force: true });
    git(['worktree', 'prune']);
  }
}

/**
 * Undoes an update that was stopped half way. The present state is kept as a commit first: a person may have worked on
 * it.
 *
 * @returns a Chinese line; null where nothing was stopped.
 */
export function undoStopped(app: string): string | null {
  const git = gitIn(app);
  let note: string;
  try {
    note = underWay(git, app);
  } catch {
    return null;
  }
  if (!existsSync(note)) return null;
  const head = readFileSync(note, 'utf8');
  rmSync(path.resolve(app, git(['rev-parse', '--git-path', 'index.lock'])), { force: true });
  const index = { GIT_INDEX_FILE: `${note}-index` };
  git(['add', '-A'], index);
  const kept = git(['commit-tree', git(['write-tree'], index), '-p', head, '-m', '更新中断时的样子']);
  git(['update-ref', 'refs/template-update/stopped', kept]);
  rmSync(`${note}-index`, { force: true });
  git(['add', '-A']);
  git(['reset', '-q', '--hard', head]);
  rmSync(note);
  return `上次的更新停在半路，已退回到更新前（那时的样子留在 git 的 ${kept.slice(0, 10)}）。`;
}

/**
 * Merges by a cherry-pick, whose base is the parent of the picked commit. Changes in white space alone are ignored: an
 * element that the template puts around a page must not undo changes inside.
 */
function pick(git: Git, commit: string): Merged {
  try {
    git(['cherry-pick', '--no-commit', '--allow-empty', '-X', 'ignore-all-space', commit]);
  } catch (error) {
    // Git also fails where there are conflicts.
    if (git(['ls-files', '--unmerged']) === '') throw error;
  }
  const merged: Merged = { changed: [], conflicts: [], stillGone: [], stillThere: [] };
  for (const line of git(['status', '--porcelain', '--no-renames', '-z', '--untracked-files=no']).split(
    '\0',
  )) {
    const [state, file] = [line.slice(0, 2), line.slice(3)];
    if (file === '') continue;
    // A file that the template has moved, and that the app had removed at its old place, is taken as new: other files
    // need it.
    const moved = state === 'DU' && git(['ls-tree', `${commit}^`, '--', file]) === '';
    if (moved) {
      git(['add', '--', file]);
      merged.changed.push(file);
    } else if (state === 'DU' || state === 'DD') {
      git(['rm', '-q', '-f', '--', file]);
      if (state === 'DU') merged.stillGone.push(file);
    } else if (state === 'UD') {
      git(['add', '--', file]);
      merged.stillThere.push(file);
    } else if (/U|AA/.test(state)) merged.conflicts.push(file);
    else merged.changed.push(file);
  }
  return merged;
}
