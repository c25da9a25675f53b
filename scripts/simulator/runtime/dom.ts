/** Makes an element with attributes and content; undefined, null and false attributes are left out. */
export function element(
  document: Document,
  tag: string,
  attributes: Readonly<Record<string, unknown>> = {},
  children: readonly (Node | string)[] = [],
): HTMLElement {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false)
      node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children);
  return node;
}
