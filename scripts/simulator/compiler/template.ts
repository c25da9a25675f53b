import { compileExpression, type NameScope } from './expression.ts';
import type { Attribute, ElementNode, ParsedPart, TemplateNode } from './parse.ts';
import { BUILT_IN_TAGS } from './tags.ts';
import type { TemplateFile } from './template-files.ts';
import { attributeOf, condense, isBranch, isDirective, isEvent } from './template-nodes.ts';

/**
 * Compiles a template, with all that it imports and includes, to JavaScript: `(r) => ({ render(s) {…} })`.
 * It reports nothing: what the check refuses (`template-check.ts`) is left out here.
 *
 * @param files the template, and all files that belong to it; see `loadTemplateFiles`
 * @param components `usingComponents`: tag → component id
 */
export function generateTemplate(
  files: readonly TemplateFile[],
  components: Readonly<Record<string, string>>,
): string {
  return new Generator(files, components).run();
}

/** Where a node stands. */
interface Place {
  file: TemplateFile;
  scope: NameScope;
  /** Name of the JavaScript variable that holds the templates that the file may use. */
  templates: string;
}

class Generator {
  private readonly files: readonly TemplateFile[];
  private readonly components: Readonly<Record<string, string>>;
  /** Files of SJS modules; the variable of each is `J` and its place here. */
  private readonly sjs: string[];
  private readonly setup: string[] = [];
  private readonly links: string[] = [];
  /** Links of included files. They come last, since they copy the links of the including files. */
  private readonly innerLinks: string[] = [];
  private contexts = 0;
  private variables = 0;
  private keys = 0;

  constructor(files: readonly TemplateFile[], components: Readonly<Record<string, string>>) {
    this.files = files;
    this.components = components;
    this.sjs = sjsOf(files);
  }

  run(): string {
    const modules = this.sjs.map((file, index) => `const J${index} = r.j(${JSON.stringify(file)});`);
    const own = this.files.map((_file, index) => `const T${index} = {}, O${index} = {};`);
    for (const [index, file] of this.files.entries()) {
      const place = this.placeOf(file, `T${index}`);
      this.define(file, `O${index}`, place);
      this.links.push(this.link(file, `T${index}`, undefined));
    }
    const [main] = this.files;
    const body = main ? this.children(main.content, this.placeOf(main, 'T0')) : '[]';
    const lines = [...modules, ...own, ...this.setup, ...this.links, ...this.innerLinks];
    return `(r) => {\n${lines.join('\n')}\nreturn { render: (s) => ${body} };\n}`;
  }

  private placeOf(file: TemplateFile, templates: string, host?: Place): Place {
    const sjs = new Map(host?.scope.sjs);
    for (const { local, file: module, exported } of file.sjs)
      sjs.set(local, `r.m(J${this.sjs.indexOf(module)},${JSON.stringify(exported)})`);
    return { file, templates, scope: { locals: host?.scope.locals ?? new Map(), sjs } };
  }

  private define(file: TemplateFile, variable: string, place: Place): void {
    for (const { name, content } of file.definitions)
      this.setup.push(`${variable}[${JSON.stringify(name)}] = (s) => ${this.children(content, place)};`);
  }

  /** Makes the templates that a file may use known to it, once all of them are defined. */
  private link(file: TemplateFile, templates: string, host: string | undefined): string {
    const imported = file.imports.map((other) => `O${this.files.indexOf(other)}`);
    const visible = [host, ...imported, `O${this.files.indexOf(file)}`].filter(Boolean);
    return `Object.assign(${templates}, ${visible.join(', ')});`;
  }

  private children(nodes: readonly TemplateNode[], place: Place): string {
    const items: string[] = [];
    for (let index = 0; index < nodes.length; index += 1) {
      const node = nodes[index];
      if (!node) continue;
      if (node.kind === 'text') {
        items.push(`r.x(${this.nextKey()},${this.parts(node.parts, place, true)})`);
      } else if (attributeOf(node, 'a:if') && !attributeOf(node, 'a:for')) {
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
        items.push(this.branches(chain, place));
      } else if (!isBranch(node)) items.push(this.looped(node, place));
    }
    return `[${items.filter(Boolean).join(',')}]`;
  }

  private branches(chain: readonly ElementNode[], place: Place): string {
    let code = '';
    for (const node of chain) {
      const condition = attributeOf(node, 'a:if') ?? attributeOf(node, 'a:elif');
      const body = this.looped(node, place) || `r.n(${this.nextKey()})`;
      code += condition ? `${this.value(condition, place)} ? ${body} : ` : body;
    }
    const last = chain.at(-1);
    const complete = last !== undefined && attributeOf(last, 'a:else') !== undefined;
    return `(${code}${complete ? '' : `r.n(${this.nextKey()})`})`;
  }

  private looped(node: ElementNode, place: Place): string {
    const list = attributeOf(node, 'a:for');
    if (!list) return this.element(node, this.nextKey(), place);
    const item = attributeOf(node, 'a:for-item')?.raw ?? 'item';
    const index = attributeOf(node, 'a:for-index')?.raw ?? 'index';
    const [itemVariable, indexVariable] = [this.nextVariable(), this.nextVariable()];
    const inner = withLocals(place, [
      [item, itemVariable],
      [index, indexVariable],
    ]);
    const condition = attributeOf(node, 'a:if');
    const body = this.element(node, 'k', inner) || 'r.n(k)';
    const guarded = condition ? `(${this.value(condition, inner)} ? ${body} : r.n(k))` : body;
    const key = this.loopKey(attributeOf(node, 'a:key'), itemVariable, indexVariable, inner);
    return `r.l(${this.nextKey()},${this.value(list, place)},(${itemVariable},${indexVariable},k)=>${guarded},${key})`;
  }

  private loopKey(key: Attribute | undefined, item: string, index: string, place: Place): string {
    if (!key?.raw.trim()) return 'null';
    const dynamic = key.parts?.some((part) => part.kind === 'expression');
    if (dynamic) return `(${item},${index})=>${this.value(key, place)}`;
    if (key.raw === '*this') return `(${item})=>${item}`;
    const local = place.scope.locals.get(key.raw);
    if (local) return `(${item},${index})=>${local}`;
    return `(${item})=>r.m(${item},${JSON.stringify(key.raw)})`;
  }

  private element(node: ElementNode, key: string, place: Place): string {
    const { name } = node;
    if (name === 'block') return `r.g(${key},${this.children(node.children, place)})`;
    if (name === 'slot') return this.slot(node, key, place);
    if (name === 'template') return this.useTemplate(node, key, place);
    if (name === 'include') return this.include(node, key, place);
    const component = Object.hasOwn(this.components, name) ? this.components[name] : undefined;
    if (component) return this.component(node, component, key, place);
    if (!BUILT_IN_TAGS.has(name)) return `r.u(${key},${JSON.stringify(name)})`;
    return `r.e(s,${key},${JSON.stringify(name)},${this.fields(node, place)},${this.children(node.children, place)})`;
  }

  private component(node: ElementNode, id: string, key: string, place: Place): string {
    const groups = new Map<string, { nodes: TemplateNode[]; scopes: string[] }>();
    for (const child of node.children) {
      const name = child.kind === 'element' ? (attributeOf(child, 'slot')?.raw ?? 'default') : 'default';
      const scope = child.kind === 'element' ? attributeOf(child, 'slot-scope')?.raw : undefined;
      const group = groups.get(name) ?? { nodes: [], scopes: [] };
      group.nodes.push(child);
      if (scope) group.scopes.push(scope);
      groups.set(name, group);
    }
    const slots = [...groups].map(([name, group]) => {
      const variable = this.nextVariable();
      const inner = withLocals(
        place,
        group.scopes.map((scope) => [scope, variable]),
      );
      return `${JSON.stringify(name)}:(${variable})=>${this.children(group.nodes, inner)}`;
    });
    return `r.k(s,${key},${JSON.stringify(id)},${this.fields(node, place)},{${slots.join(',')}})`;
  }

  private slot(node: ElementNode, key: string, place: Place): string {
    const name = attributeOf(node, 'name');
    const fields = this.fields(
      { ...node, attributes: node.attributes.filter((attribute) => attribute !== name) },
      place,
    );
    const fallback = node.children.length > 0 ? `()=>${this.children(node.children, place)}` : 'null';
    return `r.o(s,${key},${name ? this.value(name, place) : '"default"'},${fields},${fallback})`;
  }

  private useTemplate(node: ElementNode, key: string, place: Place): string {
    const is = attributeOf(node, 'is');
    if (!is) return '';
    const data = attributeOf(node, 'data')?.parts?.find((part) => part.kind === 'expression');
    const values = data ? compileExpression(data.parsed, place.scope) : '{}';
    return `r.t(s,${key},${place.templates},${this.value(is, place)},${values})`;
  }

  /** The names of the including file stay visible: `include` copies the text to this place. */
  private include(node: ElementNode, key: string, host: Place): string {
    const file = host.file.included.get(node);
    if (!file) return '';
    this.contexts += 1;
    const [templates, own] = [`T_${this.contexts}`, `O_${this.contexts}`];
    const place = this.placeOf(file, templates, host);
    this.setup.push(`const ${templates} = {}, ${own} = {};`);
    this.innerLinks.push(
      `${this.link(file, templates, host.templates)} Object.assign(${templates}, ${own});`,
    );
    this.define(
      file,
      own,
      this.placeOf(file, templates, { ...host, scope: { ...host.scope, locals: new Map() } }),
    );
    return `r.g(${key},${this.children(file.content, place)})`;
  }

  private fields(node: ElementNode, place: Place): string {
    const fields = node.attributes
      .filter(({ name }) => !isDirective(name) && (node.name === 'slot' || name !== 'slot'))
      .map((attribute) => {
        const value = this.value(attribute, place);
        const isFunction = (isEvent(attribute.name) || attribute.name === 'ref') && attribute.parts;
        return `${JSON.stringify(attribute.name)}:${isFunction ? `r.f(s,${value})` : value}`;
      });
    return `{${fields.join(',')}}`;
  }

  private value(attribute: Attribute, place: Place): string {
    return attribute.parts ? this.parts(attribute.parts, place, false) : 'true';
  }

  private parts(parts: readonly ParsedPart[], { scope }: Place, isText: boolean): string {
    const literal = (text: string): string => JSON.stringify(isText ? condense(text) : text);
    const [only] = parts;
    if (!only) return '""';
    if (parts.length === 1)
      return only.kind === 'text' ? literal(only.value) : compileExpression(only.parsed, scope);
    const pieces = parts.map((part) =>
      part.kind === 'text' ? literal(part.value) : `r.s(${compileExpression(part.parsed, scope)})`,
    );
    return `(${pieces.join('+')})`;
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

function withLocals(place: Place, named: readonly (readonly [string, string])[]): Place {
  return { ...place, scope: { ...place.scope, locals: new Map([...place.scope.locals, ...named]) } };
}

/** The SJS modules that a template asks for, by `r.j(file)`. */
export function sjsOf(files: readonly TemplateFile[]): string[] {
  return [...new Set(files.flatMap(({ sjs }) => sjs.map(({ file }) => file)))];
}
