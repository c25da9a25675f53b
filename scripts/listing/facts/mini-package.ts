import { isIP } from 'node:net';
import path from 'node:path';
import type { MiniConfig } from '../../../mini/config/config.ts';
import { compileMini, type MiniPackage } from '../../build/mini/compile.ts';
import { configurationFile, type Environment, readConfigFile } from '../../build/mini/config.ts';
import type { PackageFiles } from '../../build/mini/package-files.ts';
import { buildApp } from '../../simulator/compiler/build.ts';
import { formatProblem } from '../../simulator/compiler/problem.ts';
import type { ProjectFiles } from '../check/project-files.ts';
import type { Context } from '../rule.ts';
import { type MiniTrial, runMiniTrial } from '../trial/mini-trial.ts';

const sourceOf = (files: ProjectFiles): string => path.join(files.root, 'mini');

/**
 * The configuration in `mini/config/<env>.ts`, unchecked.
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

/** Values with which every build works: the real configuration has rules of its own. */
const anyServer: MiniConfig = {
  serverUrl: 'https://check.invalid',
  corpId: 'ding-check',
  container: 'auto',
};

const packages = new WeakMap<ProjectFiles, Promise<MiniPackage | Error>>();

/** The package that production gets, but for the server's address, and what is wrong in it; compiled once a check. */
export function compiledPackage(files: ProjectFiles): Promise<MiniPackage | Error> {
  return once(packages, files, () =>
    compileMini({ source: sourceOf(files), env: 'production', config: anyServer }),
  );
}

/** The files of the built package, of any size; an Error where it cannot be built. */
export async function productionPackage(files: ProjectFiles): Promise<PackageFiles | Error> {
  const built = await compiledPackage(files);
  if (built instanceof Error) return built;
  const [problem] = built.errors.filter(({ code }) => code !== 'package-size');
  return problem ? new Error(formatProblem(problem, 'mini').replace(/\s+/g, ' ')) : built.files;
}

const trials = new WeakMap<ProjectFiles, Promise<MiniTrial | Error>>();

/** The mini program's sign-in, tried once a check; see {@link runMiniTrial}. */
export function miniTrial({ files, listing }: Context): Promise<MiniTrial | Error> {
  return once(trials, files, async () => {
    const built = await compiledPackage(files);
    if (built instanceof Error) throw built;
    const app = await buildApp(sourceOf(files), { replace: configurationFile(anyServer) });
    return runMiniTrial(app, built.files, listing.app.platform ?? 'dingtalk');
  });
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

/** An address that stands in a mini program package. */
export interface PackageUrl {
  file: string;
  /** From 1. */
  line: number;
  url: string;
  hostname: string;
  /** By https, and a name that the internet knows. */
  acceptable: boolean;
}

const searched = /\.(js|sjs|axml|acss|json)$/;
/** npm components: the addresses of their icon fonts are not requests of the app. */
const foreign = /^vendor\//;
const address = /\b(?:https?|wss?):\/\/[^\s"'`()<>{}\\]+/gi;
const xmlNamespace = /^http:\/\/www\.w3\.org\//;

/** Every address in the app's own files of a package, without the configured server's. */
export function urlsIn(files: PackageFiles): PackageUrl[] {
  const found: PackageUrl[] = [];
  for (const [file, content] of files) {
    if (!searched.test(file) || foreign.test(file) || file === 'config/current.js') continue;
    for (const [index, line] of content.toString('utf8').split('\n').entries()) {
      for (const [url] of line.matchAll(address)) {
        if (xmlNamespace.test(url) || !URL.canParse(url)) continue;
        const { protocol, hostname } = new URL(url);
        const named = hostname.includes('.') && isIP(hostname) === 0 && !hostname.endsWith('.localhost');
        const acceptable = named && (protocol === 'https:' || protocol === 'wss:');
        found.push({ file, line: index + 1, url, hostname, acceptable });
      }
    }
  }
  return found;
}
