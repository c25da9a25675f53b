import { compileExpression } from './expression.ts';
import type { Attribute, ElementNode, TemplateNode } from './parse.ts';
import type { Problem } from './problem.ts';
import { BUILT_IN_TAGS } from './tags.ts';
import { checkAttributes, checkDefinition, checkSlotName } from './template-checks.ts';
import { type FileContext, type ReadFile, TemplateFiles } from './template-files.ts';
import { attributeOf, isBranch, isDirective } from './template-nodes.ts';
import { type HandlerUse, TemplateValues } from './template-values.ts';

export interface TemplateInput {
  file: string;
  source: string;
  /** `usingComponents`: tag → component id. */
  components: Readonly<Record<string, string>>;
  isComponent: boolean;
  /** Sources of npm packages may call methods of values, which their own tool chain accepts. */
  isPackage: boolean;
  read: ReadFile;
}

export interface TemplateOutput {
  /** JavaScript: `(r) => ({ render(s) {…} })`. */
  code: string;
  problems: Problem[];
  /** SJS modules that the code asks for by `r.j(file)`. */
  sjs: string[];
  handlers: HandlerUse[];
}

/** Compiles one AXML file, with all that it imports and includes, to render functions. */
export function compileTemplate(input: TemplateInput): TemplateOutput {
  const compiler = new TemplateCompiler(input);
  return compiler.run();
}

class TemplateCompiler extends TemplateValues {
  private readonly input: TemplateInput;
  private readonly files: TemplateFiles;
  private readonly includes: string[] = [];
  private readonly templateUses: { name: string; offset: number; context: FileContext }[] = [];

  constructor(input: TemplateInput) {
    super(input.isPackage);
    this.input = input;
    this.files = new TemplateFiles(input.read, (nodes, context, definition) => {
      if (!input.isPackage) checkDefinition(definition, nodes, context.problems);
      return this.children(nodes, context, new Map());
    });
  }

  run(): TemplateOutput {
    const { file, source } = this.input;
    const context = this.files.newContext(file, source);
    const nodes = this.files.open(source, context);
    const body = this.children(nodes, context, new Map());
    this.checkTemplateNames();
    const code = `(r) => {\n${[...this.files.setup, ...this.files.links()].join('\n')}\nreturn { render: (s) => ${body} };\n}`;
    return {
      code,
      problems: this.files.problems.flatMap((list) => list.items),
      sjs: this.files.sjs,
      handlers: this.handlers,
    };
  }

  /** Only where all files could be read: a definition may stand in the part that could not. */
  private checkTemplateNames(): void {
    if (this.input.isPackage || this.files.problems.some(({ items }) => items.length > 0)) return;
    for (const { name, offset, context } of this.templateUses) {
      if (this.files.isDefined(name, context)) continue;
      context.problems.add(
        offset,
        'directive-use',
        `没有名为 ${name} 的模板`,
        `请在本文件用 <template name="${name}"> 定义它，或 <import> 定义它的文件；那个文件自己 import 来的模板不算。`,
      );
    }
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
    checkAttributes(node, context.problems, this.input.isPackage);
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
        // What stands on it and in it is checked all the same.
        for (const attribute of node.attributes) this.field(attribute, context, locals);
        this.children(node.children, context, locals);
      }
      return `r.u(${key},${JSON.stringify(node.name)})`;
    }
    const attributes = node.attributes.filter(
      (attribute) => !isDirective(attribute.name) && attribute.name !== 'slot',
    );
    const fields = attributes.map((attribute) => this.field(attribute, context, locals));
    return `r.e(s,${key},${JSON.stringify(node.name)},{${fields.join(',')}},${this.children(node.children, context, locals)})`;
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
    const groups = new Map<string, { nodes: TemplateNode[]; scopes: string[] }>();
    for (const child of node.children) {
      if (child.kind === 'element' && !this.input.isPackage) checkSlotName(child, context.problems);
      const name = child.kind === 'element' ? (attributeOf(child, 'slot')?.raw ?? 'default') : 'default';
      const scope = child.kind === 'element' ? attributeOf(child, 'slot-scope')?.raw : undefined;
      const group = groups.get(name) ?? { nodes: [], scopes: [] };
      group.nodes.push(child);
      if (scope) group.scopes.push(scope);
      groups.set(name, group);
    }
    const slots = [...groups].map(([name, group]) => {
      const variable = this.nextVariable();
      const named = group.scopes.map((scope): [string, string] => [scope, variable]);
      const inner = new Map([...locals, ...named]);
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
    if (is.parts?.every((part) => part.kind === 'text')) {
      this.templateUses.push({ name: is.raw, offset: is.valueOffset, context });
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
    const found = this.files.readFile(node, 'src', context);
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
    // The names of the including file stay visible: `include` copies the text to this place.
    const included = this.files.newContext(found.file, found.source, context);
    for (const [name, code] of context.sjs) included.sjs.set(name, code);
    const body = this.children(this.files.open(found.source, included), included, locals);
    this.includes.pop();
    return `r.g(${key},${body})`;
  }
}
