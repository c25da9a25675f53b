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
 * Reduces line breaks and indentation to one space. Wide spaces, which indent Chinese paragraphs, and no-break
 * spaces stay.
 */
export function condense(text: string): string {
  return text.replace(/[ \t\r\n\f]+/g, ' ');
}
