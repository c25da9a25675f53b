import { parse } from '@babel/parser';
import type { Node } from '@babel/types';
import type { ProblemList } from '../problem.ts';
import { type Definition, definitionOf } from './methods.ts';
import { constantText, visitFreeNames, walk } from './tree.ts';

/** An import of another file. The offsets are those of the path between the quotes. */
export interface Import {
  specifier: string;
  start: number;
  end: number;
}

export interface Script extends Definition {
  program: Node;
  imports: Import[];
}

/** @returns undefined after reporting that the file cannot be read. */
export function parseScript(file: string, source: string, problems: ProblemList): Script | undefined {
  try {
    const { program } = parse(source, {
      sourceType: file.endsWith('.js') ? 'unambiguous' : 'module',
      allowReturnOutsideFunction: true,
      errorRecovery: false,
      plugins: file.endsWith('.ts') ? ['typescript'] : [],
    });
    const imports = importsOf(program);
    return { program, imports, ...definitionOf(program, imports.length > 0) };
  } catch (error) {
    if (error instanceof RangeError) {
      problems.add(0, 'syntax', '这个文件里的括号或函数套得太深', '请拆成几个文件或几个函数。');
      return undefined;
    }
    const { pos, message } = error as { pos?: number; message: string };
    if (pos === undefined) throw error;
    problems.add(
      pos,
      'syntax',
      `脚本有语法错误：${reasonOf(message.replace(/\s*\(\d+:\d+\)$/, ''))}`,
      '请检查附近的括号、引号和逗号是否成对，是不是用了中文标点。',
    );
    return undefined;
  }
}

/** Babel's messages for the most common mistakes, in Chinese. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^Unexpected token, expected "(.+)"/, '这里应是 $1'],
  [/^Unexpected token/, '看不懂这里的写法'],
  [/^Unexpected character '(.)'.*/, '不认识的字符 $1'],
  [/^Unterminated string.*/, '引号没有成对'],
  [/^Unterminated template.*/, '反引号没有成对'],
  [/^Unterminated comment.*/, '注释 /* 没有结束'],
  [/^Unterminated regular.*/, '正则没有结束'],
  [/^Missing semicolon.*/, '两句之间少了换行或分号'],
  [/^Identifier '(.+)' has already been declared.*/, '$1 定义了两次'],
  [/^Missing initializer.*/, 'const 要写上值'],
  [/^'return' outside of function.*/, 'return 写在了函数外面'],
];

function reasonOf(reason: string): string {
  const known = REASONS.find(([pattern]) => pattern.test(reason));
  return known ? reason.replace(...known) : reason;
}

function importsOf(program: Node): Import[] {
  const found: Import[] = [];
  const take = (node: Node | null | undefined): void => {
    if (node?.type !== 'StringLiteral') return;
    found.push({ specifier: node.value, start: (node.start ?? 0) + 1, end: (node.end ?? 0) - 1 });
  };
  walk(program, (node) => {
    if (node.type === 'ImportDeclaration' && node.importKind !== 'type') take(node.source);
    if (node.type === 'ExportAllDeclaration' && node.exportKind !== 'type') take(node.source);
    if (node.type === 'ExportNamedDeclaration' && node.exportKind !== 'type') take(node.source);
    if (node.type === 'ImportExpression') take(node.source);
    if (node.type === 'CallExpression' && node.callee.type === 'Import') take(node.arguments[0]);
  });
  visitFreeNames(program, (name, node, parent) => {
    if (name !== 'require' || parent.type !== 'CallExpression' || parent.callee !== node) return;
    take(parent.arguments[0]);
  });
  return found;
}

/** A text in a script; `part` when it is joined with something else. */
export interface ScriptText {
  value: string;
  offset: number;
  part: boolean;
}

/** The texts of a script, in which paths are looked for. */
export function textsOf(program: Node): ScriptText[] {
  const found: ScriptText[] = [];
  walk(program, (node, parents) => {
    if (node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') return;
    const joined = parents.at(-1)?.type === 'BinaryExpression';
    const whole = constantText(node);
    const value = whole ?? (node.type === 'TemplateLiteral' ? node.quasis[0]?.value.cooked : undefined) ?? '';
    found.push({ value, offset: node.start ?? 0, part: joined || whole === undefined });
  });
  return found;
}
