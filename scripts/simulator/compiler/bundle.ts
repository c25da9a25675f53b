import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type BuildFailure,
  build,
  type BuildOptions as EsbuildOptions,
  type Loader,
  type Message,
  type Plugin,
} from 'esbuild';
import type { BuiltApp } from '../runtime/types.ts';
import { type CompiledApp, compileApp } from './app.ts';
import { readAssets } from './assets.ts';
import { CompileError, type Problem } from './problem.ts';
import { topLevelNames } from './sjs.ts';

export interface BuildOptions {
  /**
   * Texts that stand in for source files, by path below the root: the configuration that the mini program's own
   * build writes, for instance.
   */
  replace?: Readonly<Record<string, string>>;
}

/**
 * Compiles a mini program for the simulator: templates, styles and one script. Nothing is written to disk.
 * @param root folder of `app.json`
 * @throws CompileError with all mistakes found in the sources
 */
export async function buildApp(root: string, options: BuildOptions = {}): Promise<BuiltApp> {
  const compiled = compileApp(root, options.replace);
  if (compiled.problems.length > 0) throw new CompileError(compiled.problems);
  return {
    config: compiled.config,
    units: compiled.units,
    style: compiled.style,
    script: await bundle(compiled),
    sjs: compiled.sjs,
    assets: readAssets(compiled.files.root),
  };
}

/**
 * All scripts of a compiled app as the body of one function; see `runtime/evaluate.ts`.
 * @throws CompileError with the mistakes of scripts and SJS modules
 */
export async function bundle(app: CompiledApp): Promise<string> {
  const result = await build(options(app)).catch((error: unknown) => {
    const failures = (error as Partial<BuildFailure>).errors;
    throw failures ? new CompileError(failures.map(problemOf)) : error;
  });
  const code = result.outputFiles?.find((file) => file.path.endsWith('.js'))?.text ?? '';
  const map = result.outputFiles?.find((file) => file.path.endsWith('.map'))?.text ?? '{}';
  return `${code}\n//# sourceURL=mini-program.js\n//# sourceMappingURL=data:application/json;base64,${shifted(map)}`;
}

function problemOf({ text, location }: Message): Problem {
  return {
    file: location?.file ?? 'app.json',
    line: location?.line ?? 1,
    // The bundler counts bytes of UTF-8, editors count UTF-16 units.
    column: location ? Buffer.from(location.lineText).subarray(0, location.column).toString().length + 1 : 1,
    code: 'syntax',
    message: `脚本不能编译：${text}`,
    hint: '请按提示改正这一行；引用的文件要存在，npm 包要先安装。',
  };
}

function options(app: CompiledApp): EsbuildOptions {
  return {
    stdin: { contents: entry(app), resolveDir: app.files.root, sourcefile: 'mini-program.js' },
    absWorkingDir: app.files.root,
    outfile: path.join(app.files.root, 'mini-program.js'),
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2017',
    charset: 'utf8',
    sourcemap: 'external',
    logLevel: 'silent',
    plugins: [unitPlugin(app)],
  };
}

/** `new Function` puts two lines before its body. */
function shifted(map: string): string {
  const parsed = JSON.parse(map) as { mappings: string };
  return Buffer.from(JSON.stringify({ ...parsed, mappings: `;;${parsed.mappings}` })).toString('base64');
}

function entry(app: CompiledApp): string {
  const scripts = Object.values(app.scripts).map((file) => `import ${literal(app, file)};`);
  const modules = app.sjs.map((file, index) => `import * as sjs${index} from ${literal(app, file)};`);
  const register = app.sjs.map((file, index) => `$mini.sjs(${JSON.stringify(file)}, sjs${index});`);
  return [...scripts, ...modules, ...register].join('\n');
}

function literal(app: CompiledApp, id: string): string {
  return JSON.stringify(app.files.absolute(id));
}

/** Tells each page and component its own id, reads `.sjs` as JavaScript, and takes texts that stand in for files. */
function unitPlugin(app: CompiledApp): Plugin {
  // Packages may be symbolic links (pnpm), and esbuild names files by their real path.
  const real = (id: string): string => {
    const file = app.files.absolute(id);
    return existsSync(file) ? realpathSync(file) : file;
  };
  const ids = new Map(Object.entries(app.scripts).map(([id, file]) => [real(file), id]));
  const overlay = new Map(Object.entries(app.files.overlay).map(([id, text]) => [real(id), text]));
  return {
    name: 'mini-units',
    setup(build_) {
      build_.onResolve({ filter: /^[./\\]|^[A-Za-z]:/ }, ({ path: specifier, resolveDir }) => {
        const file = path.resolve(resolveDir, specifier);
        const found = ['', '.ts', '.js']
          .map((extension) => file + extension)
          .find((candidate) => overlay.has(candidate));
        return found === undefined ? undefined : { path: found };
      });
      build_.onLoad({ filter: /\.(?:ts|js|sjs)$/ }, async ({ path: file }) => {
        const id = ids.get(file);
        const text = overlay.get(file);
        if (id === undefined && text === undefined && !file.endsWith('.sjs')) return undefined;
        const loader: Loader = file.endsWith('.ts') ? 'ts' : 'js';
        const source = text ?? (await readFile(file, 'utf8'));
        return {
          contents: source + (file.endsWith('.sjs') ? sjsFunctions(source) : declarations(id)),
          loader,
          resolveDir: path.dirname(file),
        };
      });
    },
  };
}

/**
 * `App`, `Page` and `Component` of one file. They stand at its end, where functions are hoisted from, so that lines
 * and columns of the file stay as they are.
 */
function declarations(id: string | undefined): string {
  if (id === undefined) return '';
  const unit = `$mini.unit(${JSON.stringify(id)})`;
  return ['App', 'Page', 'Component']
    .map((name) => `\nfunction ${name}(it) { ${unit}.${name}(it); }`)
    .join('');
}

/** What SJS has in the place of `new Date()` and of patterns (SJS 数据类型), for a file that does not define its own. */
function sjsFunctions(source: string): string {
  const own = topLevelNames(source);
  return Object.entries(SJS_FUNCTIONS)
    .filter(([name]) => !own.has(name))
    .map(([, code]) => `\n${code}`)
    .join('');
}

const SJS_FUNCTIONS: Readonly<Record<string, string>> = {
  getDate: 'function getDate(...values) { return new Date(...values); }',
  getRegExp: "function getRegExp(pattern = '', flags = '') { return new RegExp(pattern, flags); }",
};
