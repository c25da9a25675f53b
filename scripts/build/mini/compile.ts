import path from 'node:path';
import type { MiniConfig } from '../../../mini/config/config.ts';
import { type Environment, environments, readConfig } from './config.ts';
import { addNpmComponents, packagePath } from './npm-components.ts';
import { type PackageFiles, readFolder } from './package-files.ts';
import { transpile } from './transpile.ts';

/** Cameras and drawing programs on Windows write `.PNG`. */
const copied = /\.(axml|acss|sjs|png|jpg|jpeg|gif|webp)$/i;
/** Only for the type checker, or replaced by the chosen environment. */
const left = new Set([
  'config/config.ts',
  'config/current.ts',
  ...environments.map((env) => `config/${env}.ts`),
]);

export interface CompileOptions {
  /** The folder with `app.json`. */
  source: string;
  nodeModules: string;
  env: Environment;
  /** Replaces values of the environment's configuration. */
  config?: Partial<MiniConfig>;
}

/**
 * Compiles the mini program into memory: TypeScript to CommonJS at ES2017, the environment's configuration, the
 * npm components in use, everything else as it is.
 *
 * @throws Error in Chinese for a configuration or component problem; esbuild's TransformFailure for a syntax error.
 */
export async function compileMini(options: CompileOptions): Promise<PackageFiles> {
  const config = await readConfig(options.source, options.env, options.config);
  const sources = await readFolder(options.source);
  const files: PackageFiles = new Map();
  const components = new Set<string>();

  for (const [file, content] of sources) {
    if (/\.(test|d)\.ts$|^testing\//.test(file) || left.has(file)) continue;
    if (file.endsWith('.ts')) {
      const code = await transpile(content.toString('utf8'), path.join(options.source, ...file.split('/')));
      files.set(file.replace(/\.ts$/, '.js'), Buffer.from(code));
    } else if (file.endsWith('.json')) {
      files.set(file, Buffer.from(rewriteJson(file, content.toString('utf8'), components)));
    } else if (copied.test(file)) {
      files.set(file, content);
    }
  }
  files.set(
    'config/current.js',
    Buffer.from(`"use strict";\nexports.config = ${JSON.stringify(config, null, 2)};\n`),
  );
  await addNpmComponents(files, options.nodeModules, components);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Points `usingComponents` into the package and notes the npm components. */
function rewriteJson(file: string, text: string, components: Set<string>): string {
  let json: { usingComponents?: Record<string, string> };
  try {
    json = JSON.parse(text) as typeof json;
  } catch (error) {
    throw new Error(
      `mini/${file} 不是合法的 JSON：${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (json.usingComponents === undefined) return text;
  for (const [tag, reference] of Object.entries(json.usingComponents)) {
    const target = packagePath(reference);
    if (target !== reference) components.add(reference);
    json.usingComponents[tag] = target;
  }
  return `${JSON.stringify(json, null, 2)}\n`;
}
