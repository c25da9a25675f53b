import type { Node, ObjectExpression } from '@babel/types';
import { bare, keyName, visitFreeNames } from './tree.ts';

/** How a script makes a page or a component. */
export interface Definition {
  /** Whether it calls `Page()` or `Component()` itself, or may have it called by what it imports. */
  registers: boolean;
  /**
   * Names of the methods that a template may bind: those of the object given to `Page()`, or of `methods` of the
   * object given to `Component()`. Undefined when they cannot be read (a spread, a variable, a mixin, a helper).
   */
  methods: Set<string> | undefined;
}

export function definitionOf(program: Node, hasImports: boolean): Definition {
  let called: { kind: string; argument: Node | undefined } | undefined;
  visitFreeNames(program, (name, node, parent) => {
    if (name !== 'Page' && name !== 'Component') return;
    if (parent.type === 'CallExpression' && parent.callee === node)
      called ??= { kind: name, argument: parent.arguments[0] };
    else called ??= { kind: '', argument: undefined };
  });
  if (!called) return { registers: hasImports, methods: undefined };
  const given = called.argument && bare(called.argument);
  if (given?.type !== 'ObjectExpression') return { registers: true, methods: undefined };
  const methods = called.kind === 'Page' ? namesIn(given) : componentMethods(given);
  return { registers: true, methods };
}

function componentMethods(definition: ObjectExpression): Set<string> | undefined {
  if (!namesIn(definition) || namesIn(definition)?.has('mixins')) return undefined;
  for (const property of definition.properties) {
    if (property.type !== 'ObjectProperty' || keyName(property.key, property.computed) !== 'methods')
      continue;
    const methods = bare(property.value);
    return methods.type === 'ObjectExpression' ? namesIn(methods) : undefined;
  }
  return new Set();
}

/** Values of an object that are certainly no functions. */
const NO_FUNCTION = /Literal$|^(?:Object|Array|Unary)Expression$/;

function namesIn(node: ObjectExpression): Set<string> | undefined {
  const names = new Set<string>();
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') return undefined;
    const name = keyName(property.key, property.computed);
    if (name === undefined) return undefined;
    const isData = property.type === 'ObjectProperty' && NO_FUNCTION.test(bare(property.value).type);
    if (!isData || name === 'mixins') names.add(name);
  }
  return names;
}
