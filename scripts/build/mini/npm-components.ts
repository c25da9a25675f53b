import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PackageFiles } from './package-files.ts';

/** Where npm components stand in the package: the IDE leaves out folders named `node_modules`. */
export const vendorFolder = 'vendor';

/**
 * Rewrites a `usingComponents` path: `dingui-mini/es/button/src/index` → `/vendor/dingui-mini/es/button/src/index`.
 * Paths of the project's own components stay.
 */
export function packagePath(reference: string): string {
  return /^[./]/.test(reference) ? reference : `/${vendorFolder}/${reference}`;
}

/**
 * Adds npm components with everything that they reach: their files, the components that they use, the scripts
 * that they require, the templates that they import.
 *
 * @param references `usingComponents` paths into npm packages.
 * @throws Error in Chinese when a component is not installed or reaches outside its package.
 */
export async function addNpmComponents(
  files: PackageFiles,
  nodeModules: string,
  references: Iterable<string>,
): Promise<void> {
  const done = new Set<string>();
  const queue = [...references];
  for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
    if (done.has(unit)) continue;
    done.add(unit);
    for (const extension of ['js', 'json', 'axml', 'acss']) {
      const content = await add(files, nodeModules, `${unit}.${extension}`, unit, extension !== 'acss');
      if (extension === 'json') queue.push(...usedBy(unit, content));
    }
  }
}

function usedBy(unit: string, json: string): string[] {
  const { usingComponents = {} } = JSON.parse(json) as { usingComponents?: Record<string, string> };
  return Object.values(usingComponents).map((reference) =>
    reference.startsWith('.') ? path.posix.join(path.posix.dirname(unit), reference) : reference,
  );
}

async function add(
  files: PackageFiles,
  nodeModules: string,
  file: string,
  unit: string,
  required: boolean,
): Promise<string> {
  const target = `${vendorFolder}/${file}`;
  const known = files.get(target);
  if (known !== undefined) return known.toString('utf8');
  if (file.startsWith('..')) throw new Error(`组件 ${unit} 引用了包外的文件：${file}`);
  let content: Buffer;
  try {
    content = await readFile(path.join(nodeModules, ...file.split('/')));
  } catch {
    if (!required) {
      content = Buffer.alloc(0);
    } else {
      throw new Error(`组件 ${unit} 缺少文件 node_modules/${file}。请先运行 npm install，再检查组件路径。`);
    }
  }
  files.set(target, content);
  const text = content.toString('utf8');
  for (const reference of referencesIn(file, text)) {
    await add(files, nodeModules, reference, unit, true);
  }
  return text;
}

function referencesIn(file: string, text: string): string[] {
  const folder = path.posix.dirname(file);
  const found: string[] = [];
  const collect = (pattern: RegExp, complete: (reference: string) => string) => {
    for (const match of text.matchAll(pattern)) {
      const reference = match[1];
      if (reference !== undefined) found.push(path.posix.join(folder, complete(reference)));
    }
  };
  if (file.endsWith('.js')) {
    collect(/require\(["'](\.[^"']+)["']\)/g, (name) => (/\.(js|json)$/.test(name) ? name : `${name}.js`));
  }
  if (file.endsWith('.axml')) {
    collect(/<(?:import|include)\s[^>]*src=["'](\.[^"']+)["']/g, (name) => name);
    collect(/<import-sjs\s[^>]*from=["'](\.[^"']+)["']/g, (name) => name);
  }
  if (file.endsWith('.acss')) collect(/@import\s+["'](\.[^"']+)["']/g, (name) => name);
  return found;
}
