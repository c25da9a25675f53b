import type { Node } from '@babel/types';
import { callsSjs, isMember, type Parsed } from './expression.ts';
import type { ProblemList } from './problem.ts';
import { children } from './script/tree.ts';

const BINARY = new Set('+ - * / % == != === !== < > <= >= ** & | ^ << >> >>> in'.split(' '));
const UNARY = new Set('! - + typeof ~ void'.split(' '));
const ALLOWED = new Set(
  (
    'Identifier StringLiteral NumericLiteral BooleanLiteral NullLiteral TemplateLiteral TemplateElement ' +
    'MemberExpression UnaryExpression BinaryExpression LogicalExpression ConditionalExpression ArrayExpression ' +
    'ObjectExpression ObjectProperty SpreadElement CallExpression ParenthesizedExpression'
  ).split(' '),
);

export interface CheckedNames {
  locals: ReadonlySet<string>;
  sjs: ReadonlySet<string>;
}

const COMPUTE = '请把计算放到 .sjs 文件里，用 <import-sjs> 引入后调用；或者在 setData 之前算好。';

/** Reports what the language of `{{ }}` does not have. */
export function checkExpression({ tree, base }: Parsed, names: CheckedNames, problems: ProblemList): void {
  const refuse = (node: Node, what: string, hint?: string | undefined): void =>
    problems.add(
      base + (node.start ?? 0),
      'expression',
      `{{ }} 里不支持${what}`,
      hint ?? '只能写数据字段、运算符、三元表达式、数组和对象字面量，以及 SJS 函数调用。',
    );
  const visit = (node: Node): void => {
    if (node.type === 'CallExpression' && !callsSjs(node.callee, names)) {
      problems.add(base + (node.start ?? 0), 'function-call', '{{ }} 里不能调用函数', COMPUTE);
      return;
    }
    const reason = refused(node);
    if (reason) {
      refuse(node, ...reason);
      return;
    }
    for (const child of children(node)) visit(child);
  };
  visit(tree);
}

const OPTIONAL =
  '钉钉的文档里没有这种写法，真机上可能整页打不开。读没有的字段本来就得到空，写成 a.b 即可；要默认值请写 a ? a : b。';

function refused(node: Node): [what: string, hint?: string | undefined] | undefined {
  if (node.type === 'OptionalMemberExpression' || node.type === 'OptionalCallExpression')
    return ['可选链 ?.', OPTIONAL];
  if (node.type === 'LogicalExpression' && node.operator === '??') return ['空值合并 ??', OPTIONAL];
  if (node.type === 'AssignmentExpression')
    return ['赋值', node.operator === '=' ? '比较相等请写 === ；改数据请在页面里 setData。' : undefined];
  if (node.type === 'NewExpression') return [' new', COMPUTE];
  if (node.type === 'UnaryExpression' && !UNARY.has(node.operator)) return [`运算符 ${node.operator}`];
  if (node.type === 'BinaryExpression' && !BINARY.has(node.operator)) return [`运算符 ${node.operator}`];
  if (isMember(node) && !node.computed && node.property.type !== 'Identifier') return ['私有成员'];
  if (node.type === 'ObjectMethod') return ['函数'];
  return ALLOWED.has(node.type) ? undefined : ['这种写法'];
}
