import { parseExpression } from '@babel/parser';
import type { Expression, Node, ObjectExpression } from '@babel/types';
import type { ProblemList } from './problem.ts';

/** What a name in an expression stands for, decided at compile time. */
export interface NameScope {
  /** `a:for` items and indexes and slot scopes: template name → JavaScript variable. */
  locals: ReadonlyMap<string, string>;
  /** SJS modules: template name → JavaScript expression. */
  sjs: ReadonlyMap<string, string>;
  /** Method calls on values are an error in a project's own sources, and accepted in npm packages. */
  allowCalls: boolean;
}

const BINARY = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '==',
  '!=',
  '===',
  '!==',
  '<',
  '>',
  '<=',
  '>=',
  '**',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '>>>',
  'in',
]);
const UNARY = new Set(['!', '-', '+', 'typeof', '~', 'void']);

/**
 * Compiles the inside of a `{{ }}` to JavaScript. Names resolve to locals, SJS modules and the data of the
 * page alone, never to globals; reading a member of `undefined` or `null` gives `undefined`.
 * @param forceObject read `{{a, b}}` and `{{a}}` as the fields of an object (the data of a `<template>`)
 * @returns the code, or `undefined` as code after reporting a problem
 */
export function compileExpression(
  source: string,
  offset: number,
  scope: NameScope,
  problems: ProblemList,
  forceObject = false,
): string {
  const asObject =
    /^\s*(?:\.\.\.|[\w$]+\s*[,:]|(['"])[^'"\\]*\1\s*:)/.test(source) ||
    (forceObject && /^\s*[\w$]+\s*$/.test(source));
  if (!source.trim()) {
    problems.add(offset, 'expression', '{{ }} 里没有内容', '请写上要显示的字段名，或删去它。');
    return 'undefined';
  }
  const text = asObject ? `{${source}}` : source;
  const base = offset - (asObject ? 1 : 0);
  try {
    return new Compiler(scope, problems, base, text).compile(parseExpression(text));
  } catch (error) {
    if (error instanceof RangeError) {
      problems.add(offset, 'expression', '{{ }} 里的表达式太长', '请拆成几个字段，在 setData 之前算好。');
      return 'undefined';
    }
    const position = positionOf(error);
    if (position === undefined) throw error;
    problems.add(
      base + position,
      'expression',
      '{{ }} 里的表达式有语法错误',
      syntaxHint(source, position - (asObject ? 1 : 0)),
    );
    return 'undefined';
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

class Compiler {
  private readonly scope: NameScope;
  private readonly problems: ProblemList;
  private readonly base: number;
  private readonly source: string;

  constructor(scope: NameScope, problems: ProblemList, base: number, source: string) {
    this.scope = scope;
    this.problems = problems;
    this.base = base;
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
        return UNARY.has(node.operator)
          ? `(${node.operator} ${this.compile(node.argument)})`
          : this.refuse(node, `运算符 ${node.operator}`);
      case 'BinaryExpression':
        return BINARY.has(node.operator)
          ? `(${this.compile(node.left)} ${node.operator} ${this.compile(node.right)})`
          : this.refuse(node, `运算符 ${node.operator}`);
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
        return this.refuse(node, '这种写法');
    }
  }

  private name(name: string): string {
    if (name === 'undefined') return 'undefined';
    const local = this.scope.locals.get(name) ?? this.scope.sjs.get(name);
    return local ?? `r.v(s,${JSON.stringify(name)})`;
  }

  private key(node: { computed: boolean; property: Node }): string {
    if (node.computed) return this.compile(node.property);
    return node.property.type === 'Identifier'
      ? JSON.stringify(node.property.name)
      : this.refuse(node.property, '私有成员');
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
      if (property.type === 'ObjectMethod') return this.refuse(property, '函数');
      const key = property.computed
        ? `[${this.compile(property.key)}]`
        : JSON.stringify(
            property.key.type === 'Identifier'
              ? property.key.name
              : String('value' in property.key ? property.key.value : ''),
          );
      return `${key}:${this.compile(property.value)}`;
    });
    return `{${fields.join(',')}}`;
  }

  private call(node: {
    callee: Node;
    arguments: readonly Node[];
    start?: number | null | undefined;
  }): string {
    const callee = node.callee;
    const root = rootName(callee);
    const fromSjs = root !== undefined && !this.scope.locals.has(root) && this.scope.sjs.has(root);
    const isMember = callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression';
    if (!fromSjs && !(this.scope.allowCalls && isMember)) {
      this.problems.add(
        this.base + (node.start ?? 0),
        'function-call',
        '{{ }} 里不能调用函数',
        '请把计算放到 .sjs 文件里，用 <import-sjs> 引入后调用；或者在 setData 之前算好。',
      );
      return 'undefined';
    }
    const args = node.arguments.map((argument) => this.element(argument)).join(',');
    const name = JSON.stringify(this.source.slice(callee.start ?? 0, callee.end ?? 0));
    if (!isMember) return `r.q(${this.compile(callee)},undefined,[${args}],${name})`;
    const [object, key] = [this.compile(callee.object), this.key(callee)];
    return fromSjs ? `r.q(${object},${key},[${args}],${name})` : `r.c(${object},${key},[${args}])`;
  }

  private refuse(node: Node, what: string): string {
    this.problems.add(
      this.base + (node.start ?? 0),
      'expression',
      `{{ }} 里不支持${what}`,
      '只能写数据字段、运算符、三元表达式、数组和对象字面量，以及 SJS 函数调用。',
    );
    return 'undefined';
  }
}

function rootName(node: Node | Expression): string | undefined {
  let current: Node = node;
  while (current.type === 'MemberExpression' || current.type === 'OptionalMemberExpression')
    current = current.object;
  return current.type === 'Identifier' ? current.name : undefined;
}
