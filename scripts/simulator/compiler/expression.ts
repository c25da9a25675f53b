import { parseExpression } from '@babel/parser';
import type { Expression, Node, ObjectExpression } from '@babel/types';
import type { Part } from './interpolation.ts';
import type { ProblemList } from './problem.ts';

/** The inside of a `{{ }}`, parsed. Offsets of nodes count from `base`. */
export interface Parsed {
  tree: Expression;
  text: string;
  base: number;
}

/**
 * Parses the inside of a `{{ }}`.
 * @param forceObject read `{{a, b}}` and `{{a}}` as the fields of an object (the data of a `<template>`)
 * @returns undefined after reporting a problem
 */
export function parsePart(part: Part, forceObject: boolean, problems: ProblemList): Parsed | undefined {
  const { value: source, offset } = part;
  if (!source.trim()) {
    problems.add(offset, 'expression', '{{ }} 里没有内容', '请写上要显示的字段名，或删去它。');
    return undefined;
  }
  const asObject =
    /^\s*(?:\.\.\.|[\w$]+\s*[,:]|(['"])[^'"\\]*\1\s*:)/.test(source) ||
    (forceObject && /^\s*[\w$]+\s*$/.test(source));
  const text = asObject ? `{${source}}` : source;
  const base = offset - (asObject ? 1 : 0);
  try {
    return { tree: parseExpression(text), text, base };
  } catch (error) {
    if (error instanceof RangeError) {
      problems.add(offset, 'expression', '{{ }} 里的表达式太长', '请拆成几个字段，在 setData 之前算好。');
      return undefined;
    }
    const position = positionOf(error);
    if (position === undefined) throw error;
    problems.add(
      base + position,
      'expression',
      '{{ }} 里的表达式有语法错误',
      syntaxHint(source, position - (asObject ? 1 : 0)),
    );
    return undefined;
  }
}

const ENGLISH: Readonly<Record<string, string>> = {
  '，': ',',
  '。': '.',
  '？': '?',
  '：': ':',
  '；': ';',
  '（': '(',
  '）': ')',
  '！': '!',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '【': '[',
  '】': ']',
};

function syntaxHint(source: string, at: number): string {
  const char = source.charAt(at);
  const english = ENGLISH[char];
  if (english) return `这里用了中文标点 ${char}，请切换到英文输入法，写成 ${english}。`;
  return '只能写数据字段、运算符、三元表达式和 SJS 函数调用；字符串的引号要与属性的引号不同。';
}

function positionOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('pos' in error)) return undefined;
  return typeof error.pos === 'number' ? error.pos : undefined;
}

/** What a name in an expression stands for: template name → JavaScript. Other names are data of the page. */
export interface NameScope {
  /** `a:for` items and indexes and slot scopes. */
  locals: ReadonlyMap<string, string>;
  sjs: ReadonlyMap<string, string>;
}

/**
 * Compiles the inside of a `{{ }}` to JavaScript. Names resolve to locals, SJS modules and the data of the
 * page alone, never to globals; reading a member of `undefined` or `null` gives `undefined`. What the check refuses
 * (`expression-check.ts`) is `undefined` here.
 */
export function compileExpression(parsed: Parsed | undefined, scope: NameScope): string {
  return parsed ? new Compiler(scope, parsed.text).compile(parsed.tree) : 'undefined';
}

class Compiler {
  private readonly scope: NameScope;
  private readonly source: string;

  constructor(scope: NameScope, source: string) {
    this.scope = scope;
    this.source = source;
  }

  compile(node: Node): string {
    switch (node.type) {
      case 'Identifier':
        return this.name(node.name);
      case 'StringLiteral':
        return JSON.stringify(node.value);
      case 'NumericLiteral':
      case 'BooleanLiteral':
        return String(node.value);
      case 'NullLiteral':
        return 'null';
      case 'TemplateLiteral':
        return this.template(
          node.quasis.map((quasi) => quasi.value.cooked ?? ''),
          node.expressions,
        );
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return `r.m(${this.compile(node.object)},${this.key(node)})`;
      case 'UnaryExpression':
        return `(${node.operator} ${this.compile(node.argument)})`;
      case 'BinaryExpression':
        return `(${this.compile(node.left)} ${node.operator} ${this.compile(node.right)})`;
      case 'LogicalExpression':
        return `(${this.compile(node.left)} ${node.operator} ${this.compile(node.right)})`;
      case 'ConditionalExpression':
        return `(${this.compile(node.test)} ? ${this.compile(node.consequent)} : ${this.compile(node.alternate)})`;
      case 'ArrayExpression':
        return `[${node.elements.map((element) => (element ? this.element(element) : '')).join(',')}]`;
      case 'ObjectExpression':
        return this.object(node);
      case 'CallExpression':
      case 'OptionalCallExpression':
        return this.call(node);
      case 'ParenthesizedExpression':
        return `(${this.compile(node.expression)})`;
      default:
        return 'undefined';
    }
  }

  private name(name: string): string {
    if (name === 'undefined') return 'undefined';
    const local = this.scope.locals.get(name) ?? this.scope.sjs.get(name);
    return local ?? `r.v(s,${JSON.stringify(name)})`;
  }

  private key(node: { computed: boolean; property: Node }): string {
    if (node.computed) return this.compile(node.property);
    return node.property.type === 'Identifier' ? JSON.stringify(node.property.name) : 'undefined';
  }

  private element(node: Node): string {
    return node.type === 'SpreadElement' ? `...(${this.compile(node.argument)} || [])` : this.compile(node);
  }

  private template(quasis: string[], expressions: readonly Node[]): string {
    const parts = quasis.flatMap((quasi, index) => {
      const expression = expressions[index];
      return expression
        ? [JSON.stringify(quasi), `r.s(${this.compile(expression)})`]
        : [JSON.stringify(quasi)];
    });
    return `(${parts.join('+')})`;
  }

  private object(node: ObjectExpression): string {
    const fields = node.properties.map((property) => {
      if (property.type === 'SpreadElement') return `...${this.compile(property.argument)}`;
      if (property.type === 'ObjectMethod') return '';
      const key = property.computed
        ? `[${this.compile(property.key)}]`
        : JSON.stringify(
            property.key.type === 'Identifier'
              ? property.key.name
              : String('value' in property.key ? property.key.value : ''),
          );
      return `${key}:${this.compile(property.value)}`;
    });
    return `{${fields.filter(Boolean).join(',')}}`;
  }

  private call({ callee, arguments: given }: { callee: Node; arguments: readonly Node[] }): string {
    const args = given.map((argument) => this.element(argument)).join(',');
    const name = JSON.stringify(this.source.slice(callee.start ?? 0, callee.end ?? 0));
    if (!isMember(callee)) return `r.q(${this.compile(callee)},undefined,[${args}],${name})`;
    const [object, key] = [this.compile(callee.object), this.key(callee)];
    return callsSjs(callee, this.scope)
      ? `r.q(${object},${key},[${args}],${name})`
      : `r.c(${object},${key},[${args}])`;
  }
}

export function isMember(
  node: Node,
): node is Extract<Node, { type: 'MemberExpression' | 'OptionalMemberExpression' }> {
  return node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression';
}

/** Whether a called function is one of an SJS module. */
export function callsSjs(
  callee: Node,
  scope: { locals: { has(name: string): boolean }; sjs: { has(name: string): boolean } },
): boolean {
  let root = callee;
  while (isMember(root)) root = root.object;
  return root.type === 'Identifier' && !scope.locals.has(root.name) && scope.sjs.has(root.name);
}
