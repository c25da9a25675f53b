import type { Attribute, ElementNode } from './parse.ts';

export function attributeOf(node: ElementNode, name: string): Attribute | undefined {
  return node.attributes.find((attribute) => attribute.name === name);
}

export function isBranch(node: ElementNode): boolean {
  return attributeOf(node, 'a:elif') !== undefined || attributeOf(node, 'a:else') !== undefined;
}

export function isDirective(name: string): boolean {
  return name.startsWith('a:');
}

export function isEvent(name: string): boolean {
  return /^(?:on|catch)[A-Z]/.test(name);
}

/**
 * Line breaks and indentation of the source are no content: each run of white space is one space. The wide space
 * that indents Chinese paragraphs, and the one that does not break, are.
 */
export function condense(text: string): string {
  return text.replace(/[ \t\r\n\f]+/g, ' ');
}
