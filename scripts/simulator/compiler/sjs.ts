import { parse } from '@babel/parser';
import type { Node } from '@babel/types';
import { type Problem, ProblemList } from './problem.ts';

/** What an SJS file asks for by `import`, as written. */
export interface SjsChecked {
  problems: Problem[];
  imports: string[];
}

/**
 * SJS is a part of JavaScript: it runs apart from the pages, without the platform's API, has `import` and `export`
 * alone, and makes dates and patterns with `getDate()` and `getRegExp()` (SJS 介绍、数据类型).
 */
export function checkSjs(file: string, source: string): SjsChecked {
  const list = new ProblemList(file, source);
  const imports: string[] = [];
  let program: Node;
  try {
    program = parse(source, { sourceType: 'module', errorRecovery: true }).program;
  } catch {
    // The bundler reports what does not parse.
    return { problems: [], imports };
  }
  visit(program, new Set(declaredIn(program)), (node) => {
    const offset = node.start ?? 0;
    const report = (message: string, hint: string): void => list.add(offset, 'sjs', message, hint);
    if (node.type === 'ImportDeclaration') imports.push(node.source.value);
    else if (node.type === 'NewExpression') report('SJS 里不能用 new', NEW_HINT);
    else if (node.type === 'RegExpLiteral')
      report('SJS 里不能写正则字面量', '请写 getRegExp("表达式", "标志")。');
    else if (node.type === 'Identifier') {
      const hint = ABSENT.get(node.name);
      if (hint) report(`SJS 里没有 ${node.name}`, hint);
    }
  });
  return { problems: list.items, imports };
}

const NEW_HINT = '日期用 getDate()，正则用 getRegExp()，对象和数组用字面量。';
const API_HINT = 'SJS 只做计算：请在页面里调用接口，用 setData 把结果交给模板。';
const MODULE_HINT = '请用 import 和 export 引入、导出，路径写扩展名 .sjs。';

const ABSENT: ReadonlyMap<string, string> = new Map([
  ...['dd', 'my', 'getApp', 'getCurrentPages', 'App', 'Page', 'Component', 'setTimeout', 'setInterval'].map(
    (name): [string, string] => [name, API_HINT],
  ),
  ...['window', 'document', 'fetch', 'globalThis', 'Promise'].map((name): [string, string] => [
    name,
    API_HINT,
  ]),
  ...['require', 'module', 'exports'].map((name): [string, string] => [name, MODULE_HINT]),
]);

/** Names that the file declares anywhere: enough to tell its own `module` from the one of CommonJS. */
function declaredIn(program: Node): string[] {
  const names: string[] = [];
  walk(program, (node) => {
    names.push(...declaredBy(node));
    if ('params' in node && Array.isArray(node.params)) names.push(...node.params.flatMap(namesOf));
    if (node.type === 'CatchClause' && node.param) names.push(...namesOf(node.param));
  });
  return names;
}

/** Names that a file declares for all of itself. A file that does not parse declares nothing. */
export function topLevelNames(source: string): ReadonlySet<string> {
  try {
    const { program } = parse(source, { sourceType: 'module', errorRecovery: true });
    const declarations = program.body.map((statement): Node => {
      const exported = statement.type.startsWith('Export') && 'declaration' in statement;
      return (exported && statement.declaration) || statement;
    });
    return new Set(
      declarations.flatMap((node) => {
        if (node.type === 'VariableDeclaration') return node.declarations.flatMap(declaredBy);
        return node.type === 'ImportDeclaration' ? node.specifiers.flatMap(declaredBy) : declaredBy(node);
      }),
    );
  } catch {
    return new Set();
  }
}

function declaredBy(node: Node): string[] {
  if (node.type === 'VariableDeclarator') return namesOf(node.id);
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration')
    return node.id ? [node.id.name] : [];
  return node.type.startsWith('Import') && 'local' in node && node.local.type === 'Identifier'
    ? [node.local.name]
    : [];
}

/** Names that a pattern binds: neither its keys nor what stands in its defaults. */
function namesOf(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((item) => namesOf(item.type === 'RestElement' ? item : item.value));
    case 'ArrayPattern':
      return pattern.elements.flatMap((item) => (item ? namesOf(item) : []));
    case 'AssignmentPattern':
      return namesOf(pattern.left);
    case 'RestElement':
      return namesOf(pattern.argument);
    default:
      return [];
  }
}

/** Visits all nodes but names of members and keys, and names that the file declares. */
function visit(program: Node, declared: ReadonlySet<string>, found: (node: Node) => void): void {
  walk(program, (node, parent) => {
    if (node.type !== 'Identifier') return found(node);
    if (declared.has(node.name)) return;
    const isMember =
      (parent?.type === 'MemberExpression' || parent?.type === 'OptionalMemberExpression') &&
      parent.property === node &&
      !parent.computed;
    const isKey =
      (parent?.type === 'ObjectProperty' || parent?.type === 'ObjectMethod') &&
      parent.key === node &&
      !parent.computed &&
      !('shorthand' in parent && parent.shorthand);
    const isExport = parent?.type === 'ExportSpecifier' || parent?.type === 'ImportSpecifier';
    if (!isMember && !isKey && !isExport) found(node);
  });
}

function walk(node: Node, found: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  found(node, parent);
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) walk(child, found, node);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}
