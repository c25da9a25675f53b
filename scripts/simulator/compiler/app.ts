import type { AppConfig, BuiltApp, BuiltUnit, PageConfig } from '../runtime/types.ts';
import { readAsset } from './assets.ts';
import { isObject, readAppConfig, readComponents } from './config.ts';
import { forPackage, isPackage, SourceFiles } from './files.ts';
import { type Module, Modules, saidOfPackage, type Via } from './modules.ts';
import { checkReferences, sameOnWindows } from './package-checks.ts';
import { isError, type Problem, ProblemList } from './problem.ts';
import { compileStyle, type StyleInput } from './style.ts';
import { generateTemplate, sjsOf } from './template.ts';
import { checkTemplate, type HandlerUse } from './template-check.ts';
import { loadTemplateFiles } from './template-files.ts';

/** A mini program with compiled templates and styles; `compileModules` compiles its scripts. */
export interface CompiledApp {
  config: AppConfig;
  units: Record<string, BuiltUnit>;
  style: string;
  /** Mistakes and warnings, file by file. */
  problems: Problem[];
  /** Scripts of the app (`app`), its pages and components, by unit id. */
  scripts: Record<string, string>;
  /** SJS modules that templates ask for. */
  sjs: string[];
  modules: ReadonlyMap<string, Module>;
  files: SourceFiles;
}

/**
 * Compiles and checks all that a mini program uses, from its `app.json` on.
 * @param root folder of `app.json`
 * @param overlay texts that stand in for source files, by path below `root`
 * @param more chooses scripts that no page imports and that the package contains all the same
 */
export function compileApp(
  root: string,
  overlay: Readonly<Record<string, string>> = {},
  more: (id: string) => boolean = () => false,
): CompiledApp {
  return new AppCompiler(new SourceFiles(root, overlay)).run(more);
}

const UNSURE =
  '这段代码不一定会运行：用到这个包的页面请在模拟器和真机上走一遍，出错就换一个版本，或换一个包。';

class AppCompiler {
  private readonly files: SourceFiles;
  private readonly problems: Problem[] = [];
  private readonly units: Record<string, BuiltUnit> = {};
  private readonly scripts: Record<string, string> = {};
  private readonly sjs = new Set<string>();
  private readonly modules: Modules;

  constructor(files: SourceFiles) {
    this.files = files;
    this.modules = new Modules(files, (problems, via) => this.take(problems, via));
  }

  run(more: (id: string) => boolean): CompiledApp {
    const config = readAppConfig(this.json('app.json'), (message, hint, near) =>
      this.problem('app.json', 'config', message, hint, near),
    );
    const script = this.files.script('app');
    if (script) {
      this.scripts.app = script;
      this.modules.add(script);
    } else
      this.problem(
        'app.json',
        'missing-file',
        '找不到 app.ts 或 app.js',
        '请在 app.json 旁边新建 app.ts，并调用 App({})。',
      );
    for (const page of config.pages) this.unit(page, 'page');
    const style = this.style('app.acss', { kind: 'app' });
    for (const id of this.files.own) if (/\.(?:ts|js|sjs)$/.test(id) && more(id)) this.addUnused(id);
    const modules = [...this.modules.all.values()];
    this.take(checkReferences(this.files, modules, config));
    this.take(sameOnWindows(this.files));
    return {
      config,
      units: this.units,
      style,
      problems: inOrder(this.problems),
      scripts: this.scripts,
      sjs: [...this.sjs],
      modules: this.modules.all,
      files: this.files,
    };
  }

  /** A script that the pages do not reach. */
  private addUnused(id: string): void {
    if (this.modules.all.has(id)) return;
    const module = this.modules.add(id);
    const unit = id.replace(/\.\w+$/, '');
    if (
      !module?.script?.registers ||
      !this.files.exists(`${unit}.axml`) ||
      !this.files.exists(`${unit}.json`)
    )
      return;
    if (this.json(`${unit}.json`)?.component === true) this.unit(unit, 'component');
    else
      this.problem(
        id,
        'page-path',
        '这个页面没有写进 app.json，打不开',
        '把它加进 pages；不要了就删掉它的四个文件。',
      );
  }

  /** @param via the place in the project that leads to this component of an npm package */
  private unit(id: string, kind: BuiltUnit['kind'], via?: Via): string[] {
    const known = this.units[id];
    if (known) return known.uses;
    const template = this.files.read(`${id}.axml`);
    const script = this.files.script(id);
    if (template === undefined || script === undefined) {
      const missing = template === undefined ? `${id}.axml` : `${id}.ts（或 .js）`;
      const from = via ?? this.near('app.json', JSON.stringify(id));
      this.report(
        from,
        'missing-file',
        `找不到文件 ${missing}`,
        '请补上这个文件，或改正 app.json、usingComponents 里的路径；大小写要一致，真机区分大小写。',
      );
      return [];
    }
    this.scripts[id] = script;
    const config = this.json(`${id}.json`, true, via) ?? {};
    const unit: BuiltUnit = { kind, config, template: '', style: '', uses: [] };
    this.units[id] = unit;
    if (kind === 'component') this.checkComponent(id, config);
    const components = this.components(id, config, via);
    const module = this.modules.add(script, via);
    if (module?.script && !module.script.registers && !isPackage(id)) {
      const call = kind === 'page' ? 'Page' : 'Component';
      this.problem(script, 'config', `没有调用 ${call}({…})`, `脚本里要调用 ${call}，容器才知道这个文件。`);
    }
    unit.uses = [
      ...new Set(
        Object.values(components).flatMap(([used, from]) => [used, ...this.unit(used, 'component', from)]),
      ),
    ];
    unit.style = this.style(`${id}.acss`, { kind, id }, via);
    const tags = Object.fromEntries(Object.entries(components).map(([tag, [used]]) => [tag, used]));
    unit.template = this.template(id, template, tags, kind, module, via);
    return unit.uses;
  }

  private checkComponent(id: string, config: PageConfig): void {
    if (isPackage(id) || config.component === true) return;
    const file = `${id}.json`;
    if (this.files.exists(file))
      this.problem(
        file,
        'config',
        '没有写 "component": true',
        '组件的 .json 里要写上它，真机才把它当作组件。',
      );
    else
      this.problem(
        this.scripts[id] ?? file,
        'missing-file',
        `组件缺少 ${file}`,
        '请新建它，写上 { "component": true }。',
      );
  }

  /** Tag → component, and the place that leads to it. */
  private components(id: string, config: PageConfig, via?: Via): Record<string, [string, Via]> {
    const file = `${id}.json`;
    const resolved: Record<string, [string, Via]> = {};
    const wanted = readComponents(config, (message, hint, near = '') =>
      this.report(via ?? this.near(file, near), 'config', message, hint),
    );
    for (const [tag, specifier] of wanted) {
      const named = this.files.resolve(file, specifier, true);
      // A path may name the component's folder.
      const target = [named, `${named}/index`].find((candidate) => this.files.exists(`${candidate}.axml`));
      const place = via ?? this.near(file, `"${tag}"`);
      if (target) resolved[tag] = [target, place];
      else
        this.report(
          place,
          'missing-file',
          `找不到组件 ${specifier}`,
          /^(?:dynamic-)?plugin:/.test(specifier)
            ? '插件的代码不在本项目里，构建和模拟器看不到它：请改用 npm 包里的组件。'
            : '路径不带扩展名；本项目的组件以 ./、../ 或 / 开头，npm 包的以包名开头，并先安装它；大小写要一致，真机区分大小写。',
        );
    }
    return resolved;
  }

  private template(
    id: string,
    source: string,
    components: Readonly<Record<string, string>>,
    kind: BuiltUnit['kind'],
    module: Module | undefined,
    via?: Via,
  ): string {
    const { code, problems, handlers, sjs } = forPackage(this.files, id, [source, components], () => {
      const files = loadTemplateFiles(`${id}.axml`, source, (from, specifier) =>
        this.readBeside(from, specifier),
      );
      const bound = isPackage(id)
        ? []
        : checkTemplate({
            files,
            components: new Set(Object.keys(components)),
            isComponent: kind === 'component',
            missesImage: (from, image, sure) => this.missesImage(from, image, sure),
          });
      return {
        code: generateTemplate(files, components),
        problems: files.flatMap((file) => file.problems.items),
        handlers: bound,
        sjs: sjsOf(files),
      };
    });
    this.take(problems, via);
    this.checkHandlers(handlers, module);
    for (const file of sjs) {
      this.sjs.add(file);
      this.modules.add(file, via);
    }
    return code;
  }

  private checkHandlers(handlers: readonly HandlerUse[], module: Module | undefined): void {
    const methods = module?.script?.methods;
    if (!methods) return;
    for (const { event, name, file, offset } of handlers) {
      if (methods.has(name)) continue;
      this.report(
        { file, offset },
        'missing-handler',
        `${event}="${name}" 指向的方法在 ${module?.id} 里没有`,
        /[^\w$]/.test(name)
          ? '只写方法名，不写括号和空格；要传的值写在 data-… 属性里，从 event.target.dataset 读。'
          : '请核对方法名；组件的方法写在 methods 里。',
      );
    }
  }

  private missesImage(from: string, image: string, sure: boolean): boolean {
    const id = this.files.resolve(from, image, false);
    if (this.files.exists(id)) return false;
    const folder = /^\/([^/]+\/)/.exec(image)?.[1];
    return sure || (folder !== undefined && [...this.files.own].some((file) => file.startsWith(folder)));
  }

  private style(file: string, scope: StyleInput['scope'], via?: Via): string {
    const source = this.files.read(file);
    if (source === undefined) return '';
    const output = forPackage(this.files, file, [source], () =>
      compileStyle({
        file,
        source,
        scope,
        isPackage: isPackage(file),
        read: (from, specifier) => this.readBeside(from, specifier),
        image: (image) => readAsset(this.files.root, image),
      }),
    );
    this.take(output.problems, via);
    return output.css;
  }

  private readBeside(from: string, specifier: string): { file: string; source: string } | undefined {
    // `third-party/x.axml` is a file beside this one, or else one of an npm package (AXML 引用、ACSS 样式导入).
    for (const allowPackage of [false, true]) {
      const file = this.files.resolve(from, specifier, allowPackage);
      const source = this.files.read(file);
      if (source !== undefined) return { file, source };
    }
    return undefined;
  }

  private json(file: string, optional = false, via?: Via): PageConfig | undefined {
    const source = this.files.read(file);
    if (source === undefined) {
      if (!optional) this.problem(file, 'missing-file', `找不到 ${file}`, '请检查小程序的目录。');
      return undefined;
    }
    const list = new ProblemList(file, source);
    try {
      const value: unknown = JSON.parse(source);
      if (isObject(value)) return value;
      list.add(0, 'config', `${file} 不是一个 JSON 对象`, '请写成 { … }，没有内容时写 {}。');
    } catch (error) {
      const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? 0);
      list.add(position, 'config', `${file} 不是合法的 JSON`, '请检查逗号和引号；JSON 里不能写注释。');
    }
    this.take(list.items, via);
    return undefined;
  }

  private near(file: string, text: string): Via {
    return { file, offset: Math.max(0, (this.files.read(file) ?? '').indexOf(text)) };
  }

  private problem(file: string, code: Problem['code'], message: string, hint: string, near = ''): void {
    this.report(near ? this.near(file, near) : { file, offset: 0 }, code, message, hint);
  }

  private report({ file, offset }: Via, code: Problem['code'], message: string, hint: string): void {
    const list = this.listOf(file);
    list.add(offset, code, message, hint);
    this.take(list.items);
  }

  /**
   * Keeps problems. One in an npm package is reported at the place in the project that leads to the package. What
   * the package's code names and devices lack is a warning there: it may never run, and the simulator lacks it too.
   */
  private take(problems: readonly Problem[], via?: Via): void {
    for (const problem of problems) {
      const { file, line, column, code, message } = problem;
      if (!via || !isPackage(file)) this.keep(problem);
      else if (isError(problem)) {
        if (code === 'device-name' || code === 'dynamic-code') {
          const list = this.listOf(via.file);
          const place = `${message}（${file}:${line}:${column}）`;
          list.warn(via.offset, code, `引入的 npm 包里有真机没有的：${place}`, UNSURE);
          this.take(list.items);
        } else this.report(via, code, ...saidOfPackage(problem));
      }
    }
  }

  private listOf(file: string): ProblemList {
    return new ProblemList(file, this.files.read(file) ?? '');
  }

  /** Keeps a problem once: several pages may use one file. */
  private keep(problem: Problem): void {
    const known = this.problems.some(
      ({ file, line, column, code }) =>
        file === problem.file && line === problem.line && column === problem.column && code === problem.code,
    );
    if (!known) this.problems.push(problem);
  }
}

/** Sorts problems: files in the order in which they were read, each file from top to bottom. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return [...problems].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}

/** The part of a compiled app that hot reload sends. */
export function visualPart(app: CompiledApp): Pick<BuiltApp, 'units' | 'style'> {
  return { units: app.units, style: app.style };
}
