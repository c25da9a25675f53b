import { type ElementNode, parseTemplate, type TemplateNode } from './parse.ts';
import { ProblemList } from './problem.ts';
import { attributeOf } from './template-nodes.ts';

/** Reads a file named in `src` or `from`. */
export type ReadFile = (from: string, specifier: string) => { file: string; source: string } | undefined;

export interface FileContext {
  problems: ProblemList;
  /** Name of the JavaScript variable that holds the templates that the file may use. */
  templates: string;
  /** Name of the variable that holds those that it defines: an `<import>` brings these alone, and not what the
   * imported file imports (AXML 引用: import 的作用域). */
  own: string;
  defined: Set<string>;
  /** The files whose definitions it may use. */
  imports: FileContext[];
  /** The file that includes this one. */
  host: FileContext | undefined;
  sjs: Map<string, string>;
}

/** Draws the inside of a `<template name>`, given without what stands beside the content. */
type Draw = (nodes: TemplateNode[], context: FileContext, definition: ElementNode) => string;

/**
 * The AXML files that make up one template: what they import, their SJS modules and their named templates.
 * `setup` is the generated code that stands before the content.
 */
export class TemplateFiles {
  readonly setup: string[] = [];
  private readonly contexts: FileContext[] = [];
  readonly sjs: string[] = [];
  readonly problems: ProblemList[] = [];
  private readonly files = new Map<string, FileContext>();
  private readonly read: ReadFile;
  private readonly draw: Draw;

  constructor(read: ReadFile, draw: Draw) {
    this.read = read;
    this.draw = draw;
  }

  /** @param host the file that includes this one: its templates and SJS modules stay visible */
  newContext(file: string, source: string, host?: FileContext): FileContext {
    const problems = new ProblemList(file, source);
    const number = this.problems.push(problems);
    const context: FileContext = {
      problems,
      templates: `T${number}`,
      own: `O${number}`,
      defined: new Set(),
      imports: [],
      host,
      sjs: new Map(),
    };
    if (!host) this.files.set(file, context);
    this.contexts.push(context);
    this.setup.push(`const ${context.templates} = {}, ${context.own} = {};`);
    return context;
  }

  /** Parses a file, and handles what stands beside its content: imports, SJS modules, templates. */
  open(source: string, context: FileContext): TemplateNode[] {
    const nodes = parseTemplate(source, context.problems);
    const content: TemplateNode[] = [];
    const definitions: { name: string; node: ElementNode }[] = [];
    const collect = (list: TemplateNode[], into: TemplateNode[]): void => {
      for (const node of list) {
        if (node.kind === 'text') into.push(node);
        else if (node.name === 'import') this.importFile(node, context);
        else if (node.name === 'import-sjs') this.importSjs(node, context);
        else if (node.name === 'template' && attributeOf(node, 'name')) {
          definitions.push({ name: attributeOf(node, 'name')?.raw ?? '', node });
        } else {
          const kept: TemplateNode[] = [];
          collect(node.children, kept);
          into.push({ ...node, children: kept });
        }
      }
    };
    collect(nodes, content);
    for (const { name, node } of definitions) {
      const inner: TemplateNode[] = [];
      collect(node.children, inner);
      const body = this.draw(inner, context, node);
      context.defined.add(name);
      this.setup.push(`${context.own}[${JSON.stringify(name)}] = (s) => ${body};`);
    }
    return content;
  }

  /** Code that makes the templates of one file known to others, to be run when all of them are defined. */
  links(): string[] {
    return this.contexts.map(({ templates, own, imports, host }) => {
      const visible = [host?.templates, ...imports.map((imported) => imported.own), own];
      return `Object.assign(${templates}, ${visible.filter(Boolean).join(', ')});`;
    });
  }

  /** Whether a `<template is="name">` in this file finds its definition. */
  isDefined(name: string, context: FileContext): boolean {
    return (
      [context, ...context.imports].some(({ defined }) => defined.has(name)) ||
      (context.host !== undefined && this.isDefined(name, context.host))
    );
  }

  private importFile(node: ElementNode, context: FileContext): void {
    const found = this.readFile(node, 'src', context);
    if (!found) return;
    let imported = this.files.get(found.file);
    if (!imported) {
      imported = this.newContext(found.file, found.source);
      this.open(found.source, imported);
    }
    context.imports.push(imported);
  }

  private importSjs(node: ElementNode, context: FileContext): void {
    const found = this.readFile(node, 'from', context);
    const name = attributeOf(node, 'name');
    if (!name) {
      context.problems.add(
        node.offset,
        'directive-use',
        '<import-sjs> 缺少 name',
        '请写 name="模块名"，模板里用这个名字调用。',
      );
      return;
    }
    if (!found) return;
    let index = this.sjs.indexOf(found.file);
    if (index < 0) {
      index = this.sjs.push(found.file) - 1;
      this.setup.unshift(`const J${index} = r.j(${JSON.stringify(found.file)});`);
    }
    const named = /^\s*\{(.*)\}\s*$/s.exec(name.raw);
    if (!named) {
      context.sjs.set(name.raw.trim(), `r.m(J${index},"default")`);
      return;
    }
    for (const item of (named[1] ?? '').split(',')) {
      const [imported, local] = item.split(/\s*(?::|\bas\b)\s*/).map((word) => word.trim());
      if (imported) context.sjs.set(local || imported, `r.m(J${index},${JSON.stringify(imported)})`);
    }
  }

  readFile(
    node: ElementNode,
    attribute: string,
    context: FileContext,
  ): { file: string; source: string } | undefined {
    const specifier = attributeOf(node, attribute);
    const found = specifier && this.read(context.problems.file, specifier.raw);
    if (!found) {
      context.problems.add(
        specifier?.valueOffset ?? node.offset,
        'missing-file',
        specifier ? `找不到文件 ${specifier.raw}` : `<${node.name}> 缺少 ${attribute}`,
        '路径相对于当前文件，以 / 开头时相对于小程序根目录，要写扩展名。',
      );
    }
    return found || undefined;
  }
}
