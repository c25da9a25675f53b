import { type ElementNode, parseTemplate, type TemplateNode } from './parse.ts';
import { ProblemList } from './problem.ts';
import { attributeOf } from './template-nodes.ts';

/** Reads a file named in `src` or `from`. */
export type ReadFile = (from: string, specifier: string) => { file: string; source: string } | undefined;

export interface FileContext {
  problems: ProblemList;
  /** Name of the JavaScript variable that holds the file's templates. */
  templates: string;
  sjs: Map<string, string>;
}

/**
 * The AXML files that make up one template: what they import, their SJS modules and their named templates.
 * `setup` is the generated code that stands before the content.
 */
export class TemplateFiles {
  readonly setup: string[] = [];
  readonly sjs: string[] = [];
  readonly problems: ProblemList[] = [];
  private readonly files = new Map<string, FileContext>();
  private readonly read: ReadFile;
  /** Draws the inside of a `<template name>`. */
  private readonly draw: (nodes: TemplateNode[], context: FileContext) => string;

  constructor(read: ReadFile, draw: (nodes: TemplateNode[], context: FileContext) => string) {
    this.read = read;
    this.draw = draw;
  }

  newContext(file: string, source: string): FileContext {
    const problems = new ProblemList(file, source);
    this.problems.push(problems);
    const context = { problems, templates: `T${this.problems.length}`, sjs: new Map<string, string>() };
    this.files.set(file, context);
    this.setup.push(`const ${context.templates} = {};`);
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
      const body = this.draw(inner, context);
      this.setup.push(`${context.templates}[${JSON.stringify(name)}] = (s) => ${body};`);
    }
    return content;
  }

  private importFile(node: ElementNode, context: FileContext): void {
    const found = this.readFile(node, 'src', context);
    if (!found) return;
    let imported = this.files.get(found.file);
    if (!imported) {
      imported = this.newContext(found.file, found.source);
      this.open(found.source, imported);
    }
    this.setup.push(`Object.assign(${context.templates}, ${imported.templates});`);
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
