import { compileExpression, type NameScope } from './expression.ts';
import { type Attribute, type ElementNode, parseTemplate, type TemplateNode } from './parse.ts';
import { type Problem, ProblemList } from './problem.ts';
import { BOOLEAN_ATTRIBUTES, BUILT_IN_TAGS, DIRECTIVES, foreignAttributeHint } from './tags.ts';

export interface TemplateInput {
  file: string;
  source: string;
  /** `usingComponents`: tag → component id. */
  components: Readonly<Record<string, string>>;
  isComponent: boolean;
  /** Sources of npm packages may call methods of values, which their own tool chain accepts. */
  isPackage: boolean;
  /** Reads a file named in `src` or `from`. */
  read(from: string, specifier: string): { file: string; source: string } | undefined;
}

export interface HandlerUse {
  name: string;
  file: string;
  offset: number;
}

export interface TemplateOutput {
  /** JavaScript: `(r) => ({ render(s) {…} })`. */
  code: string;
  problems: Problem[];
  /** SJS modules that the code asks for by `r.j(file)`. */
  sjs: string[];
  /** Other AXML files whose text went into the code. */
  dependencies: string[];
  handlers: HandlerUse[];
}

interface FileContext {
  problems: ProblemList;
  /** Name of the JavaScript variable that holds the file's templates. */
  templates: string;
  sjs: Map<string, string>;
}

/** Compiles one AXML file, with all that it imports and includes, to render functions. */
export function compileTemplate(input: TemplateInput): TemplateOutput {
  const compiler = new TemplateCompiler(input);
  return compiler.run();
}

class TemplateCompiler {
  private readonly input: TemplateInput;
  private readonly setup: string[] = [];
  private readonly files = new Map<string, FileContext>();
  private readonly problems: ProblemList[] = [];
  private readonly sjs: string[] = [];
  private readonly handlers: HandlerUse[] = [];
  private variables = 0;
  private keys = 0;
  private readonly includes: string[] = [];

  constructor(input: TemplateInput) {
    this.input = input;
  }

  run(): TemplateOutput {
    const { file, source } = this.input;
    const context = this.newContext(file, source);
    const nodes = this.open(source, context);
    const body = this.children(nodes, context, new Map());
    const code = `(r) => {\n${this.setup.join('\n')}\nreturn { render: (s) => ${body} };\n}`;
    return {
      code,
      problems: this.problems.flatMap((list) => list.items),
      sjs: this.sjs,
      dependencies: [...this.files.keys()].filter((name) => name !== file),
      handlers: this.handlers,
    };
  }

  private newContext(file: string, source: string): FileContext {
    const problems = new ProblemList(file, source);
    this.problems.push(problems);
    const context = { problems, templates: `T${this.problems.length}`, sjs: new Map<string, string>() };
    this.files.set(file, context);
    this.setup.push(`const ${context.templates} = {};`);
    return context;
  }

  /** Parses a file, and handles what stands beside its content: imports, SJS modules, templates. */
  private open(source: string, context: FileContext): TemplateNode[] {
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
      const body = this.children(inner, context, new Map());
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

  private readFile(
    node: ElementNode,
    attribute: string,
    context: FileContext,
  ): { file: string; source: string } | undefined {
    const specifier = attributeOf(node, attribute);
    const found = specifier && this.input.read(context.problems.file, specifier.raw);
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

  private children(nodes: TemplateNode[], context: FileContext, locals: ReadonlyMap<string, string>): string {
    const items: string[] = [];
    for (let index = 0; index < nodes.length; index += 1) {
      const node = nodes[index];
      if (!node) continue;
      if (node.kind === 'text') {
        items.push(`r.x(${this.nextKey()},${this.parts(node.parts, context, locals, true)})`);
        continue;
      }
      if (attributeOf(node, 'a:elif') || attributeOf(node, 'a:else')) {
        context.problems.add(
          node.offset,
          'directive-use',
          `<${node.name}> 的 a:elif / a:else 前面没有 a:if`,
          'a:elif、a:else 要紧跟在带 a:if 的标签后面，而且那个标签不能同时带 a:for。',
        );
        continue;
      }
      if (attributeOf(node, 'a:if') && !attributeOf(node, 'a:for')) {
        const chain = [node];
        for (
          let next = nodes[index + 1];
          next?.kind === 'element' && isBranch(next);
          next = nodes[index + 1]
        ) {
          chain.push(next);
          index += 1;
          if (attributeOf(next, 'a:else')) break;
        }
        items.push(this.branches(chain, context, locals));
        continue;
      }
      items.push(this.looped(node, context, locals));
    }
    return `[${items.filter(Boolean).join(',')}]`;
  }

  private branches(chain: ElementNode[], context: FileContext, locals: ReadonlyMap<string, string>): string {
    let code = '';
    for (const node of chain) {
      const condition = attributeOf(node, 'a:if') ?? attributeOf(node, 'a:elif');
      const body = this.looped(node, context, locals) || `r.n(${this.nextKey()})`;
      code += condition ? `${this.value(condition, context, locals)} ? ${body} : ` : body;
    }
    const last = chain.at(-1);
    const complete = last !== undefined && attributeOf(last, 'a:else') !== undefined;
    return `(${code}${complete ? '' : `r.n(${this.nextKey()})`})`;
  }

  private looped(node: ElementNode, context: FileContext, locals: ReadonlyMap<string, string>): string {
    const list = attributeOf(node, 'a:for');
    if (!list) return this.element(node, this.nextKey(), context, locals);
    const item = attributeOf(node, 'a:for-item')?.raw ?? 'item';
    const index = attributeOf(node, 'a:for-index')?.raw ?? 'index';
    const itemVariable = this.nextVariable();
    const indexVariable = this.nextVariable();
    const inner = new Map([...locals, [item, itemVariable], [index, indexVariable]]);
    const condition = attributeOf(node, 'a:if');
    const body = this.element(node, 'k', context, inner);
    const guarded = condition ? `(${this.value(condition, context, inner)} ? ${body} : r.n(k))` : body;
    const key = this.loopKey(attributeOf(node, 'a:key'), itemVariable, indexVariable, context, inner);
    const source = this.value(list, context, locals);
    return `r.l(${this.nextKey()},${source},(${itemVariable},${indexVariable},k)=>${guarded},${key})`;
  }

  private loopKey(
    key: Attribute | undefined,
    item: string,
    index: string,
    context: FileContext,
    locals: ReadonlyMap<string, string>,
  ): string {
    if (!key?.raw.trim()) return 'null';
    const dynamic = key.parts?.some((part) => part.kind === 'expression');
    if (dynamic) return `(${item},${index})=>${this.value(key, context, locals)}`;
    if (key.raw === '*this') return `(${item})=>${item}`;
    const local = locals.get(key.raw);
    if (local) return `(${item},${index})=>${local}`;
    return `(${item})=>r.m(${item},${JSON.stringify(key.raw)})`;
  }

  private element(
    node: ElementNode,
    key: string,
    context: FileContext,
    locals: ReadonlyMap<string, string>,
  ): string {
    this.checkAttributes(node, context);
    switch (node.name) {
      case 'block':
        return `r.g(${key},${this.children(node.children, context, locals)})`;
      case 'slot':
        return this.slot(node, key, context, locals);
      case 'template':
        return this.useTemplate(node, key, context, locals);
      case 'include':
        return this.include(node, key, context, locals);
      default:
    }
    const component = Object.hasOwn(this.input.components, node.name)
      ? this.input.components[node.name]
      : undefined;
    if (component) return this.component(node, component, key, context, locals);
    if (!BUILT_IN_TAGS.has(node.name)) {
      if (!this.input.isPackage) {
        context.problems.add(
          node.offset,
          'unknown-tag',
          `不认识的标签 <${node.name}>`,
          '如果是组件，请在同名 .json 的 usingComponents 里登记；如果是内置标签，请核对拼写，或改用 <view>、<text>。',
        );
      }
      return `r.u(${key},${JSON.stringify(node.name)})`;
    }
    const attributes = node.attributes.filter(
      (attribute) => !isDirective(attribute.name) && attribute.name !== 'slot',
    );
    const fields = attributes.map((attribute) => this.field(attribute, context, locals));
    return `r.e(s,${key},${JSON.stringify(node.name)},{${fields.join(',')}},${this.children(node.children, context, locals)})`;
  }

  private field(attribute: Attribute, context: FileContext, locals: ReadonlyMap<string, string>): string {
    const name = JSON.stringify(attribute.name);
    const isFunction = isEvent(attribute.name) || attribute.name === 'ref';
    if (!isFunction || !attribute.parts) return `${name}:${this.value(attribute, context, locals)}`;
    const dynamic = attribute.parts.some((part) => part.kind === 'expression');
    if (!dynamic && attribute.raw) {
      this.handlers.push({ name: attribute.raw, file: context.problems.file, offset: attribute.valueOffset });
    }
    return `${name}:r.f(s,${this.value(attribute, context, locals)})`;
  }

  private component(
    node: ElementNode,
    id: string,
    key: string,
    context: FileContext,
    locals: ReadonlyMap<string, string>,
  ): string {
    const attributes = node.attributes.filter(
      (attribute) => !isDirective(attribute.name) && attribute.name !== 'slot',
    );
    const fields = attributes.map((attribute) => this.field(attribute, context, locals));
    const groups = new Map<string, { nodes: TemplateNode[]; scope: string | undefined }>();
    for (const child of node.children) {
      const name = child.kind === 'element' ? (attributeOf(child, 'slot')?.raw ?? 'default') : 'default';
      const scope = child.kind === 'element' ? attributeOf(child, 'slot-scope')?.raw : undefined;
      const group = groups.get(name) ?? { nodes: [], scope };
      group.nodes.push(child);
      groups.set(name, group);
    }
    const slots = [...groups].map(([name, group]) => {
      const variable = this.nextVariable();
      const inner = group.scope ? new Map([...locals, [group.scope, variable]]) : locals;
      return `${JSON.stringify(name)}:(${variable})=>${this.children(group.nodes, context, inner)}`;
    });
    return `r.k(s,${key},${JSON.stringify(id)},{${fields.join(',')}},{${slots.join(',')}})`;
  }

  private slot(
    node: ElementNode,
    key: string,
    context: FileContext,
    locals: ReadonlyMap<string, string>,
  ): string {
    if (!this.input.isComponent) {
      context.problems.add(
        node.offset,
        'directive-use',
        '页面里不能写 <slot>',
        '<slot> 只用在组件的模板里，由使用组件的页面填入内容。',
      );
      return '';
    }
    const name = attributeOf(node, 'name');
    const extra = node.attributes.filter(
      (attribute) => attribute.name !== 'name' && !isDirective(attribute.name),
    );
    const fields = extra.map((attribute) => this.field(attribute, context, locals));
    const nameCode = name ? this.value(name, context, locals) : '"default"';
    const fallback =
      node.children.length > 0 ? `()=>${this.children(node.children, context, locals)}` : 'null';
    return `r.o(s,${key},${nameCode},{${fields.join(',')}},${fallback})`;
  }

  private useTemplate(
    node: ElementNode,
    key: string,
    context: FileContext,
    locals: ReadonlyMap<string, string>,
  ): string {
    const is = attributeOf(node, 'is');
    if (!is) {
      context.problems.add(
        node.offset,
        'directive-use',
        '<template> 缺少 is 或 name',
        '定义模板写 name，使用模板写 is。',
      );
      return '';
    }
    const data = attributeOf(node, 'data');
    const part = data?.parts?.find((candidate) => candidate.kind === 'expression');
    const dataCode = part
      ? compileExpression(part.value, part.offset, this.scope(context, locals), context.problems, true)
      : '{}';
    return `r.t(s,${key},${context.templates},${this.value(is, context, locals)},${dataCode})`;
  }

  private include(
    node: ElementNode,
    key: string,
    context: FileContext,
    locals: ReadonlyMap<string, string>,
  ): string {
    const found = this.readFile(node, 'src', context);
    if (!found) return '';
    if (found.file === this.input.file || this.includes.includes(found.file)) {
      context.problems.add(
        node.offset,
        'directive-use',
        '<include> 引入了自己',
        '请把公共部分放到另一个文件里。',
      );
      return '';
    }
    this.includes.push(found.file);
    const included = this.newContext(found.file, found.source);
    const nodes = this.open(found.source, included);
    // The names of the including file stay visible: `include` copies the text to this place.
    const merged = { ...included, sjs: new Map([...context.sjs, ...included.sjs]) };
    this.setup.push(`Object.assign(${included.templates}, ${context.templates});`);
    const body = this.children(nodes, merged, locals);
    this.includes.pop();
    return `r.g(${key},${body})`;
  }

  private checkAttributes(node: ElementNode, context: FileContext): void {
    const seen = new Set<string>();
    for (const attribute of node.attributes) {
      const { name, offset } = attribute;
      if (seen.has(name)) {
        context.problems.add(
          offset,
          'duplicate-attribute',
          `属性 ${name} 写了两次`,
          '请只保留一个；多个类名写在同一个 class 里，用空格隔开。',
        );
      }
      seen.add(name);
      if (this.input.isPackage) continue;
      if (name.startsWith('a:') && !DIRECTIVES.has(name)) {
        context.problems.add(
          offset,
          'unknown-directive',
          `不认识的指令 ${name}`,
          `可用的指令：${[...DIRECTIVES].join('、')}。`,
        );
      }
      const hint = foreignAttributeHint(name);
      if (hint) context.problems.add(offset, 'unknown-directive', `不认识的写法 ${name}`, hint);
      if (BUILT_IN_TAGS.has(node.name) && BOOLEAN_ATTRIBUTES.has(name) && attribute.raw === 'false') {
        context.problems.add(
          offset,
          'string-boolean',
          `${name}="false" 是字符串，会被当作 true`,
          `请写 ${name}="{{false}}"，或删去这个属性。`,
        );
      }
    }
  }

  private value(attribute: Attribute, context: FileContext, locals: ReadonlyMap<string, string>): string {
    if (!attribute.parts) return 'true';
    return this.parts(attribute.parts, context, locals, false);
  }

  private parts(
    parts: NonNullable<Attribute['parts']>,
    context: FileContext,
    locals: ReadonlyMap<string, string>,
    isText: boolean,
  ): string {
    const [only] = parts;
    const scope = this.scope(context, locals);
    const compile = (part: { value: string; offset: number }): string =>
      compileExpression(part.value, part.offset, scope, context.problems);
    if (!only) return '""';
    if (parts.length === 1)
      return only.kind === 'text'
        ? JSON.stringify(isText ? condense(only.value) : only.value)
        : compile(only);
    const pieces = parts.map((part) =>
      part.kind === 'text'
        ? JSON.stringify(isText ? condense(part.value) : part.value)
        : `r.s(${compile(part)})`,
    );
    return `(${pieces.join('+')})`;
  }

  private scope(context: FileContext, locals: ReadonlyMap<string, string>): NameScope {
    return { locals, sjs: context.sjs, allowCalls: this.input.isPackage };
  }

  private nextKey(): string {
    this.keys += 1;
    return `"k${this.keys}"`;
  }

  private nextVariable(): string {
    this.variables += 1;
    return `v${this.variables}`;
  }
}

function attributeOf(node: ElementNode, name: string): Attribute | undefined {
  return node.attributes.find((attribute) => attribute.name === name);
}

function isBranch(node: ElementNode): boolean {
  return attributeOf(node, 'a:elif') !== undefined || attributeOf(node, 'a:else') !== undefined;
}

function isDirective(name: string): boolean {
  return name.startsWith('a:');
}

function isEvent(name: string): boolean {
  return /^(?:on|catch)[A-Z]/.test(name);
}

/** Line breaks and indentation of the source are no content: each run of white space is one space. */
function condense(text: string): string {
  return text.replace(/\s+/g, ' ');
}
