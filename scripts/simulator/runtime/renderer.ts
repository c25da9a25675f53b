import { createRenderer, type Renderer } from 'vue';
import type { MiniElement, MiniNode } from './events.ts';

type Listener = (event: Event) => void;

/**
 * A Vue renderer for one document. Vue's own DOM renderer takes `document` from the global scope once, when it
 * is loaded; this one takes it as an argument, so that several phones can run in one Node process.
 * Prop names: `mini` is the node's description, `prop:x` a DOM property, `onX` a DOM listener, anything else
 * an attribute.
 */
export function createDocumentRenderer(document: Document): Renderer<Node> {
  return createRenderer<Node, Node>({
    createElement: (tag) => document.createElement(tag),
    createText: (value) => document.createTextNode(value),
    createComment: (value) => document.createComment(value),
    setText: (node, value) => {
      node.nodeValue = value;
    },
    setElementText: (node, value) => {
      node.textContent = value;
    },
    insert: (child, parent, anchor) => {
      parent.insertBefore(child, anchor ?? null);
    },
    remove: (child) => {
      child.parentNode?.removeChild(child);
    },
    parentNode: (node) => node.parentNode,
    nextSibling: (node) => node.nextSibling,
    patchProp: (node, key, previous, next) => patch(node as MiniElement, key, previous, next),
  });
}

function patch(element: MiniElement, key: string, previous: unknown, next: unknown): void {
  if (key === 'mini') {
    element.miniNode = next as MiniNode;
  } else if (key.startsWith('prop:')) {
    const name = key.slice(5);
    const target = element as unknown as Record<string, unknown>;
    if (target[name] !== next) target[name] = next;
  } else if (/^on[A-Z]/.test(key)) {
    const name = key.slice(2).toLowerCase();
    if (previous) element.removeEventListener(name, previous as Listener);
    if (next) element.addEventListener(name, next as Listener);
  } else if (next === undefined || next === null || next === false || next === '') {
    element.removeAttribute(key);
  } else {
    element.setAttribute(key, next === true ? '' : String(next));
  }
}
