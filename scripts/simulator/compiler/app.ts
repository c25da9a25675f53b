import type { AppConfig, BuiltApp, BuiltUnit, PageConfig } from '../runtime/types.ts';
import { readAsset } from './assets.ts';
import { isObject, readAppConfig, readComponents } from './config.ts';
import { isPackage, SourceFiles } from './files.ts';
import { forPackage } from './package-cache.ts';
import { type Problem, ProblemList } from './problem.ts';
import { methodsOf } from './script.ts';
import { checkSjs } from './sjs.ts';
import { compileStyle, type StyleInput } from './style.ts';
import { compileTemplate } from './template.ts';

/** A mini program compiled without its JavaScript, and what the bundler has to add. */
export interface CompiledApp {
  config: AppConfig;
  units: Record<string, BuiltUnit>;
  style: string;
  problems: Problem[];
  /** Scripts of the app (`app`), its pages and components, by unit id. */
  scripts: Record<string, string>;
  sjs: string[];
  files: SourceFiles;
}

/**
 * Compiles all templates and styles that a mini program uses, from its `app.json` on.
 * @param root folder of `app.json`
 * @param overlay texts that stand in for source files, by path below `root`
 */
export function compileApp(root: string, overlay: Readonly<Record<string, string>> = {}): CompiledApp {
  return new AppCompiler(new SourceFiles(root, overlay)).run();
}

class AppCompiler {
  private readonly files: SourceFiles;
  private readonly problems: Problem[] = [];
  private readonly units: Record<string, BuiltUnit> = {};
  private readonly scripts: Record<string, string> = {};
  private readonly sjs = new Set<string>();

  constructor(files: SourceFiles) {
    this.files = files;
  }

  run(): CompiledApp {
    const config = readAppConfig(this.json('app.json'), (message, hint, near) =>
      this.problem('app.json', 'config', message, hint, near),
    );
    const script = this.files.script('app');
    if (script) this.scripts.app = script;
    else
      this.problem(
        'app.json',
        'missing-file',
        '找不到 app.ts 或 app.js',
        '请在 app.json 旁边新建 app.ts，并调用 App({})。',
      );
    for (const page of config.pages) this.unit(page, 'page');
    const style = this.style('app.acss', { kind: 'app' });
    this.checkSjs();
    return {
      config,
      units: this.units,
      style,
      problems: inOrder(this.problems),
      scripts: this.scripts,
      sjs: [...this.sjs],
      files: this.files,
    };
  }

  private unit(id: string, kind: BuiltUnit['kind']): string[] {
    const known = this.units[id];
    if (known) return known.uses;
    const template = this.files.read(`${id}.axml`);
    const script = this.files.script(id);
    const from = kind === 'page' ? 'app.json' : `${id}.json`;
    if (template === undefined || script === undefined) {
      const missing = template === undefined ? `${id}.axml` : `${id}.ts（或 .js）`;
      this.problem(
        from,
        'missing-file',
        `找不到文件 ${missing}`,
        '请补上这个文件，或改正 app.json、usingComponents 里的路径。',
        kind === 'page' ? JSON.stringify(id) : '',
      );
      return [];
    }
    this.scripts[id] = script;
    const config = this.json(`${id}.json`, true) ?? {};
    const unit: BuiltUnit = { kind, config, template: '', style: '', uses: [] };
    this.units[id] = unit;
    const components = this.components(id, config);
    unit.uses = [
      ...new Set(Object.values(components).flatMap((used) => [used, ...this.unit(used, 'component')])),
    ];
    unit.style = this.style(`${id}.acss`, { kind, id });
    unit.template = this.template(id, template, components, kind);
    return unit.uses;
  }

  private components(id: string, config: PageConfig): Record<string, string> {
    const file = `${id}.json`;
    const resolved: Record<string, string> = {};
    const wanted = readComponents(config, (message, hint, near) =>
      this.problem(file, 'config', message, hint, near),
    );
    for (const [tag, specifier] of wanted) {
      const target = this.files.resolve(file, specifier, true);
      if (this.files.exists(`${target}.axml`)) resolved[tag] = target;
      else
        this.problem(
          file,
          'missing-file',
          `找不到组件 ${specifier}`,
          '路径不带扩展名；本项目的组件以 ./、../ 或 / 开头，npm 包的以包名开头，并先安装它。',
          `"${tag}"`,
        );
    }
    return resolved;
  }

  private template(
    id: string,
    source: string,
    components: Record<string, string>,
    kind: BuiltUnit['kind'],
  ): string {
    const output = forPackage(isPackage(id), ['template', id, source, components], () =>
      compileTemplate({
        file: `${id}.axml`,
        source,
        components,
        isComponent: kind === 'component',
        isPackage: isPackage(id),
        read: (from, specifier) => this.readBeside(from, specifier),
      }),
    );
    this.problems.push(...output.problems);
    for (const file of output.sjs) this.sjs.add(file);
    const scriptFile = this.scripts[id];
    const methods = isPackage(id) || !scriptFile ? undefined : methodsOf(this.files.read(scriptFile) ?? '');
    for (const { name, file, offset } of methods ? output.handlers : []) {
      if (methods?.has(name)) continue;
      const list = new ProblemList(file, this.files.read(file) ?? '');
      list.add(
        offset,
        'missing-handler',
        `${scriptFile} 里没有方法 ${name}`,
        /[^\w$]/.test(name)
          ? '只写方法名，不写括号和空格；要传的值写在 data-… 属性里，从 event.target.dataset 读。'
          : '请核对方法名；组件的方法写在 methods 里。',
      );
      this.problems.push(...list.items);
    }
    return output.code;
  }

  private style(file: string, scope: StyleInput['scope']): string {
    const source = this.files.read(file);
    if (source === undefined) return '';
    const output = forPackage(isPackage(file), ['style', file, source], () =>
      compileStyle({
        file,
        source,
        scope,
        isPackage: isPackage(file),
        read: (from, specifier) => this.readBeside(from, specifier),
        image: (image) => readAsset(this.files.root, image),
      }),
    );
    this.problems.push(...output.problems);
    return output.css;
  }

  private readBeside(from: string, specifier: string): { file: string; source: string } | undefined {
    // `third-party/x.axml` names a file of a package (AXML 引用、ACSS 样式导入), where none lies beside.
    for (const allowPackage of [false, true]) {
      const file = this.files.resolve(from, specifier, allowPackage);
      const source = this.files.read(file);
      if (source !== undefined) return { file, source };
    }
    return undefined;
  }

  /** SJS modules of the project, with those that they import; packages answer for themselves. */
  private checkSjs(): void {
    const files = [...this.sjs].filter((file) => !isPackage(file));
    for (const file of files) {
      const { problems, imports } = checkSjs(file, this.files.read(file) ?? '');
      this.problems.push(...problems);
      for (const specifier of imports) {
        const found = this.readBeside(file, specifier)?.file;
        if (found && !isPackage(found) && !files.includes(found)) files.push(found);
      }
    }
  }

  private json(file: string, optional = false): PageConfig | undefined {
    const source = this.files.read(file);
    if (source === undefined) {
      if (!optional) this.problem(file, 'missing-file', `找不到 ${file}`, '请检查小程序的目录。');
      return undefined;
    }
    try {
      const value: unknown = JSON.parse(source);
      if (isObject(value)) return value;
      this.problem(file, 'config', `${file} 不是一个 JSON 对象`, '请写成 { … }，没有内容时写 {}。');
    } catch (error) {
      const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? 0);
      const list = new ProblemList(file, source);
      list.add(position, 'config', `${file} 不是合法的 JSON`, '请检查逗号和引号；JSON 里不能写注释。');
      this.problems.push(...list.items);
    }
    return undefined;
  }

  private problem(file: string, code: Problem['code'], message: string, hint: string, near = ''): void {
    const source = this.files.read(file) ?? '';
    const list = new ProblemList(file, source);
    list.add(near ? Math.max(0, source.indexOf(near)) : 0, code, message, hint);
    this.problems.push(...list.items);
  }
}

/** The files as they were met; within a file from its beginning to its end. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return [...problems].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}

/** The part of a compiled app that hot reload sends. */
export function visualPart(app: CompiledApp): Pick<BuiltApp, 'units' | 'style'> {
  return { units: app.units, style: app.style };
}
