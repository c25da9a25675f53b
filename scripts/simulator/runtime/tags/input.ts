import { h, onMounted, shallowRef } from 'vue';
import { text } from '../events.ts';
import { statefulTag, type Tag } from './tag.ts';

/** DingTalk documents 140 as the default of `maxlength`; -1 lifts the limit. */
const DEFAULT_MAX_LENGTH = 140;

/**
 * `input` and `textarea`. `value` sets the text when it changes; what a person types stays in between, as in
 * the container.
 */
const textField = (tag: 'input' | 'textarea'): Tag =>
  statefulTag(tag, ({ host, attribute, whenShown, field, emit, props }) => {
    const control = shallowRef<HTMLInputElement | HTMLTextAreaElement | null>(null);
    const send = (type: string): void => {
      const value = control.value?.value ?? '';
      emit(type, { value, cursor: control.value?.selectionStart ?? value.length });
    };
    const write = (value: unknown): void => {
      if (control.value && control.value.value !== text(value)) control.value.value = text(value);
    };
    const initial = attribute('value');
    whenShown(
      () => attribute('value'),
      () => write(attribute('value')),
    );
    whenShown(
      () => Boolean(attribute('focus')),
      () => {
        if (attribute('focus')) control.value?.focus();
      },
    );
    field(
      () => control.value?.value ?? '',
      () => write(initial),
    );
    onMounted(() => {
      if (host.value) host.value.miniActivate = () => control.value?.focus();
    });
    return () => {
      const limit = Number(attribute('maxlength') || DEFAULT_MAX_LENGTH);
      const shared = {
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
      const inner =
        tag === 'textarea'
          ? h('textarea', { ...shared, rows: attribute('auto-height') ? 1 : 3 })
          : h('input', { ...shared, ...inputType(attribute('type'), attribute('password')) });
      return h(`mini-${tag}`, props(), [inner]);
    };
  });

const INPUT_MODES: Readonly<Record<string, string>> = { number: 'numeric', digit: 'decimal' };

function inputType(type: unknown, password: unknown): { type: string; inputmode: string } {
  if (password) return { type: 'password', inputmode: 'text' };
  return { type: 'text', inputmode: INPUT_MODES[text(type)] ?? 'text' };
}

export const input = textField('input');
export const textarea = textField('textarea');
