import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { type LockedPackages, reachedPackages } from '../../lock-file.ts';
import { filesBelow } from '../manage/manifest.ts';
import type { Target } from './target.ts';

/** The parts of `package-lock.json` that are read here. */
export interface Lock {
  packages: LockedPackages;
}

/**
 * The packages that the application can load, by their places: what it depends on, what those depend on, and the peers
 * that they cannot do without. npm installs TypeScript as well, which `@prisma/client` can do without.
 */
export const neededPackages = ({ packages }: Lock): Set<string> =>
  reachedPackages(packages, [''], (locked) => [
    ...Object.keys(locked.dependencies ?? {}),
    ...Object.keys(locked.optionalDependencies ?? {}),
    ...Object.keys(locked.peerDependencies ?? {}).filter(
      (name) => locked.peerDependenciesMeta?.[name]?.optional !== true,
    ),
  ]);

/** Files that no running server reads. Query compilers are Prisma's, one for each kind of database. */
const useless = [
  /\.map$/,
  /\.d\.[cm]?ts$/,
  /^node_modules\/@prisma\/client\/runtime\/query_compiler_\w+\.(?:cockroachdb|mysql|sqlite|sqlserver)\./,
  /^node_modules\/\.package-lock\.json$/,
  // Tests bring keys and certificates, which scanners take for secrets.
  /^node_modules\/(?:.+\/node_modules\/)?(?:@[^/]+\/)?[^/@]+\/(?:tests?|__tests__|benchmarks?|examples?)\//,
  /\.test\.[cm]?[jt]s$/,
];

/**
 * Puts the packages that production needs into `folder/node_modules`, for the target: those of the lock file,
 * checked by npm against its hashes.
 *
 * @throws StartFailure where npm fails, or a part compiled for another machine is among them.
 */
export async function installDependencies(project: string, folder: string, target: Target): Promise<void> {
  // The lock file covers the toolbox, so npm needs its package file too; removeUnneeded removes it again.
  await mkdir(path.join(folder, 'scripts'), { recursive: true });
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'scripts/package.json']) {
    await copyFile(path.join(project, file), path.join(folder, file));
  }
  const options = [
    'ci',
    '--omit=dev',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `--os=${target.os}`,
    `--cpu=${target.cpu}`,
    ...(target.libc === null ? [] : [`--libc=${target.libc}`]),
  ];
  const { status, stderr } = runNpm(options, folder);
  if (status !== 0) {
    throw new StartFailure(`装不上生产依赖，请检查能否访问 npm 源：\n${stderr.trim()}`);
  }
  const lock = JSON.parse(await readFile(path.join(folder, 'package-lock.json'), 'utf8')) as Lock;
  await removeUnneeded(folder, neededPackages(lock), lock);
  await checkNativeParts(folder, target);
  for (const file of ['package-lock.json', '.npmrc']) await rm(path.join(folder, file));
}

/** Runs npm in a folder. */
export function runNpm(words: readonly string[], folder: string): { status: number | null; stderr: string } {
  // npm passes its path to scripts; a test that Node.js runs knows only its name.
  const npm = process.env.npm_execpath;
  const spawned: SpawnSyncOptionsWithStringEncoding = {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
  };
  return npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...words], spawned)
    : spawnSync(`npm ${words.join(' ')}`, { ...spawned, shell: true });
}

async function removeUnneeded(folder: string, needed: ReadonlySet<string>, lock: Lock): Promise<void> {
  for (const place of Object.keys(lock.packages)) {
    if (!needed.has(place)) {
      await rm(path.join(folder, ...place.split('/')), { recursive: true, force: true });
    }
  }
  await rm(path.join(folder, 'node_modules', '.bin'), { recursive: true, force: true });
  for (const file of await filesBelow(path.join(folder, 'node_modules'))) {
    if (useless.some((pattern) => pattern.test(`node_modules/${file}`))) {
      await rm(path.join(folder, 'node_modules', ...file.split('/')));
    }
  }
}

/** The one package with compiled parts, and how its builds are named. */
const nativePackage = 'node_modules/@node-rs/argon2-';

/**
 * Compiled parts run on one kind of machine: there must be those of the target, and no others. A person must look at a
 * new dependency with compiled parts: does it have a build for every target?
 */
async function checkNativeParts(folder: string, { os, cpu, libc }: Target): Promise<void> {
  const found = (await filesBelow(path.join(folder, 'node_modules')))
    .map((file) => `node_modules/${file}`)
    .filter((file) => file.endsWith('.node'));
  const kind = os === 'win32' ? 'msvc' : libc === 'glibc' ? 'gnu' : 'musl';
  const expected = `${nativePackage}${os}-${cpu}-${kind}/`;
  const strange = found.filter((file) => !file.startsWith(expected));
  if (strange.length > 0 || found.length !== 1) {
    const scripts = await readdir(path.join(folder, 'node_modules', '@node-rs')).catch(() => []);
    throw new StartFailure(
      `依赖里的本机代码不对：应有 ${expected} 一个，找到 ${found.join('、') || '无'}（@node-rs 下有 ${scripts.join('、')}）。` +
        '请检查 package-lock.json 是否完整，以及新加的依赖有没有这种机器的预编译包。',
    );
  }
}
