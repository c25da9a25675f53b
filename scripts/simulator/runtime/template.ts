import { Comment, createVNode, Fragment, h, type Slots, Text, type VNode } from 'vue';
import { text } from './events.ts';
import type { Instance } from './instance.ts';
import { TAGS } from './tags/index.ts';
import type { Attributes } from './tags/tag.ts';

/** The input of a template: the instance whose methods it names, and the values of its names. */
export interface Scope {
  instance: Instance;
  values: Readonly<Record<string, unknown>>;
  slots: Slots | undefined;
}

export interface Template {
  render(scope: Scope): VNode[];
}

type Render = (scope: Scope) => VNode[];
type SlotContent = (slotProps: unknown) => VNode[];

/** The functions that compiled templates need from the phone. */
export interface TemplateHost {
  sjs(file: string): unknown;
  component(id: string): Parameters<typeof h>[0];
  /** Address of an image of the package; other addresses come back as they are. */
  asset(path: string): string;
  /** Follows a `<navigator>`. @param how its `open-type` */
  go(how: string, url: string): void;
}

/** The `r` of compiled templates; the names are short because they stand in generated code. */
export class TemplateRuntime {
  private readonly host: TemplateHost;

  constructor(host: TemplateHost) {
    this.host = host;
  }

  /** An SJS module. */
  j = (file: string): unknown => this.host.sjs(file);

  /** A name: only values that are set, not inherited ones such as `constructor`. */
  v = (scope: Scope, name: string): unknown => {
    if (name === '$slots') return scope.slots ?? {};
    return Object.hasOwn(scope.values, name) ? scope.values[name] : undefined;
  };

  /** A member; undefined for a member of undefined or null. */
  m = (object: unknown, key: unknown): unknown =>
    object === undefined || object === null
      ? undefined
      : (object as Record<PropertyKey, unknown>)[key as PropertyKey];

  /** A call of a member. */
  c = (object: unknown, key: unknown, args: unknown[]): unknown => {
    const method = this.m(object, key);
    return typeof method === 'function'
      ? (method as (...values: unknown[]) => unknown).apply(object, args)
      : undefined;
  };

  /** A call into an SJS module; the error of a missing function has its name from the template. */
  q = (object: unknown, key: unknown, args: unknown[], name: string): unknown => {
    const method = key === undefined ? object : this.m(object, key);
    if (typeof method !== 'function') throw new Error(`SJS 里没有函数 ${name}`);
    return (method as (...values: unknown[]) => unknown).apply(key === undefined ? undefined : object, args);
  };

  /** A value as text: `undefined` and `null` show nothing. */
  s = text;

  /** Text. */
  x = (key: PropertyKey, value: unknown): VNode => createVNode(Text, { key }, text(value));

  /** An empty place, as for `a:if` that does not hold. */
  n = (key: PropertyKey): VNode => createVNode(Comment, { key }, '');

  /** A group. */
  g = (key: PropertyKey, children: VNode[]): VNode => h(Fragment, { key }, children);

  /** A loop. */
  l = (
    key: PropertyKey,
    list: unknown,
    draw: (item: unknown, index: unknown, key: PropertyKey) => VNode,
    keyOf: ((item: unknown, index: unknown) => unknown) | null,
  ): VNode => {
    const used = new Set<PropertyKey>();
    const children = entriesOf(list).map(([index, item], position) => {
      const wanted = keyOf ? keyOf(item, index) : undefined;
      let itemKey: PropertyKey =
        typeof wanted === 'string' || typeof wanted === 'number' ? wanted : `#${position}`;
      // The container accepts two rows with one key; here the second one gets its position as key.
      if (used.has(itemKey)) itemKey = `${String(itemKey)}#${position}`;
      used.add(itemKey);
      return draw(item, index, itemKey);
    });
    return h(Fragment, { key }, children);
  };

  /** A built-in tag. */
  e = (_scope: Scope, key: PropertyKey, tag: string, attributes: Attributes, children: VNode[]): VNode => {
    const draw = TAGS[tag];
    if (!draw) throw new Error(`模拟器没有标签 <${tag}>`);
    const { src } = attributes;
    const isImage = (tag === 'image' || tag === 'cover-image') && typeof src === 'string';
    const more = isImage
      ? { src: this.host.asset(src) }
      : tag === 'navigator'
        ? { 'mini:go': this.host.go }
        : {};
    return draw({ ...attributes, ...more }, children, key);
  };

  /** An unknown tag in a package: drawing it throws an error with its name. */
  u = (_key: PropertyKey, tag: string): VNode => {
    throw new Error(`模拟器没有标签 <${tag}>`);
  };

  /** A component. */
  k = (
    _scope: Scope,
    key: PropertyKey,
    id: string,
    attributes: Attributes,
    slots: Record<string, SlotContent>,
  ): VNode => {
    const { key: ownKey, ref, ...rest } = attributes;
    const reserved = {
      ...(ownKey === undefined ? {} : { 'a:key': ownKey }),
      ...(ref === undefined ? {} : { 'a:ref': ref }),
    };
    const content = Object.keys(slots).length > 0 ? slots : null;
    return h(this.host.component(id) as never, { ...rest, ...reserved, key } as never, content as never);
  };

  /** A slot of the component. */
  o = (
    scope: Scope,
    key: PropertyKey,
    name: unknown,
    slotProps: Attributes,
    fallback: (() => VNode[]) | null,
  ): VNode => {
    const slot = scope.slots?.[text(name) || 'default'];
    const filled = slot ? slot(slotProps) : [];
    return h(Fragment, { key }, isEmpty(filled) && fallback ? [this.g('fallback', fallback())] : filled);
  };

  /** A use of a `<template>`. */
  t = (
    scope: Scope,
    key: PropertyKey,
    templates: Record<string, Render>,
    name: unknown,
    data: Attributes,
  ): VNode => {
    const render = templates[text(name)];
    if (!render) throw new Error(`${scope.instance.place} 用到的模板 ${text(name)} 没有定义`);
    return h(Fragment, { key }, render({ ...scope, values: data }));
  };

  /** The function that an event attribute names. */
  f = (scope: Scope, handler: unknown): unknown => {
    if (typeof handler === 'function') return handler;
    return typeof handler === 'string' && handler ? scope.instance.handler(handler) : undefined;
  };
}

function entriesOf(list: unknown): [unknown, unknown][] {
  if (Array.isArray(list)) return [...list.entries()];
  if (typeof list === 'string') return [...list].map((letter, index) => [index, letter]);
  if (typeof list === 'number')
    return Array.from({ length: Math.max(0, list) }, (_item, index) => [index, index]);
  return typeof list === 'object' && list !== null ? Object.entries(list) : [];
}

function isEmpty(nodes: VNode[]): boolean {
  return nodes.every(
    (node) =>
      node.type === Comment ||
      (node.type === Fragment && Array.isArray(node.children) && isEmpty(node.children as VNode[])),
  );
}

/** Turns the compiler's source into a template. */
export function loadTemplate(source: string, runtime: TemplateRuntime): Template {
  const create = new Function(`return ${source}`)() as (runtime: TemplateRuntime) => Template;
  return create(runtime);
}
