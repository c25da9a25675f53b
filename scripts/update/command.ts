import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { compareVersions } from '../../server/config/mini-version.ts';
import { projectRoot } from '../../server/config/paths.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { unpack } from './archive.ts';
import { gitIn } from './git.ts';
import { type Merged, merge, prepare, type Update, undoStopped } from './merge.ts';

export const usage = `用法：
  npm run template:update 新版.zip         先看看：会改什么、哪里有冲突，什么也不改（.tar.gz 和文件夹也行）
  npm run template:update 新版.zip apply   更新：工具箱整个替换，其余三方合并，不提交
应用还没有这个命令的（0.1.0），在新版模板的文件夹里运行：npm run template:update ../我的应用 apply
见 scripts/docs/update.md。`;

/**
 * In an app, hands over to the code of the newer template; in the template, updates the given app.
 *
 * @param root the folder of the app or template that runs the command.
 * @returns the exit code.
 * @throws StartFailure in Chinese; nothing has been changed then.
 */
export async function main(args: readonly string[], root = projectRoot): Promise<number> {
  const words = args.filter((word) => !/^(?:--)?apply$/.test(word));
  const apply = words.length < args.length;
  const [given, ...more] = words;
  if (given === undefined || more.length > 0 || given.startsWith('-')) throw new StartFailure(usage);
  const target = path.resolve(given);
  if (!existsSync(target)) throw new StartFailure(`没有 ${target}。\n\n${usage}`);
  const { template } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    template?: object;
  };
  return template === undefined ? update(target, root, apply) : handOver(root, target, apply);
}

/** Runs the update of the newer version. It uses Node.js and the packages of the app. */
async function handOver(app: string, given: string, apply: boolean): Promise<number> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'template-new-'));
  try {
    const template = statSync(given).isDirectory() ? given : await unpack(given, work);
    const entry = path.join(template, 'scripts', 'update', 'main.ts');
    if (!existsSync(entry))
      throw new StartFailure(`${given} 不是模板，或者是还没有这个命令的旧版。什么也没有改。`);
    const tsx = createRequire(path.join(projectRoot, 'package.json')).resolve('tsx');
    const words = ['--import', pathToFileURL(tsx).href, entry, app, ...(apply ? ['apply'] : [])];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    if (stdout !== '') console.log(stdout.trimEnd());
    if (stderr !== '') console.error(stderr.trimEnd());
    return status ?? 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function update(app: string, template: string, apply: boolean): Promise<number> {
  const undone = undoStopped(app);
  if (undone !== null) console.log(undone);
  const planned = await prepare(app, template);
  const merged = merge(app, planned, !apply);
  console.log(told(app, template, planned, merged, apply));
  return 0;
}

/** The report: what has been or would be changed, and what is left to people. */
function told(app: string, template: string, planned: Update, merged: Merged, apply: boolean): string {
  const { from, to, without, commits, both } = planned;
  const { changed, conflicts, stillGone, stillThere } = merged;
  const git = gitIn(app);
  const listed = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${title}（${lines.length}）：`, ...lines.map((line) => `  ${line}`)];
  const inApp = changed.filter((file) => !file.startsWith('scripts/'));
  const added = git([
    'diff',
    '--diff-filter=A',
    '--name-only',
    commits.base,
    commits.theirs,
    '--',
    'prisma/migrations',
  ])
    .split('\n')
    .filter((file) => file.endsWith('.sql') && existsNot(app, file, apply));
  const names = (commit: string) => {
    try {
      return Object.keys(
        parseEnv(git(['show', `${commit}:.env.example`]).replace(/^#(?=[A-Z][A-Z0-9_]*=)/gm, '')),
      );
    } catch {
      return [];
    }
  };
  const [before, now] = [names(commits.base), names(commits.theirs)];
  const next = apply
    ? [
        conflicts.length > 0 ? `改好有冲突的文件（搜索 <<<<<<<），每改好一个 git add 一个。` : '',
        '运行 npm install（补上您自己加的包），再 npm run lint、npm test。',
        '照上面“要做的事”做完，用 git diff --cached 看一遍，git commit 提交。',
        '不想要了：git reset --hard 退回更新前。',
      ].filter((line) => line !== '')
    : ['这是试运行，什么也没有改。要更新，在同一条命令末尾加 apply。'];
  return [
    `${apply ? '已更新' : '会更新'}：${from} → ${to}${without.length === 0 ? '' : `（仍然不要：${without.join('、')}）`}`,
    `工具箱 scripts/ 整个替换；应用里 ${inApp.length} 个文件跟着模板变，您改过而模板没改的一律不动。`,
    ...listed('有冲突，两边都改了同一处，要人来定', conflicts),
    ...listed('您删掉、模板又改过的，仍然不要', stillGone),
    ...listed('模板删掉、您改过的，留着，不用了可以删', stillThere),
    ...listed('package.json 里两边都改了，用了模板的', both),
    ...listed('新的数据库迁移，下次启动时应用；先看一遍，升级生产前备份', added),
    ...listed(
      '新的配置，说明在 .env.example',
      now.filter((name) => !before.includes(name)),
    ),
    ...listed(
      '不再有的配置，可以从 .env 删掉',
      before.filter((name) => !now.includes(name)),
    ),
    '',
    ...notes(template, from, to),
    '',
    ...next,
  ].join('\n');
}

const existsNot = (app: string, file: string, applied: boolean) =>
  applied || !existsSync(path.join(app, file));

/** What an owner must do: the notes of every version after the app's. */
function notes(template: string, from: string, to: string): string[] {
  const text = readFileSync(path.join(template, 'scripts', 'docs', 'update.md'), 'utf8');
  return text
    .split(/^(?=## \d)/m)
    .slice(1)
    .filter((section) => {
      const version = /^## (\d+\.\d+\.\d+)/.exec(section)?.[1] ?? '0.0.0';
      return (compareVersions(version, from) ?? 0) > 0 && (compareVersions(version, to) ?? 0) <= 0;
    })
    .map((section) => section.replace(/^## (.*)/, '$1 要做的事：').trim());
}
