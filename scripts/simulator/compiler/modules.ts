import path from 'node:path';
import { type Loader, type Message, type TransformFailure, transform } from 'esbuild';
import { isPackage, type SourceFiles } from './files.ts';
import { type Problem, ProblemList, placeOf } from './problem.ts';
import { parseScript, type Script } from './script/parse.ts';
import { checkScript } from './script/rules.ts';

/** A script, an SJS module or a JSON file that the mini program loads. */
export interface Module {
  id: string;
  /** Its path in the package for devices. */
  out: string;
  /** Its text; import paths are those of the package. */
  source: string;
  script: Script | undefined;
  /** Of a package's module: the place in the project that leads to it. */
  via: Via | undefined;
}

/** The place in the project's own files that leads into a package. */
export interface Via {
  file: string;
  offset: number;
}

/** Where npm packages stand in the mini program's package: the IDE leaves out folders named `node_modules`. */
export const VENDOR = 'vendor';

/** The path in the package for devices of a source file. */
export function outputPath(id: string): string {
  return id.replace(/(^|\/)node_modules\//g, `$1${VENDOR}/`).replace(/\.ts$/, '.js');
}

/** All modules of a mini program, each parsed and checked once. */
export class Modules {
  readonly all = new Map<string, Module>();
  private readonly files: SourceFiles;
  private readonly report: (problems: readonly Problem[], via: Via | undefined) => void;

  /** @param report takes the problems of a module; `via` is set for one of a package */
  constructor(files: SourceFiles, report: (problems: readonly Problem[], via: Via | undefined) => void) {
    this.files = files;
    this.report = report;
  }

  /** Adds a file and everything that it imports. */
  add(id: string, via?: Via): Module | undefined {
    const known = this.all.get(id);
    if (known) return known;
    const text = this.files.read(id);
    if (text === undefined) return undefined;
    const module: Module = { id, out: outputPath(id), source: text, script: undefined, via };
    this.all.set(id, module);
    if (id.endsWith('.json')) return module;
    const { script, problems } = parsed(id, text);
    module.script = script;
    const list = new ProblemList(id, text);
    module.source = this.follow(module, text, list, via);
    this.report([...problems, ...list.items], via);
    return module;
  }

  /** Adds the imports of a module. @returns its source; import paths are those of the package */
  private follow({ id, out, script }: Module, text: string, list: ProblemList, via: Via | undefined): string {
    let source = text;
    for (const { specifier, start, end } of [...(script?.imports ?? [])].reverse()) {
      const target = this.files.module(id, specifier);
      const fault = target === undefined ? missing(specifier) : outside(target);
      if (fault) list.add(start, 'missing-file', ...fault);
      if (target === undefined || fault) continue;
      this.add(target, isPackage(target) ? (via ?? { file: id, offset: start }) : undefined);
      const relative = path.posix.relative(path.posix.dirname(out), outputPath(target)).replace(/\.js$/, '');
      // Containers resolve a path without an extension.
      const written = relative.startsWith('.') ? relative : `./${relative}`;
      source = source.slice(0, start) + written + source.slice(end);
    }
    return source;
  }
}

function missing(specifier: string): [message: string, hint: string] {
  return /^[./]/.test(specifier)
    ? [`引入的文件不存在：${specifier}`, '路径从本文件所在的文件夹算起；大小写要一致，真机区分大小写。']
    : [`没有找到 npm 包 ${specifier}`, '请核对名字，并先安装它；本项目的文件以 ./ 或 ../ 开头。'];
}

function outside(target: string): [message: string, hint: string] | undefined {
  if (!target.startsWith('..')) return undefined;
  return [
    '引入的文件在小程序的文件夹之外',
    '小程序的包必须自成一体：把共用的代码放进来，或只用 import type 引入类型。',
  ];
}

type Checked = { script: Script | undefined; problems: readonly Problem[] };
const parsedBefore = new Map<string, Checked & { text: string }>();

/** Most files are the same from one build to the next. */
function parsed(id: string, text: string): Checked {
  const known = parsedBefore.get(id);
  if (known?.text === text) return known;
  const list = new ProblemList(id, text);
  const script = parseScript(id, text, list);
  if (script) {
    const kind = id.endsWith('.sjs') ? 'sjs' : isPackage(id) ? 'package' : 'script';
    checkScript(script.program, kind, list);
  }
  const checked = { text, script, problems: list.items };
  parsedBefore.set(id, checked);
  return checked;
}

/** A module as devices run it: CommonJS at ES2017. */
export interface Compiled {
  module: Module;
  code: string;
  /** Source map, as JSON; empty for JSON files. */
  map: string;
}

const compiledBefore = new Map<string, { source: string; code: string; map: string }>();

/**
 * Compiles modules to CommonJS at ES2017, paths kept: each file stays a module of its own, so app, pages and
 * components share one instance of every service.
 * @param app its `problems` are known already
 * @returns further problems
 */
export async function compileModules({
  modules,
  problems: found,
  files,
}: {
  modules: ReadonlyMap<string, Module>;
  problems: readonly Problem[];
  files: SourceFiles;
}): Promise<{ compiled: Compiled[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const compiled = await Promise.all(
    [...modules.values()].map(async (module): Promise<Compiled | undefined> => {
      const { id, source } = module;
      if (id.endsWith('.json')) return { module, code: source, map: '' };
      // What cannot be read has been reported.
      if (!module.script) return undefined;
      const known = compiledBefore.get(id);
      if (known?.source === source) return { module, code: known.code, map: known.map };
      try {
        const { code, map } = await transform(source, optionsFor(id));
        compiledBefore.set(id, { source, code, map });
        return { module, code, map };
      } catch (error) {
        const { errors } = error as Partial<TransformFailure>;
        if (!errors) throw error;
        // The check may have reported this line already.
        const told = (line: number): boolean =>
          found.some((known) => known.file === id && known.line === line);
        problems.push(
          ...errors.map((message) => problemOf(module, message, files)).filter(({ line }) => !told(line)),
        );
        return undefined;
      }
    }),
  );
  return { compiled: compiled.filter((item) => item !== undefined), problems };
}

function optionsFor(id: string): Parameters<typeof transform>[1] & { sourcemap: 'external' } {
  return {
    sourcefile: id,
    sourcemap: 'external',
    loader: (id.endsWith('.ts') ? 'ts' : 'js') satisfies Loader,
    format: 'cjs',
    target: 'es2017',
    charset: 'utf8',
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, alwaysStrict: true } },
  };
}

/** What is said, at the place in the project that leads to a package, of a mistake in the package. */
export function saidOfPackage(problem: Problem): [message: string, hint: string] {
  const { file, line, column, message, hint } = problem;
  return [
    `引入的 npm 包在这里不能用：${message}（${file}:${line}:${column}）`,
    `${hint}包里的代码不是您的：换一个版本，或换一个包。`,
  ];
}

function problemOf({ id, source, via }: Module, { text, location }: Message, files: SourceFiles): Problem {
  const lines = source.split('\n').slice(0, (location?.line ?? 1) - 1);
  const start = lines.reduce((sum, line) => sum + line.length + 1, 0);
  // esbuild counts bytes of UTF-8, editors count UTF-16 units.
  const column = location ? Buffer.from(location.lineText).subarray(0, location.column).toString().length : 0;
  const problem: Problem = {
    file: id,
    ...placeOf(source, start + column),
    code: 'syntax',
    message: `脚本不能编译：${text}`,
    hint: '请按提示改正这一行。',
  };
  if (via === undefined) return problem;
  const [message, hint] = saidOfPackage(problem);
  const { file, offset } = via;
  return { ...problem, file, ...placeOf(files.read(file) ?? '', offset), message, hint };
}
