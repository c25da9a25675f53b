import { defineComponent, h, onMounted, shallowRef, watch } from 'vue';
import { type MiniElement, text } from '../events.ts';
import { type Attributes, common, emit, read, type Tag } from './tag.ts';

type Control = HTMLInputElement | HTMLTextAreaElement;

/** DingTalk documents 140 as the default of `maxlength`; -1 lifts the limit. */
const DEFAULT_MAX_LENGTH = 140;

/**
 * `input` and `textarea`. `value` sets the text when it changes; what a person types stays in between, as in
 * the container.
 */
const TextField = defineComponent({
  name: 'TextField',
  inheritAttrs: false,
  props: { tag: { type: String, required: true }, attributes: { type: Object, required: true } },
  setup(props) {
    const host = shallowRef<MiniElement | null>(null);
    const control = shallowRef<Control | null>(null);
    const attribute = (name: string): unknown => read(props.attributes as Attributes, name);
    const send = (type: string): void => {
      const value = control.value?.value ?? '';
      if (host.value)
        emit(host.value, type, { value, cursor: control.value?.selectionStart ?? value.length });
    };
    const write = (value: unknown): void => {
      if (control.value && control.value.value !== text(value)) control.value.value = text(value);
    };
    watch(() => attribute('value'), write, { flush: 'post' });
    watch(
      () => Boolean(attribute('focus')),
      (focus) => {
        if (focus) control.value?.focus();
      },
      { flush: 'post' },
    );
    onMounted(() => {
      const initial = text(attribute('value'));
      write(initial);
      if (attribute('focus')) control.value?.focus();
      if (!host.value) return;
      host.value.miniField = { value: () => control.value?.value ?? '', reset: () => write(initial) };
      host.value.miniActivate = () => control.value?.focus();
    });
    return () => {
      const limit = Number(attribute('maxlength') || DEFAULT_MAX_LENGTH);
      const props_ = {
        key: 'control',
        ref: control,
        placeholder: text(attribute('placeholder')),
        maxlength: limit >= 0 ? limit : undefined,
        disabled: Boolean(attribute('disabled')),
        'aria-label': text(attribute('aria-label') ?? attribute('placeholder')),
        name: text(attribute('name')),
        class: text(attribute('placeholder-class')),
        onInput: () => send('input'),
        onFocus: () => send('focus'),
        onBlur: () => send('blur'),
        onKeydown: (event: KeyboardEvent) => {
          if (event.key === 'Enter' && !event.isComposing) send('confirm');
        },
      };
      const field =
        props.tag === 'textarea'
          ? h('textarea', { ...props_, rows: attribute('auto-height') ? 1 : 3 })
          : h('input', { ...props_, ...inputType(attribute('type'), attribute('password')) });
      return h(`mini-${props.tag}`, { ...common(props.tag, props.attributes as Attributes), ref: host }, [
        field,
      ]);
    };
  },
});

function inputType(type: unknown, password: unknown): { type: string; inputmode: string } {
  if (password) return { type: 'password', inputmode: 'text' };
  if (type === 'number') return { type: 'text', inputmode: 'numeric' };
  if (type === 'digit') return { type: 'text', inputmode: 'decimal' };
  if (type === 'idcard') return { type: 'text', inputmode: 'text' };
  return { type: 'text', inputmode: 'text' };
}

export const input: Tag = (attributes, _children, key) => h(TextField, { key, tag: 'input', attributes });
export const textarea: Tag = (attributes, _children, key) =>
  h(TextField, { key, tag: 'textarea', attributes });
