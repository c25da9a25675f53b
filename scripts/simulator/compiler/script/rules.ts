import type { Node } from '@babel/types';
import type { ProblemCode, ProblemList } from '../problem.ts';
import {
  forbiddenGlobals,
  forbiddenMethods,
  forbiddenOf,
  forbiddenStatics,
  foreignApis,
  knownApis,
  scriptGlobals,
  sjsAbsent,
  sjsGlobals,
} from './device.ts';
import { nearest } from './nearest.ts';
import { refusedPattern } from './regexp.ts';
import { bare, constantText, keyName, visitFreeNames, walk } from './tree.ts';

/** `sjs`: a module of templates. `package`: an npm package, which may ask which platform it is on. */
export type ScriptKind = 'script' | 'sjs' | 'package';

type Report = (node: Node, code: ProblemCode, message: string, hint: string) => void;

/** Reports what the engines and containers of devices lack or forbid. */
export function checkScript(program: Node, kind: ScriptKind, problems: ProblemList): void {
  const report: Report = (node, code, message, hint) =>
    problems.add(node.start ?? 0, kind === 'sjs' && code !== 'device-syntax' ? 'sjs' : code, message, hint);
  checkNames(program, kind, report, (node) =>
    problems.warn(
      node.start ?? 0,
      'device-name',
      'my.* 是支付宝的名字',
      '钉钉也认它，但请写 dd.*：接口的差别以钉钉的文档为准。',
    ),
  );
  const symbols = boundToSymbols(program);
  walk(program, (node, parents) => {
    const fault = syntaxFault(node, parents, kind);
    if (fault) report(node, ...fault);
    checkMember(node, parents.at(-1), symbols, report);
    checkCall(node, report);
  });
}

function checkNames(program: Node, kind: ScriptKind, report: Report, warn: (node: Node) => void): void {
  const free: { name: string; node: Node; parent: Node }[] = [];
  visitFreeNames(program, (name, node, parent) => void free.push({ name, node, parent }));
  // A script may ask `typeof window`, and a library may use the name after that.
  const isAsked = (parent: Node): boolean =>
    parent.type === 'UnaryExpression' && parent.operator === 'typeof';
  const asked = new Set(free.filter(({ parent }) => isAsked(parent)).map(({ name }) => name));
  const present = kind === 'sjs' ? sjsGlobals : scriptGlobals;
  for (const { name, node, parent } of free) {
    const absent = kind === 'sjs' ? sjsAbsent.get(name) : undefined;
    if (absent) report(node, 'device-name', `SJS 里没有 ${name}`, absent);
    else if (isAsked(parent) || (kind === 'package' && (name === 'my' || asked.has(name)))) continue;
    else if (name === 'my' && kind === 'script') warn(node);
    else if (!present.has(name) && (forbiddenGlobals.has(name) || !asked.has(name))) {
      const hint = forbiddenGlobals.get(name) ?? '检查拼写；在别的文件里定义的，要用 import 引入。';
      report(node, 'device-name', `真机上没有 ${name}`, hint);
    }
    if (
      name === 'require' &&
      parent.type === 'CallExpression' &&
      constantText(parent.arguments[0]) === undefined
    )
      report(node, ...UNKNOWN_PATH);
    if (name === 'eval') report(node, 'dynamic-code', '真机禁止 eval', '改成普通的函数调用。');
    if (name === 'Function' && makesFunction(parent, node))
      report(node, 'dynamic-code', '真机禁止用 Function 构造函数', '改成普通的函数。');
  }
}

/** True for `new Function(…)`, `Function(…)` and `Function` as a value; not for `instanceof` and `Function.prototype`. */
function makesFunction(parent: Node, node: Node): boolean {
  if (parent.type === 'NewExpression') return parent.callee === node;
  return !/^(?:Member|OptionalMember|Binary)Expression$/.test(parent.type);
}

type Found = [code: ProblemCode, message: string, hint: string];

const UNKNOWN_PATH: Found = [
  'missing-file',
  '引入的路径不是固定的文字',
  '请写成固定的路径：构建要知道包里需要哪些文件。',
];

/** Syntax that an engine at ES2017, or SJS, refuses. */
function syntaxFault(node: Node, parents: readonly Node[], kind: ScriptKind): Found | undefined {
  const refused = (what: string, hint: string): Found => ['device-syntax', `真机不认识${what}`, hint];
  switch (node.type) {
    case 'RegExpLiteral': {
      if (kind === 'sjs') return ['sjs', 'SJS 里不能写正则字面量', '请写 getRegExp("表达式", "标志")。'];
      const reason = refusedPattern(node.pattern, node.flags);
      return reason && refused(...reason);
    }
    case 'NewExpression':
      return kind === 'sjs'
        ? ['sjs', 'SJS 里不能用 new', '日期用 getDate()，正则用 getRegExp()，对象和数组用字面量。']
        : undefined;
    case 'BigIntLiteral':
      return refused(` BigInt（${node.value}n）`, '用字符串传大整数，计算交给服务端。');
    case 'MetaProperty':
      return node.meta.name === 'import'
        ? refused(' import.meta', '环境差异写在 mini/config/ 里。')
        : undefined;
    case 'AwaitExpression':
      return parents.some(({ type }) => /Function|Method/.test(type))
        ? undefined
        : refused('函数外面的 await', '请放进 async 函数，例如 onLoad。');
    case 'ImportExpression':
      return constantText(node.source) === undefined ? UNKNOWN_PATH : undefined;
    case 'CallExpression':
      return node.callee.type === 'Import' && constantText(node.arguments[0]) === undefined
        ? UNKNOWN_PATH
        : undefined;
    default:
      return undefined;
  }
}

/** Names of variables that hold `Symbol(…)`. */
function boundToSymbols(program: Node): ReadonlySet<string> {
  const names = new Set<string>();
  walk(program, (node) => {
    if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier' || !node.init) return;
    if (isCallOf(node.init, 'Symbol')) names.add(node.id.name);
  });
  return names;
}

function isCallOf(node: Node, name: string): boolean {
  const inner = bare(node);
  return (
    (inner.type === 'CallExpression' || inner.type === 'NewExpression') &&
    inner.callee.type === 'Identifier' &&
    inner.callee.name === name
  );
}

function nameOf(node: Node): string {
  const inner = bare(node);
  return inner.type === 'Identifier' ? inner.name : '';
}

/** A member that is read, as `a.b`, `a['b']`, `a?.b`, or by `const { b } = a`. */
function checkMember(
  node: Node,
  parent: Node | undefined,
  symbols: ReadonlySet<string>,
  report: Report,
): void {
  if (node.type === 'VariableDeclarator' && node.id.type === 'ObjectPattern' && node.init) {
    const object = nameOf(node.init);
    for (const property of node.id.properties) {
      if (property.type !== 'ObjectProperty') continue;
      const member = keyName(property.key, property.computed);
      if (member !== undefined) checkStatic(object, member, property, report);
    }
  }
  if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return;
  const member = keyName(node.property, node.computed);
  if (member === undefined) return;
  const { property } = node;
  if (checkStatic(nameOf(node.object), member, property, report)) return;
  const isCall =
    (parent?.type === 'CallExpression' || parent?.type === 'OptionalCallExpression') &&
    parent.callee === node;
  const object = bare(node.object);
  const ofPrototype =
    object.type === 'MemberExpression' && keyName(object.property, object.computed) === 'prototype';
  const hint = forbiddenMethods.get(member);
  if (hint !== undefined && (isCall || ofPrototype))
    report(property, 'device-name', `真机上没有 .${member}()`, hint);
  for (const kind of ['Set', 'Map']) {
    const missing = forbiddenOf.get(`${kind}.${member}`);
    if (missing && isCallOf(node.object, kind))
      report(property, 'device-name', `真机上没有 .${member}()`, missing);
  }
  if (member === 'description' && (isCallOf(object, 'Symbol') || symbols.has(nameOf(object))))
    report(property, 'device-name', '真机上没有 Symbol 的 description', '另外记下名字。');
}

/** @returns whether it was reported */
function checkStatic(object: string, member: string, place: Node, report: Report): boolean {
  const hint = forbiddenStatics.get(`${object}.${member}`);
  if (hint !== undefined) report(place, 'device-name', `真机上没有 ${object}.${member}`, hint);
  if (object !== 'dd') return hint !== undefined;
  const foreign = foreignApis.get(member);
  if (foreign !== undefined) report(place, 'device-name', `钉钉没有 dd.${member}`, foreign);
  else if (!knownApis.has(member)) {
    const meant = nearest(member, knownApis);
    if (meant) report(place, 'device-name', `没有接口 dd.${member}`, `是不是 dd.${meant}？`);
  }
  return true;
}

function checkCall(node: Node, report: Report): void {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return;
  const callee = bare(node.callee);
  const [first, second] = node.arguments;
  const name = nameOf(callee);
  if ((name === 'setTimeout' || name === 'setInterval') && first && holdsText(first))
    report(
      callee,
      'dynamic-code',
      `真机禁止把字符串交给 ${name}`,
      '改成传入函数：setTimeout(() => …, 毫秒)。',
    );
  const isMember = callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression';
  if (isMember && keyName(callee.property, callee.computed) === 'constructor' && first && holdsText(first))
    report(callee.property, 'dynamic-code', '真机禁止用函数的 constructor 生成代码', '改成普通的函数。');
  if (name !== 'RegExp' && name !== 'getRegExp') return;
  const [pattern, flags] = [constantText(first), second ? constantText(second) : ''];
  const reason = refusedPattern(pattern ?? '', flags ?? '');
  if (reason) report(node, 'device-syntax', `真机不认识${reason[0]}`, reason[1]);
}

function holdsText(node: Node): boolean {
  const inner = bare(node);
  if (inner.type === 'BinaryExpression') return holdsText(inner.left) || holdsText(inner.right);
  return inner.type === 'StringLiteral' || inner.type === 'TemplateLiteral';
}
