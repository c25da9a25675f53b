import { type ElementNode, parseTemplate, type TemplateNode } from './parse.ts';
import { ProblemList } from './problem.ts';
import { attributeOf } from './template-nodes.ts';

/** Reads a file named in `src` or `from`. */
export type ReadFile = (from: string, specifier: string) => { file: string; source: string } | undefined;

/** One AXML file with what it refers to. */
export interface TemplateFile {
  file: string;
  problems: ProblemList;
  /** What is drawn: without imports, SJS modules and definitions. */
  content: TemplateNode[];
  definitions: Definition[];
  /** The files whose definitions it may use, without what those files import (AXML 引用: import 的作用域). */
  imports: TemplateFile[];
  /** Names of SJS modules and of their functions. */
  sjs: SjsName[];
  /** The file of each `<include>` that can be read. */
  included: Map<ElementNode, TemplateFile>;
}

/** `<template name>`. */
export interface Definition {
  name: string;
  node: ElementNode;
  content: TemplateNode[];
}

export interface SjsName {
  /** The name in the template. */
  local: string;
  file: string;
  /** The export that it stands for. */
  exported: string;
}

/** Reads a template with all that it imports and includes; what cannot be found or parsed is reported. */
export function loadTemplateFiles(file: string, source: string, read: ReadFile): TemplateFile[] {
  const loader = new Loader(read);
  loader.load(file, source);
  return loader.files;
}

class Loader {
  /** The first is the template itself. */
  readonly files: TemplateFile[] = [];
  private readonly read: ReadFile;

  constructor(read: ReadFile) {
    this.read = read;
  }

  load(file: string, source: string): TemplateFile {
    const known = this.files.find((loaded) => loaded.file === file);
    if (known) return known;
    const problems = new ProblemList(file, source);
    const loaded: TemplateFile = {
      file,
      problems,
      content: [],
      definitions: [],
      imports: [],
      sjs: [],
      included: new Map(),
    };
    this.files.push(loaded);
    const nodes = parseTemplate(source, problems);
    loaded.content = this.sort(nodes, loaded);
    return loaded;
  }

  /** Separates imports, SJS modules and definitions from the content. */
  private sort(nodes: readonly TemplateNode[], owner: TemplateFile): TemplateNode[] {
    const content: TemplateNode[] = [];
    for (const node of nodes) {
      const name = node.kind === 'element' ? node.name : '';
      if (node.kind === 'text') content.push(node);
      else if (name === 'import') this.importFile(node, owner);
      else if (name === 'import-sjs') this.importSjs(node, owner);
      else {
        const inner = this.sort(node.children, owner);
        const definition = name === 'template' ? attributeOf(node, 'name') : undefined;
        if (definition) owner.definitions.push({ name: definition.raw, node, content: inner });
        else {
          const kept = { ...node, children: inner };
          content.push(kept);
          if (name === 'include') this.include(kept, owner);
        }
      }
    }
    return content;
  }

  private importFile(node: ElementNode, owner: TemplateFile): void {
    const found = this.find(node, 'src', owner);
    if (found) owner.imports.push(this.load(found.file, found.source));
  }

  private include(node: ElementNode, owner: TemplateFile): void {
    const found = this.find(node, 'src', owner);
    if (!found) return;
    const included = this.load(found.file, found.source);
    if (includes(included, owner)) {
      owner.problems.add(
        node.offset,
        'directive-use',
        '<include> 引入了自己',
        '请把公共部分放到另一个文件里。',
      );
    } else owner.included.set(node, included);
  }

  private importSjs(node: ElementNode, owner: TemplateFile): void {
    const found = this.find(node, 'from', owner);
    const name = attributeOf(node, 'name');
    if (!name) {
      owner.problems.add(
        node.offset,
        'directive-use',
        '<import-sjs> 缺少 name',
        '请写 name="模块名"，模板里用这个名字调用。',
      );
      return;
    }
    if (!found) return;
    const { file } = found;
    const named = /^\s*\{(.*)\}\s*$/s.exec(name.raw);
    if (!named) {
      owner.sjs.push({ local: name.raw.trim(), file, exported: 'default' });
      return;
    }
    for (const item of (named[1] ?? '').split(',')) {
      const [exported, local] = item.split(/\s*(?::|\bas\b)\s*/).map((word) => word.trim());
      if (exported) owner.sjs.push({ local: local || exported, file, exported });
    }
  }

  private find(
    node: ElementNode,
    attribute: string,
    owner: TemplateFile,
  ): { file: string; source: string } | undefined {
    const specifier = attributeOf(node, attribute);
    const found = specifier && this.read(owner.file, specifier.raw);
    if (!found) {
      owner.problems.add(
        specifier?.valueOffset ?? node.offset,
        'missing-file',
        specifier ? `找不到文件 ${specifier.raw}` : `<${node.name}> 缺少 ${attribute}`,
        '路径相对于当前文件，以 / 开头时相对于小程序根目录，要写扩展名；大小写要一致，真机区分大小写。',
      );
    }
    return found || undefined;
  }
}

/** Whether a file includes another, directly or through others, or is it. */
function includes(file: TemplateFile, other: TemplateFile): boolean {
  return file === other || [...file.included.values()].some((inner) => includes(inner, other));
}

/** Whether a `<template is="name">` in a file finds its definition. @param hosts the files that include it */
export function isDefined(name: string, file: TemplateFile, hosts: readonly TemplateFile[]): boolean {
  return [file, ...hosts].some((user) =>
    [user, ...user.imports].some(({ definitions }) =>
      definitions.some((definition) => definition.name === name),
    ),
  );
}
