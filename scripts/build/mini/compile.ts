import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { MiniConfig } from '../../../mini/config/config.ts';
import { compileApp } from '../../simulator/compiler/app.ts';
import { isPackage, type SourceFiles } from '../../simulator/compiler/files.ts';
import { compileModules, outputPath } from '../../simulator/compiler/modules.ts';
import { isError, type Problem } from '../../simulator/compiler/problem.ts';
import { configurationFile, type Environment, environments, readConfig } from './config.ts';
import type { PackageFiles } from './package-files.ts';
import { checkSizes } from './sizes.ts';

/** Cameras and drawing programs on Windows write `.PNG`. */
const copied = /\.(axml|acss|sjs|json|png|jpg|jpeg|gif|webp)$/i;
/** Configuration files that are not in the package: `config/current` takes their place. */
const left = new Set(
  ['config/config', ...environments.map((env) => `config/${env}`)].map((id) => `${id}.ts`),
);
const isShipped = (id: string): boolean => !/\.(test|d)\.ts$|^testing\//.test(id) && !left.has(id);

export interface CompileOptions {
  /** The folder with `app.json`. */
  source: string;
  env: Environment;
  /** Replaces values of the environment's configuration. */
  config?: Partial<MiniConfig>;
}

/** The mini program's package in memory, and what is wrong with its sources. */
export interface MiniPackage {
  files: PackageFiles;
  /** With any error, `files` must not reach a device. */
  errors: Problem[];
  warnings: Problem[];
}

/**
 * Compiles and checks the mini program: scripts to CommonJS at ES2017, the environment's configuration, what it uses of
 * npm packages below `vendor/`, everything else as it is. The simulator runs the same modules.
 *
 * @throws Error in Chinese for a configuration that no package can be built with.
 */
export async function compileMini(options: CompileOptions): Promise<MiniPackage> {
  const config = await readConfig(options.source, options.env, options.config);
  const app = compileApp(options.source, configurationFile(config), isShipped);
  const { compiled, problems } = await compileModules(app);
  const files: PackageFiles = new Map();
  for (const id of [...app.files.own, ...app.files.used]) {
    if (isShipped(id) && copied.test(id) && !isPackageJson(id))
      files.set(outputPath(id), await contentOf(id, app.files));
  }
  for (const { module, code } of compiled)
    if (!module.id.endsWith('.sjs')) files.set(module.out, Buffer.from(code));
  const all = [...app.problems, ...problems, ...checkSizes(files, app.files.read('app.json') ?? '')];
  return {
    files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
    errors: all.filter(isError),
    warnings: all.filter((problem) => !isError(problem)),
  };
}

const isPackageJson = (id: string): boolean => isPackage(id) && id.endsWith('/package.json');

async function contentOf(id: string, files: SourceFiles): Promise<Buffer> {
  const content = await readFile(files.absolute(id));
  return id.endsWith('.json') ? Buffer.from(withPackagePaths(id, content.toString('utf8'), files)) : content;
}

/** Points `usingComponents` to where the components lie in the package. */
function withPackagePaths(id: string, text: string, files: SourceFiles): string {
  let json: { usingComponents?: Record<string, string> };
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, '')) as typeof json;
  } catch {
    return text; // The check has reported it.
  }
  if (typeof json?.usingComponents !== 'object' || json.usingComponents === null) return text;
  for (const [tag, reference] of Object.entries(json.usingComponents)) {
    if (typeof reference !== 'string') continue;
    const named = files.resolve(id, reference, true);
    const isFolder = !files.exists(`${named}.axml`) && files.exists(`${named}/index.axml`);
    const target = isFolder ? `${named}/index` : named;
    const isPlain = /^[./]/.test(reference) && !isFolder;
    json.usingComponents[tag] = isPlain ? reference : `/${path.posix.normalize(outputPath(target))}`;
  }
  return `${JSON.stringify(json, null, 2)}\n`;
}
