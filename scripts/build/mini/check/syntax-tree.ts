import type { AnyNode, Program } from 'acorn';
import { parse } from 'acorn';

export type { AnyNode, Program };

/** @throws SyntaxError (with `loc` and `pos`) when the source goes beyond ES2017. */
export function parseEs2017(source: string, sourceType: 'script' | 'module'): Program {
  return parse(source, { ecmaVersion: 2017, sourceType, locations: true, allowReturnOutsideFunction: true });
}

function isNode(value: unknown): value is AnyNode {
  return (
    typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
  );
}

/** The nodes directly below a node, in the order of the source. */
export function children(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) found.push(...value.filter(isNode));
    else if (isNode(value)) found.push(value);
  }
  return found;
}

/** Visits every node, parents first. */
export function walk(node: AnyNode, visit: (node: AnyNode, parents: readonly AnyNode[]) => void): void {
  const step = (current: AnyNode, parents: readonly AnyNode[]) => {
    visit(current, parents);
    const inner = [...parents, current];
    for (const child of children(current)) step(child, inner);
  };
  step(node, []);
}

/** 1-based line of a node. */
export function lineOf(node: AnyNode): number {
  return node.loc?.start.line ?? 1;
}

/** The name of a property or member: `a.b`, `a['b']`, `{b: …}`; null when it is computed. */
export function keyName(node: { key?: AnyNode; property?: AnyNode; computed?: boolean }): string | null {
  const key = node.key ?? node.property;
  if (key === undefined) return null;
  if (key.type === 'Literal') return typeof key.value === 'string' ? key.value : null;
  return key.type === 'Identifier' && node.computed !== true ? key.name : null;
}

function patternNames(node: AnyNode | null | undefined): string[] {
  if (!node) return [];
  switch (node.type) {
    case 'Identifier':
      return [node.name];
    case 'ObjectPattern':
      return node.properties.flatMap((property) =>
        patternNames(property.type === 'Property' ? property.value : property),
      );
    case 'ArrayPattern':
      return node.elements.flatMap((element) => patternNames(element));
    case 'AssignmentPattern':
      return patternNames(node.left);
    case 'RestElement':
      return patternNames(node.argument);
    default:
      return [];
  }
}

/** Every name that a file declares anywhere in the scopes around a reference. */
function declaredIn(scope: AnyNode): Set<string> {
  const names = new Set<string>();
  const add = (node: AnyNode, top: boolean) => {
    if (node.type === 'VariableDeclaration') {
      for (const { id } of node.declarations) for (const name of patternNames(id)) names.add(name);
    }
    if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
      for (const name of patternNames(node.id)) names.add(name);
      if (!top) return;
    }
    if (node.type.startsWith('Import')) {
      const { local } = node as { local?: AnyNode };
      for (const name of patternNames(local)) names.add(name);
    }
    if (/Function/.test(node.type) && !top) return;
    for (const child of children(node)) add(child, false);
  };
  if (/Function/.test(scope.type)) {
    const { params, id } = scope as { params?: AnyNode[]; id?: AnyNode | null };
    for (const param of params ?? []) for (const name of patternNames(param)) names.add(name);
    for (const name of patternNames(id)) names.add(name);
    names.add('arguments');
  }
  if (scope.type === 'CatchClause') for (const name of patternNames(scope.param)) names.add(name);
  add(scope, true);
  return names;
}

/** Visits each identifier that refers to nothing declared in the file. */
export function visitFreeNames(
  program: Program,
  visit: (name: string, node: AnyNode, parent: AnyNode) => void,
): void {
  const scopes = new Map<AnyNode, Set<string>>();
  const declares = (scope: AnyNode, name: string) => {
    let names = scopes.get(scope);
    if (names === undefined) {
      names = declaredIn(scope);
      scopes.set(scope, names);
    }
    return names.has(name);
  };
  walk(program, (node, parents) => {
    const parent = parents.at(-1);
    if (node.type !== 'Identifier' || parent === undefined) return;
    if (parent.type === 'MemberExpression' && parent.property === node && !parent.computed) return;
    if (parent.type === 'Property' && parent.key === node && !parent.computed) return;
    if (parent.type === 'MethodDefinition' && parent.key === node && !parent.computed) return;
    // `new.target`
    if (parent.type === 'MetaProperty') return;
    if (parent.type === 'LabeledStatement' || parent.type === 'BreakStatement') return;
    if (parent.type === 'ContinueStatement' || parent.type.startsWith('Export')) return;
    if (parent.type === 'ImportSpecifier' && parent.imported === node) return;
    const bound = parents.some(
      (scope) =>
        // A class expression knows its own name.
        (scope.type === 'ClassExpression' && scope.id?.name === node.name) ||
        ((scope.type === 'Program' || scope.type === 'CatchClause' || /Function/.test(scope.type)) &&
          declares(scope, node.name)),
    );
    if (!bound) visit(node.name, node, parent);
  });
}
