import {
  getOuterBindingIdentifiers,
  isAssignmentExpression,
  isCatchClause,
  isFunction,
  isProgram,
  isReferenced,
  isTSParameterProperty,
  type Node,
} from '@babel/types';

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** TypeScript nodes around code. All other nodes named `TS…` are gone when the code runs. */
const KEPT = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TSParameterProperty',
  'TSEnumDeclaration',
  'TSEnumMember',
  'TSEnumBody',
]);

function isErased(node: Node): boolean {
  if (node.type.startsWith('TS')) return !KEPT.has(node.type);
  return 'declare' in node && node.declare === true;
}

/** The nodes directly below a node that are there when the code runs, in the order of the source. */
export function children(node: Node): Node[] {
  const found: Node[] = [];
  for (const [key, value] of Object.entries(node) as [string, unknown][]) {
    if (key === 'extra' || key.endsWith('omments')) continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child) && !isErased(child)) found.push(child);
    }
  }
  return found;
}

/** Visits every node, parents first. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => void): void {
  const parents: Node[] = [];
  const step = (current: Node): void => {
    visit(current, parents);
    parents.push(current);
    for (const child of children(current)) step(child);
    parents.pop();
  };
  step(node);
}

/** The expression itself, without `as T`, `satisfies T`, `!` and brackets. */
export function bare(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'ParenthesizedExpression':
      return bare(node.expression);
    default:
      return node;
  }
}

/** The name of a key or member: `a.b`, `a['b']`, `{b: …}`; undefined when it is computed. */
export function keyName(key: Node, computed: boolean): string | undefined {
  if (key.type === 'StringLiteral') return key.value;
  if (computed) return constantText(key);
  return key.type === 'Identifier' ? key.name : undefined;
}

/** A text that is known before the code runs. */
export function constantText(node: Node | null | undefined): string | undefined {
  if (!node) return undefined;
  const inner = bare(node);
  if (inner.type === 'StringLiteral') return inner.value;
  if (inner.type === 'TemplateLiteral' && inner.expressions.length === 0)
    return inner.quasis[0]?.value.cooked ?? undefined;
  if (inner.type !== 'BinaryExpression' || inner.operator !== '+') return undefined;
  const [left, right] = [constantText(inner.left), constantText(inner.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

const isScope = (node: Node): boolean => isProgram(node) || isCatchClause(node) || isFunction(node);

const DECLARES = /^(?:VariableDeclarator|(?:Function|Class|TSEnum)Declaration|Import\w*Specifier)$/;

/** Every name that a function or the file declares in itself, whatever the block. */
function declaredIn(scope: Node): Set<string> {
  const names = new Set<string>();
  const take = (node: Node | null | undefined): void => {
    for (const name of Object.keys(node ? getOuterBindingIdentifiers(node) : {})) names.add(name);
  };
  const step = (node: Node): void => {
    if (DECLARES.test(node.type)) take(node.type === 'TSEnumDeclaration' ? node.id : node);
    if (node !== scope && isFunction(node)) return;
    for (const child of children(node)) step(child);
  };
  if (isFunction(scope)) {
    for (const param of scope.params) take(isTSParameterProperty(param) ? param.parameter : param);
    take('id' in scope ? scope.id : undefined);
    names.add('arguments');
  }
  if (isCatchClause(scope)) take(scope.param);
  step(scope);
  return names;
}

/** Whether an identifier stands for a value: it is no name of a member, key or label. */
function isReference(node: Node, parents: readonly Node[]): boolean {
  const [around, parent] = [parents.at(-2), parents.at(-1)];
  return parent !== undefined && (isReferenced(node, parent, around) || isAssignmentExpression(parent));
}

/** Visits each identifier that refers to nothing declared in the file. */
export function visitFreeNames(
  program: Node,
  visit: (name: string, node: Node, parent: Node, parents: readonly Node[]) => void,
): void {
  const scopes = new Map<Node, Set<string>>();
  const declares = (scope: Node, name: string): boolean => {
    const names = scopes.get(scope) ?? declaredIn(scope);
    scopes.set(scope, names);
    return names.has(name);
  };
  walk(program, (node, parents) => {
    const parent = parents.at(-1);
    if (node.type !== 'Identifier' || !parent || !isReference(node, parents)) return;
    const bound = parents.some(
      (scope) =>
        // A class expression knows its own name.
        (scope.type === 'ClassExpression' && scope.id?.name === node.name) ||
        (isScope(scope) && declares(scope, node.name)),
    );
    if (!bound) visit(node.name, node, parent, parents);
  });
}
