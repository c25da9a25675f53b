import { parse } from '@babel/parser';
import type { Node, ObjectExpression } from '@babel/types';

/**
 * Names of the methods that a template may bind: those of the object given to `Page()`, or of `methods` of
 * the object given to `Component()`.
 * @returns `undefined` when they cannot be read from the source (a spread, a variable, a mixin)
 */
export function methodsOf(source: string): Set<string> | undefined {
  let program: Node;
  try {
    program = parse(source, { sourceType: 'module', plugins: ['typescript'] }).program;
  } catch {
    return undefined;
  }
  if (program.type !== 'Program') return undefined;
  for (const statement of program.body) {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') continue;
    const { callee, arguments: args } = statement.expression;
    const definition = withoutTypes(args[0]);
    if (callee.type !== 'Identifier' || !definition) continue;
    if (callee.name === 'Page')
      return definition.type === 'ObjectExpression' ? keysOf(definition) : undefined;
    if (callee.name === 'Component')
      return definition.type === 'ObjectExpression' ? componentMethods(definition) : undefined;
  }
  return undefined;
}

/** `{…} as T` and `{…} satisfies T` are the object. */
function withoutTypes(node: Node | undefined): Node | undefined {
  return node?.type === 'TSAsExpression' || node?.type === 'TSSatisfiesExpression'
    ? withoutTypes(node.expression)
    : node;
}

function componentMethods(definition: ObjectExpression): Set<string> | undefined {
  if (!keysOf(definition) || keysOf(definition)?.has('mixins')) return undefined;
  for (const property of definition.properties) {
    if (property.type !== 'ObjectProperty' || nameOf(property.key) !== 'methods') continue;
    const methods = withoutTypes(property.value);
    return methods?.type === 'ObjectExpression' ? keysOf(methods) : undefined;
  }
  return new Set();
}

function keysOf(node: ObjectExpression): Set<string> | undefined {
  const names = new Set<string>();
  for (const property of node.properties) {
    if (property.type === 'SpreadElement' || property.computed) return undefined;
    const name = nameOf(property.key);
    if (name === undefined) return undefined;
    names.add(name);
  }
  return names;
}

function nameOf(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'StringLiteral' ? key.value : undefined;
}
