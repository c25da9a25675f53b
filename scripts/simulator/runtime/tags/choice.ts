import { defineComponent, h, onMounted, ref, shallowRef, watch } from 'vue';
import { type MiniElement, text } from '../events.ts';
import { type Attributes, common, emit, type Tag } from './tag.ts';

/** `checkbox`, `radio` and `switch`: a state, a tap that changes it, and a group around the first two. */
const Choice = defineComponent({
  name: 'ChoiceField',
  inheritAttrs: false,
  props: { tag: { type: String, required: true }, attributes: { type: Object, required: true } },
  setup(props) {
    const host = shallowRef<MiniElement | null>(null);
    const attribute = (name: string): unknown => (props.attributes as Attributes)[name];
    const checked = ref(Boolean(attribute('checked')));
    watch(
      () => attribute('checked'),
      (value) => {
        checked.value = Boolean(value);
      },
    );
    const activate = (): void => {
      const element = host.value;
      if (!element || attribute('disabled') || (props.tag === 'radio' && checked.value)) return;
      checked.value = !checked.value;
      const group = element.closest<MiniElement>(`mini-${props.tag}-group`);
      emit(element, 'change', { value: checked.value });
      if (!group) return;
      const members = [...group.querySelectorAll<MiniElement>(`mini-${props.tag}`)];
      if (props.tag === 'radio')
        for (const member of members) if (member !== element) (member.miniField as ChoiceField).uncheck();
      emit(group, 'change', { value: groupValue(props.tag, members) });
    };
    onMounted(() => {
      if (!host.value) return;
      host.value.miniActivate = activate;
      const field: ChoiceField = {
        checked: () => checked.value,
        value: () =>
          props.tag === 'switch' ? checked.value : checked.value ? attribute('value') : undefined,
        reset: () => {
          checked.value = Boolean(attribute('checked'));
        },
        uncheck: () => {
          checked.value = false;
        },
      };
      host.value.miniField = field;
    });
    return () =>
      h(`mini-${props.tag}`, {
        ...common(props.tag, props.attributes as Attributes),
        ref: host,
        role: props.tag,
        tabindex: '0',
        'aria-checked': String(checked.value),
        'aria-disabled': attribute('disabled') ? 'true' : undefined,
        'data-checked': checked.value,
        style: `${common(props.tag, props.attributes as Attributes).style as string};--mini-color:${text(attribute('color')) || '#1677ff'}`,
      });
  },
});

interface ChoiceField {
  checked(): boolean;
  value(): unknown;
  reset(): void;
  /** Another one of the group was chosen. */
  uncheck(): void;
}

function groupValue(tag: string, members: MiniElement[]): unknown {
  const chosen = members
    .filter((member) => (member.miniField as ChoiceField | undefined)?.checked())
    .map((member) => member.miniNode?.attributes.value);
  return tag === 'radio' ? chosen[0] : chosen;
}

const choice =
  (tag: string): Tag =>
  (attributes, _children, key) =>
    h(Choice, { key, tag, attributes });

const group =
  (tag: string): Tag =>
  (attributes, children, key) => {
    const attach = (target: unknown): void => {
      const element = target as MiniElement | null;
      if (!element) return;
      const members = (): MiniElement[] => [...element.querySelectorAll<MiniElement>(`mini-${tag}`)];
      element.miniField = { value: () => groupValue(tag, members()), reset: () => undefined };
    };
    return h(`mini-${tag}-group`, { ...common(`${tag}-group`, attributes, key), ref: attach }, children);
  };

export const checkbox = choice('checkbox');
export const radio = choice('radio');
export const switchTag = choice('switch');
export const checkboxGroup = group('checkbox');
export const radioGroup = group('radio');

/** `picker` over a one-column `range`: a native select laid over the content. */
const Picker = defineComponent({
  name: 'PickerField',
  inheritAttrs: false,
  props: { attributes: { type: Object, required: true } },
  setup(props, { slots }) {
    const host = shallowRef<MiniElement | null>(null);
    const attribute = (name: string): unknown => (props.attributes as Attributes)[name];
    const chosen = ref(Number(attribute('value') ?? 0));
    watch(
      () => attribute('value'),
      (value) => {
        chosen.value = Number(value ?? 0);
      },
    );
    onMounted(() => {
      if (!host.value) return;
      host.value.miniField = {
        value: () => chosen.value,
        reset: () => {
          chosen.value = Number(attribute('value') ?? 0);
        },
      };
    });
    return () => {
      const range = Array.isArray(attribute('range')) ? (attribute('range') as unknown[]) : [];
      const rangeKey = text(attribute('range-key') ?? attribute('rangeKey'));
      const options = range.map((item, index) => {
        const shown =
          rangeKey && typeof item === 'object' && item !== null ? (item as Attributes)[rangeKey] : item;
        return h(
          'option',
          { key: index, value: String(index), 'prop:selected': index === chosen.value },
          text(shown),
        );
      });
      return h('mini-picker', { ...common('picker', props.attributes as Attributes), ref: host }, [
        ...(slots.default?.() ?? []),
        h(
          'select',
          {
            key: 'select',
            'aria-label': text(attribute('title')) || '选择',
            disabled: Boolean(attribute('disabled')),
            onChange: (event: Event) => {
              chosen.value = Number((event.target as HTMLSelectElement).value);
              if (host.value) emit(host.value, 'change', { value: chosen.value });
            },
          },
          options,
        ),
      ]);
    };
  },
});

export const picker: Tag = (attributes, children, key) =>
  h(Picker, { key, attributes }, { default: () => children });
