/** Builds the mini program, by default into `dist/mini`, which mini.project.json names for the IDE. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { MiniConfig } from '../../../mini/config/config.ts';
import { projectRoot } from '../../../server/config/paths.ts';
import { watchFolder } from '../../dev/watch-folder.ts';
import { CompileError, formatProblem } from '../../simulator/compiler/problem.ts';
import { compileMini } from './compile.ts';
import type { Environment } from './config.ts';
import { type PackageFiles, packageSize, readFolder } from './package-files.ts';
import { defaultOutput, miniSource } from './paths.ts';
import { removeFile, replaceFile } from './replace-file.ts';
import { packageLimit } from './sizes.ts';

export interface BuildOptions {
  env: Environment;
  /** Default: `dist/mini`. Files there that are no part of the package are removed. */
  outDir?: string;
  /** Replaces values of the environment's configuration, e.g. the address of a server that was just started. */
  config?: Partial<MiniConfig>;
  /** Default: `mini/`. */
  source?: string;
}

export interface BuildResult {
  outDir: string;
  /** Number of files. */
  files: number;
  /** Bytes. */
  size: number;
  /** Files that changed on disk, relative to `outDir`. */
  changed: string[];
  /** Warnings, in words for people. */
  warnings: string[];
}

/**
 * Compiles, checks, and only then writes what changed: whoever watches the folder sees whole files, and a failed
 * build leaves the last good one.
 *
 * @throws CompileError; Error in Chinese for a configuration that no package can be built with.
 */
export async function buildMini(options: BuildOptions): Promise<BuildResult> {
  const outDir = path.resolve(options.outDir ?? defaultOutput);
  const { files, errors, warnings } = await compileMini({
    source: options.source ?? miniSource,
    env: options.env,
    ...(options.config === undefined ? {} : { config: options.config }),
  });
  if (errors.length > 0) throw new CompileError(errors, 'mini');
  const changed = await writePackage(files, outDir);
  return {
    outDir,
    files: files.size,
    size: packageSize(files),
    changed,
    warnings: warnings.map((problem) => formatProblem(problem, 'mini')),
  };
}

async function writePackage(files: PackageFiles, outDir: string): Promise<string[]> {
  refuseSourceFolders(outDir);
  await mkdir(outDir, { recursive: true });
  const before = await readFolder(outDir);
  if (before.size > 0 && !before.has('app.json')) {
    throw new Error(`${outDir} 里有别的文件，不像小程序的输出文件夹，没有写入。请换一个空文件夹。`);
  }
  const gone = [...before.keys()].filter((file) => !files.has(file));
  const wanted = new Set([...files.keys()].map((file) => file.toLowerCase()));
  // On Windows and macOS, names that differ only in capitals are one file: the old one goes before the new one is
  // written.
  const renamed = gone.filter((file) => wanted.has(file.toLowerCase()));
  const changed: string[] = [];
  for (const file of renamed) await removeFile(outDir, file);
  for (const [file, content] of files) {
    if (before.get(file)?.equals(content) === true) continue;
    const target = path.join(outDir, ...file.split('/'));
    await mkdir(path.dirname(target), { recursive: true });
    await replaceFile(target, content);
    changed.push(file);
  }
  for (const file of gone) if (!renamed.includes(file)) await removeFile(outDir, file);
  return [...changed, ...gone];
}

/** Whether a folder is the other one, or above it; on Windows they may be on different drives. */
function contains(folder: string, other: string): boolean {
  const way = path.relative(folder, other);
  return !way.startsWith('..') && !path.isAbsolute(way);
}

/** Refuses a folder of the project: a build removes all files there that are no part of the package. */
function refuseSourceFolders(outDir: string): void {
  if (contains(outDir, projectRoot) || contains(miniSource, outDir)) {
    throw new Error(`${outDir} 是项目自己的文件夹，不能作为输出文件夹。默认是 dist/mini。`);
  }
}

export interface Watcher {
  close(): Promise<void>;
}

/** Milliseconds of quiet after a change before building: editors write in several steps. */
const QUIET = 100;

/**
 * Builds once, then after each change below the source folder. Builds never overlap.
 *
 * @param report called after every build with its result or its error.
 */
export async function watchMini(
  options: BuildOptions,
  report: (result: BuildResult | Error) => void,
): Promise<Watcher> {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = () => {
    running = running.then(async () => {
      try {
        report(await buildMini(options));
      } catch (error) {
        report(error instanceof Error ? error : new Error(String(error)));
      }
    });
  };
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(run, QUIET);
  };
  const watcher = await watchFolder(options.source ?? miniSource, changed, (message) =>
    report(new Error(message)),
  );
  run();
  await running;
  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await running;
    },
  };
}

/** The warnings, then one line with the folder, the number of files and the size; for people. */
export function describeBuild({ outDir, files, size, warnings }: BuildResult): string {
  const folder = path.relative(projectRoot, outDir) || outDir;
  const share = ((size / packageLimit) * 100).toFixed(1);
  const remarks = warnings.map((warning) => `${warning}\n`).join('');
  return `${remarks}小程序已构建到 ${folder}：${files} 个文件，${size} 字节（上限 ${packageLimit} 字节，已用 ${share}%）`;
}
