import { h, type VNode } from 'vue';
import { type MiniElement, text } from '../events.ts';
import { type Attributes, common, emit, read, type Tag } from './tag.ts';

const box =
  (tag: string): Tag =>
  (attributes, children, key) =>
    h(`mini-${tag}`, common(tag, attributes, key), children);

export const view = box('view');
export const swiperItem = box('swiper-item');
export const coverView = box('cover-view');
export const pickerViewColumn = box('picker-view-column');
export const movableArea = box('movable-area');

export const textTag: Tag = (attributes, children, key) =>
  h(
    'mini-text',
    { ...common('text', attributes, key), 'data-selectable': Boolean(attributes.selectable) },
    children,
  );

/** `mode` of an image → `object-fit`. */
const FIT: Readonly<Record<string, string>> = { aspectFit: 'contain', aspectFill: 'cover', center: 'none' };

const picture =
  (tag: string): Tag =>
  (attributes, _children, key) => {
    const mode = text(attributes.mode ?? 'scaleToFill');
    const report = (type: string) => (event: Event) => {
      const picture = event.target as HTMLImageElement;
      const host = picture.parentElement as MiniElement | null;
      const size = { height: picture.naturalHeight, width: picture.naturalWidth };
      if (host) emit(host, type, type === 'error' ? { errMsg: '图片加载失败' } : size);
    };
    return h(`mini-${tag}`, { ...common(tag, attributes, key), 'data-mode': mode }, [
      attributes.src
        ? h('img', {
            key: 'img',
            src: text(attributes.src),
            alt: text(attributes.alt),
            style: `object-fit:${FIT[mode] ?? 'fill'}`,
            onLoad: report('load'),
            onError: report('error'),
          })
        : null,
    ] as VNode[]);
  };

export const image = picture('image');
export const coverImage = picture('cover-image');

const ICONS: Readonly<Record<string, string>> = {
  success: '✓',
  success_no_circle: '✓',
  info: 'i',
  warn: '!',
  waiting: '…',
  cancel: '×',
  download: '↓',
  search: '⌕',
  clear: '×',
};

export const icon: Tag = (attributes, _children, key) => {
  const type = text(attributes.type);
  const size = Number(attributes.size ?? 23);
  const props = common('icon', attributes, key);
  return h(
    'mini-icon',
    {
      ...props,
      'data-type': type,
      style: `font-size:${size}px;color:${text(attributes.color)};${props.style as string}`,
    },
    [h('span', { key: 'sign', 'aria-hidden': 'true' }, ICONS[type] ?? '•')],
  );
};

/**
 * A button is no native one: a native disabled button swallows the tap, while here it still goes up to the
 * tags around it, as in the container.
 */
export const button: Tag = (attributes, children, key) => {
  const disabled = Boolean(attributes.disabled);
  return h(
    'mini-button',
    {
      ...common('button', attributes, key),
      role: 'button',
      tabindex: disabled ? '-1' : '0',
      'aria-disabled': disabled ? 'true' : undefined,
      'data-type': text(attributes.type ?? 'default'),
      'data-size': text(attributes.size ?? 'default'),
      'data-plain': Boolean(attributes.plain),
    },
    attributes.loading
      ? [h('span', { key: 'loading', class: 'mini-button-loading', 'aria-hidden': 'true' }), ...children]
      : children,
  );
};

export const webView: Tag = (attributes, _children, key) =>
  h('mini-web-view', common('web-view', attributes, key), [
    h('p', { key: 'note' }, '这里在真机上会打开网页：'),
    h('p', { key: 'src', class: 'mini-web-view-address' }, text(attributes.src)),
  ]);

/** A tag of the base library that is not simulated: its name, in its place. */
export const placeholder =
  (tag: string): Tag =>
  (attributes, _children, key) =>
    h(`mini-${tag}`, { ...common(tag, attributes, key), 'data-placeholder': true }, [
      h('span', { key: 'name' }, `<${tag}> 请在真机上看`),
    ]);

export const label: Tag = (attributes, children, key) =>
  h('mini-label', { ...common('label', attributes, key), 'data-for': text(attributes.for) }, children);

export const form: Tag = (attributes, children, key) => {
  const fields = (element: MiniElement): MiniElement[] =>
    [...element.querySelectorAll<MiniElement>('*')].filter((child) => child.miniField);
  const attach = (target: unknown): void => {
    const element = target as MiniElement | null;
    if (!element) return;
    element.miniForm = {
      submit: (target_) => {
        const value: Attributes = {};
        for (const field of fields(element)) {
          const name = text(field.miniNode?.attributes.name);
          if (name) value[name] = field.miniField?.value();
        }
        emit(element, 'submit', { value, buttonTarget: { dataset: target_.miniNode?.dataset ?? {} } });
      },
      reset: () => {
        for (const field of fields(element)) field.miniField?.reset();
        emit(element, 'reset', {});
      },
    };
  };
  return h('mini-form', { ...common('form', attributes, key), ref: attach }, children);
};

/** The effect of a tap on a button inside a form; called after the tap's own handlers. */
export function runFormButton(element: MiniElement): void {
  const attributes = element.miniNode?.attributes ?? {};
  if (attributes.disabled) return;
  const type = text(read(attributes, 'form-type'));
  const owner = element.closest('mini-form') as MiniElement | null;
  if (type === 'submit') owner?.miniForm?.submit(element);
  if (type === 'reset') owner?.miniForm?.reset();
}
