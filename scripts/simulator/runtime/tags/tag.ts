import {
  defineComponent,
  h,
  onMounted,
  type Ref,
  ref,
  type ShallowRef,
  shallowRef,
  type VNode,
  watch,
} from 'vue';
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

/** @throws Error when the attribute is a list, or a class an object, which the documentation does not know */
function written(tag: string, name: 'class' | 'style', attributes: Attributes): unknown {
  const value = attributes[name];
  if (typeof value !== 'object' || value === null || (name === 'style' && !Array.isArray(value)))
    return value;
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

/** The parts from which a tag with a state of its own is made. */
export interface TagContext {
  /** The tag's element; null until it is on the page. */
  host: ShallowRef<MiniElement | null>;
  attribute(name: string): unknown;
  /** A value that an attribute sets when it changes, and that the tag may change in between. */
  state<T>(given: () => T): Ref<T>;
  /** Calls back now and after each change of a value, once the page shows it. */
  whenShown(value: () => unknown, run: () => void): void;
  /** The value under which a form sends the tag, and what it goes back to. */
  field(value: () => unknown, reset: () => void): void;
  /** An event of the tag; see {@link emit}. */
  emit(type: string, detail: unknown): void;
  /** The props of the tag's element; see {@link common}. */
  props(): Record<string, unknown>;
  content(): VNode[];
}

/** Makes a tag with a state of its own. @param setup returns the function that draws it */
export function statefulTag(tag: string, setup: (context: TagContext) => () => VNode): Tag {
  const View = defineComponent({
    name: `mini-${tag}`,
    inheritAttrs: false,
    props: { attributes: { type: Object, required: true } },
    setup(props, { slots }) {
      const host = shallowRef<MiniElement | null>(null);
      const attributes = (): Attributes => props.attributes as Attributes;
      return setup({
        host,
        attribute: (name) => read(attributes(), name),
        state(given) {
          const value = ref(given()) as Ref<ReturnType<typeof given>>;
          watch(
            () => JSON.stringify(given()),
            () => {
              value.value = given();
            },
          );
          return value;
        },
        whenShown(value, run) {
          onMounted(run);
          watch(value, run, { flush: 'post' });
        },
        field: (value, reset) =>
          onMounted(() => {
            if (host.value) host.value.miniField = { value, reset };
          }),
        emit: (type, detail) => void (host.value && emit(host.value, type, detail)),
        props: () => ({ ...common(tag, attributes()), ref: host }),
        content: () => slots.default?.() ?? [],
      });
    },
  });
  return (attributes, children, key) => h(View, { key, attributes }, { default: () => children });
}
