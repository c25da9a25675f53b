/** Reading and touching what a person sees on the phone. Works on any DOM; jsdom has no layout, so an element
 * is visible unless it or one around it is `hidden` or `display:none`. */

export function visibleText(root: Element): string {
  const parts: string[] = [];
  const visit = (node: Node): void => {
    if (node.nodeType === TEXT_NODE) {
      parts.push(node.nodeValue ?? '');
      return;
    }
    if (node.nodeType !== ELEMENT_NODE || isHidden(node as Element)) return;
    const isBlock = !INLINE.has((node as Element).localName);
    if (isBlock) parts.push(' ');
    for (const child of node.childNodes) visit(child);
    if (isBlock) parts.push(' ');
  };
  visit(root);
  return parts.join('').replace(/\s+/g, ' ').trim();
}

const TEXT_NODE = 3;
const ELEMENT_NODE = 1;
const INLINE: ReadonlySet<string> = new Set(['mini-text', 'span', 'option']);

function isHidden(element: Element): boolean {
  if (element.hasAttribute('hidden') || element.localName === 'style' || element.localName === 'select')
    return true;
  return /display:\s*none/.test(element.getAttribute('style') ?? '');
}

function isShown(element: Element, root: Element): boolean {
  for (let node: Element | null = element; node && node !== root; node = node.parentElement) {
    if (isHidden(node)) return false;
  }
  return true;
}

/**
 * The innermost visible element that shows a text: exactly if there is one, else as a part of its text.
 * @throws Error when there is none, or several
 */
export function findByText(root: Element, wanted: string, index?: number): HTMLElement {
  const shown = [...root.querySelectorAll<HTMLElement>('*')].filter((element) => isShown(element, root));
  const innermost = (matches: (text: string) => boolean): HTMLElement[] => {
    const found = shown.filter((element) => namesOf(element).some(matches));
    return found.filter((element) => !found.some((other) => other !== element && element.contains(other)));
  };
  const exact = innermost((text) => text === wanted);
  const found = exact.length > 0 ? exact : innermost((text) => text.includes(wanted));
  const chosen = found[index ?? 0];
  if (!chosen) throw new Error(`屏幕上没有“${wanted}”。屏幕上是：${visibleText(root) || '（空白）'}`);
  if (index === undefined && found.length > 1) {
    throw new Error(`屏幕上有 ${found.length} 处“${wanted}”，请用 { index } 指明是第几处（从 0 起）`);
  }
  return chosen;
}

function namesOf(element: Element): string[] {
  return [visibleText(element), element.getAttribute('aria-label') ?? ''].filter((name) => name !== '');
}

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * The text field with a placeholder, name or label: exactly that, or else as a part of it. A label is the text of
 * the nearest element around the field that has no second field.
 * @throws Error when there is none or several, or it is disabled
 */
export function findField(root: Element, label: string): Field {
  const fields = [...root.querySelectorAll<Field>('input,textarea')].filter((field) => isShown(field, root));
  const namesOfField = (field: Field): string[] =>
    [field.placeholder, field.name, field.getAttribute('aria-label') ?? ''].filter((name) => name !== '');
  const attempts: ((field: Field) => boolean)[] = [
    (field) => [...namesOfField(field), labelOf(field, root)].includes(label),
    (field) => namesOfField(field).some((name) => name.includes(label)),
    (field) => labelOf(field, root).includes(label),
  ];
  const matches = attempts.map((fits) => fields.filter(fits)).find((fitting) => fitting.length > 0) ?? [];
  const [found] = matches;
  if (matches.length > 1)
    throw new Error(`屏幕上有 ${matches.length} 个输入框“${label}”，请写全它的标签或占位文字`);
  if (!found) throw new Error(`屏幕上没有输入框“${label}”。屏幕上是：${visibleText(root) || '（空白）'}`);
  if (found.disabled) throw new Error(`输入框“${label}”不能输入`);
  return found;
}

function labelOf(field: Field, root: Element): string {
  let around: Element = field;
  for (let node = field.parentElement; node && node !== root; node = node.parentElement) {
    if (node.querySelectorAll('input,textarea').length > 1) break;
    around = node;
  }
  return visibleText(around);
}
