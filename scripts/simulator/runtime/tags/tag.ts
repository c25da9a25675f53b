import type { VNode } from 'vue';
import { camelCase, describeNode, type MiniElement, text } from '../events.ts';
import { inlineStyle } from '../inline-style.ts';

export type Attributes = Record<string, unknown>;

/** Draws one built-in tag. `children` are the tag's content, already drawn. */
export type Tag = (attributes: Attributes, children: VNode[], key: PropertyKey) => VNode;

/** The props that every tag's element has: class, style, id, hidden, and the description for events. */
export function common(tag: string, attributes: Attributes, key?: PropertyKey): Record<string, unknown> {
  const hidden = Boolean(attributes.hidden);
  return {
    ...(key === undefined ? {} : { key }),
    class: text(written(tag, 'class', attributes)),
    style: inlineStyle(written(tag, 'style', attributes)) + (hidden ? ';display:none' : ''),
    id: text(attributes.id),
    role: attributes.role ?? attributes['aria-role'],
    'aria-label': attributes['aria-label'],
    hidden,
    mini: describeNode(tag, attributes),
  };
}

/** @throws Error when the attribute is an object or a list, which the documentation does not know */
function written(tag: string, name: 'class' | 'style', attributes: Attributes): unknown {
  const value = attributes[name];
  if (typeof value !== 'object' || value === null) return value;
  const example = name === 'class' ? "{{on ? 'on' : ''}}" : 'color: {{color}}';
  throw new Error(
    `<${tag}> 的 ${name} 是${Array.isArray(value) ? '数组' : '对象'}：请写成字符串，例如 ${name}="${example}"`,
  );
}

/** Attributes are documented in kebab case; camel case is taken too (`formType`, `form-type`). */
export function read(attributes: Attributes, name: string): unknown {
  const value = attributes[name];
  if (value !== undefined) return value;
  return attributes[camelCase(name)];
}

/** An event of a control, which does not bubble: `onInput`, `onChange`, `onSubmit`… */
export function emit(element: MiniElement, type: string, detail: unknown): unknown {
  const handler = element.miniNode?.handlers.get(type.toLowerCase());
  if (!handler) return undefined;
  const dataset = element.miniNode?.dataset ?? {};
  const place = { id: element.miniNode?.id ?? '', tagName: element.miniNode?.tag ?? '', dataset };
  return handler.call({
    type,
    timeStamp: Date.now(),
    target: { ...place, targetDataset: dataset },
    currentTarget: place,
    detail,
  });
}
