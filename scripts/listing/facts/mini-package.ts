import path from 'node:path';
import type { MiniConfig } from '../../../mini/config/config.ts';
import { compileMini } from '../../build/mini/compile.ts';
import { type Environment, readConfigFile } from '../../build/mini/config.ts';
import type { PackageFiles } from '../../build/mini/package-files.ts';
import { nodeModules } from '../../build/mini/paths.ts';
import type { ProjectFiles } from '../check/project-files.ts';
import type { Context } from '../rule.ts';
import { type MiniTrial, runMiniTrial } from '../trial/mini-trial.ts';

const sourceOf = (files: ProjectFiles): string => path.join(files.root, 'mini');

/**
 * What `mini/config/<env>.ts` says, with whatever is wrong in it.
 *
 * @returns the Error where it cannot be read; its message is for people.
 */
export async function miniConfig(files: ProjectFiles, env: Environment): Promise<MiniConfig | Error> {
  try {
    return await readConfigFile(sourceOf(files), env);
  } catch (error) {
    return asError(error);
  }
}

export const miniVersionFile = 'mini/version.ts';

/** The version of the mini program's package, as it stands in its source; null where there is none. */
export async function versionOfMini(files: ProjectFiles): Promise<string | null> {
  const text = await files.read(miniVersionFile);
  return /export const version\s*=\s*['"]([^'"]*)['"]/.exec(text ?? '')?.[1] ?? null;
}

/** Values that any build takes: what stands in the configuration has rules of its own. */
const anyServer: Partial<MiniConfig> = { serverUrl: 'https://check.invalid', corpId: 'ding-check' };

const packages = new WeakMap<ProjectFiles, Promise<PackageFiles | Error>>();

/** The package that production gets, but for the server's address; compiled once a check. */
export function productionPackage(files: ProjectFiles): Promise<PackageFiles | Error> {
  return once(packages, files, () =>
    compileMini({ source: sourceOf(files), nodeModules, env: 'production', config: anyServer }),
  );
}

const trials = new WeakMap<ProjectFiles, Promise<MiniTrial | Error>>();

/** The mini program's sign-in, tried once a check; see {@link runMiniTrial}. */
export function miniTrial({ files, listing }: Context): Promise<MiniTrial | Error> {
  return once(trials, files, () =>
    runMiniTrial(
      (serverUrl) =>
        compileMini({
          source: sourceOf(files),
          nodeModules,
          env: 'development',
          config: { serverUrl, corpId: 'ding-check', container: 'auto' },
        }),
      listing.app.platform ?? 'dingtalk',
    ),
  );
}

function once<T>(
  cache: WeakMap<ProjectFiles, Promise<T | Error>>,
  files: ProjectFiles,
  make: () => Promise<T>,
): Promise<T | Error> {
  const known = cache.get(files);
  if (known !== undefined) return known;
  const made = make().catch(asError);
  cache.set(files, made);
  return made;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
