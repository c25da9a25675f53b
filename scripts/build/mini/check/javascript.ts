import { deviceGlobals, forbiddenGlobals, forbiddenMethods, forbiddenStatics, sjsGlobals } from './device.ts';
import type { Problem, Rule } from './problem.ts';
import {
  type AnyNode,
  keyName,
  lineOf,
  type Program,
  parseEs2017,
  visitFreeNames,
  walk,
} from './syntax-tree.ts';

/** A script of the package, read once for all the rules. */
export interface Script {
  file: string;
  program: Program;
}

/** Parses a script; a syntax beyond ES2017 is a problem, and the script is null. */
export function parseScript(file: string, source: string): { script: Script | null; problems: Problem[] } {
  try {
    const program = parseEs2017(source, file.endsWith('.sjs') ? 'module' : 'script');
    return { script: { file, program }, problems: [] };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { loc, pos } = error as SyntaxError & { loc?: { line: number }; pos?: number };
    const near = source.slice(Math.max(0, (pos ?? 0) - 1), (pos ?? 0) + 2);
    const name = near.includes('??') ? '空值合并 ??' : /\?\./.test(near) ? '可选链 ?.' : '这里的语法';
    const problem: Problem = {
      rule: 'syntax',
      file,
      line: loc?.line ?? null,
      message: `真机不认识${name}（${error.message}）。`,
      hint: '输出必须是 ES2017 或更低：源码放在 mini/ 下由构建转换，不要直接放入未转换的脚本。',
    };
    return { script: null, problems: [problem] };
  }
}

/** Names and calls that devices lack or forbid. */
export function checkScript({ file, program }: Script): Problem[] {
  const problems: Problem[] = [];
  const report = (rule: Rule, node: AnyNode, message: string, hint: string) => {
    problems.push({ rule, file, line: lineOf(node), message, hint });
  };

  const free: { name: string; node: AnyNode; parent: AnyNode }[] = [];
  visitFreeNames(program, (name, node, parent) => void free.push({ name, node, parent }));
  // `typeof window` is how a script finds out; it is harmless, and so is what libraries use after it.
  const isAsked = (parent: AnyNode) => parent.type === 'UnaryExpression' && parent.operator === 'typeof';
  const asked = new Set(free.filter(({ parent }) => isAsked(parent)).map(({ name }) => name));
  const isThere = (name: string) =>
    deviceGlobals.has(name) || (file.endsWith('.sjs') && sjsGlobals.has(name));
  for (const { name, node, parent } of free) {
    if (isAsked(parent)) continue;
    if (!isThere(name) && (forbiddenGlobals.has(name) || !asked.has(name))) {
      const hint = forbiddenGlobals.get(name) ?? '检查拼写；在别的文件里定义的，要用 import 引入。';
      report('device-name', node, `真机上没有 ${name}。`, hint);
    }
    if (name === 'eval') report('dynamic-code', node, '真机禁止 eval。', '改成普通的函数调用。');
    if (name === 'Function' && parent.type !== 'MemberExpression' && parent.type !== 'BinaryExpression') {
      report('dynamic-code', node, '真机禁止用 Function 构造函数。', '改成普通的函数。');
    }
    if ((name === 'setTimeout' || name === 'setInterval') && isTextTimer(parent)) {
      report(
        'dynamic-code',
        node,
        `真机禁止把字符串交给 ${name}。`,
        '改成传入函数：setTimeout(() => …, 毫秒)。',
      );
    }
  }

  walk(program, (node, parents) => {
    if (node.type !== 'MemberExpression') return;
    const member = keyName(node as { property?: AnyNode; computed?: boolean });
    if (member === null) return;
    const object = node.object.type === 'Identifier' ? node.object.name : '';
    const statics = forbiddenStatics.get(`${object}.${member}`);
    if (statics !== undefined) {
      report('device-name', node.property, `真机上没有 ${object}.${member}。`, statics);
      return;
    }
    const parent = parents.at(-1);
    const isCall = parent?.type === 'CallExpression' && parent.callee === node;
    const ofPrototype = /\.prototype$/.test(sourceName(node.object));
    const hint = forbiddenMethods.get(member);
    if (hint !== undefined && (isCall || ofPrototype)) {
      report('device-name', node.property, `真机上没有 .${member}()。`, hint);
    }
  });
  return problems;
}

function sourceName(node: AnyNode): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression') return '';
  return `${sourceName(node.object)}.${keyName(node as { property?: AnyNode; computed?: boolean }) ?? ''}`;
}

function isTextTimer(call: AnyNode): boolean {
  if (call.type !== 'CallExpression') return false;
  const first = call.arguments[0];
  if (first === undefined) return false;
  const holdsText = (node: AnyNode): boolean =>
    (node.type === 'Literal' && typeof node.value === 'string') ||
    node.type === 'TemplateLiteral' ||
    (node.type === 'BinaryExpression' && (holdsText(node.left) || holdsText(node.right)));
  return holdsText(first);
}

/** Whether a script is a page's. */
export function registersPage({ program }: Script): boolean {
  let found = false;
  visitFreeNames(program, (name, node, parent) => {
    if (name === 'Page' && parent.type === 'CallExpression' && parent.callee === node) found = true;
  });
  return found;
}

/** A string of a script; `part` when it is joined with something else. */
export interface Text {
  value: string;
  line: number;
  part: boolean;
}

/** Strings of a script, for looking after paths in them. */
export function texts({ program }: Script): Text[] {
  const found: Text[] = [];
  walk(program, (node, parents) => {
    const joined = parents.at(-1)?.type === 'BinaryExpression';
    if (node.type === 'Literal' && typeof node.value === 'string') {
      found.push({ value: node.value, line: lineOf(node), part: joined });
    }
    if (node.type === 'TemplateLiteral') {
      const part = joined || node.quasis.length > 1;
      found.push({ value: node.quasis[0]?.value.cooked ?? '', line: lineOf(node), part });
    }
  });
  return found;
}

/** Paths that a script requires, with their lines. */
export function requires({ program }: Script): { value: string; line: number }[] {
  const found: { value: string; line: number }[] = [];
  walk(program, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return;
    const first = node.arguments[0];
    if (node.callee.name !== 'require' || first?.type !== 'Literal') return;
    if (typeof first.value === 'string') found.push({ value: first.value, line: lineOf(node) });
  });
  return found;
}

/**
 * The names that templates may call: the functions of `Page({…})`, or of `Component({methods: {…}})`.
 *
 * @returns null when the script has no such call with a literal object.
 */
export function handlers({ program }: Script, kind: 'Page' | 'Component'): Set<string> | null {
  let found: Set<string> | null = null;
  walk(program, (node) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== kind)
      return;
    const options = node.arguments[0];
    if (options?.type !== 'ObjectExpression') return;
    const methods = kind === 'Page' ? options : property(options, 'methods');
    found = new Set(methods?.type === 'ObjectExpression' ? names(methods) : []);
  });
  return found;
}

function property(object: AnyNode & { type: 'ObjectExpression' }, name: string): AnyNode | undefined {
  for (const entry of object.properties) {
    if (entry.type === 'Property' && keyName(entry) === name) return entry.value;
  }
  return undefined;
}

/** What stands in an object and is surely no function. */
const notCallable: ReadonlySet<string> = new Set([
  'Literal',
  'TemplateLiteral',
  'ObjectExpression',
  'ArrayExpression',
  'UnaryExpression',
]);

function names(object: AnyNode & { type: 'ObjectExpression' }): string[] {
  return object.properties.flatMap((entry) => {
    if (entry.type !== 'Property' || notCallable.has(entry.value.type)) return [];
    const name = keyName(entry);
    return name === null || name === 'data' ? [] : [name];
  });
}
