import { h, onMounted } from 'vue';
import { type MiniElement, text } from '../events.ts';
import { type Attributes, common, emit, statefulTag, type Tag } from './tag.ts';

interface ChoiceElement extends MiniElement {
  miniChoice?: {
    checked(): boolean;
    /** Another one of the group was chosen. */
    uncheck(): void;
  };
}

/** `checkbox`, `radio` and `switch`: a state, a tap that changes it, and a group around the first two. */
const choice = (tag: 'checkbox' | 'radio' | 'switch'): Tag =>
  statefulTag(tag, (context) => {
    const { host, attribute, state, field, props } = context;
    const given = (): boolean => Boolean(attribute('checked'));
    const checked = state(given);
    const activate = (): void => {
      const element = host.value;
      if (!element || attribute('disabled') || (tag === 'radio' && checked.value)) return;
      checked.value = !checked.value;
      const group = element.closest<MiniElement>(`mini-${tag}-group`);
      context.emit('change', { value: checked.value });
      if (!group) return;
      if (tag === 'radio')
        for (const member of membersOf(group, tag)) if (member !== element) member.miniChoice?.uncheck();
      emit(group, 'change', { value: groupValue(group, tag) });
    };
    field(
      () => (tag === 'switch' ? checked.value : checked.value ? attribute('value') : undefined),
      () => {
        checked.value = given();
      },
    );
    onMounted(() => {
      const element: ChoiceElement | null = host.value;
      if (!element) return;
      element.miniActivate = activate;
      element.miniChoice = {
        checked: () => checked.value,
        uncheck: () => {
          checked.value = false;
        },
      };
    });
    return () => {
      const shared = props();
      return h(`mini-${tag}`, {
        ...shared,
        role: tag,
        tabindex: '0',
        'aria-checked': String(checked.value),
        'aria-disabled': attribute('disabled') ? 'true' : undefined,
        'data-checked': checked.value,
        style: `${shared.style as string};--mini-color:${text(attribute('color')) || '#1677ff'}`,
      });
    };
  });

const membersOf = (group: MiniElement, tag: string): ChoiceElement[] => [
  ...group.querySelectorAll<ChoiceElement>(`mini-${tag}`),
];

function groupValue(group: MiniElement, tag: string): unknown {
  const chosen = membersOf(group, tag)
    .filter((member) => member.miniChoice?.checked())
    .map((member) => member.miniNode?.attributes.value);
  return tag === 'radio' ? chosen[0] : chosen;
}

const group =
  (tag: string): Tag =>
  (attributes, children, key) => {
    const attach = (target: unknown): void => {
      const element = target as MiniElement | null;
      if (element) element.miniField = { value: () => groupValue(element, tag), reset: () => undefined };
    };
    return h(`mini-${tag}-group`, { ...common(`${tag}-group`, attributes, key), ref: attach }, children);
  };

export const checkbox = choice('checkbox');
export const radio = choice('radio');
export const switchTag = choice('switch');
export const checkboxGroup = group('checkbox');
export const radioGroup = group('radio');

/** `picker` over a one-column `range`: a native select laid over the content. */
export const picker = statefulTag('picker', ({ attribute, state, field, emit, props, content }) => {
  const given = (): number => Number(attribute('value') ?? 0);
  const chosen = state(given);
  field(
    () => chosen.value,
    () => {
      chosen.value = given();
    },
  );
  return () => {
    const range = Array.isArray(attribute('range')) ? (attribute('range') as unknown[]) : [];
    const rangeKey = text(attribute('range-key'));
    const options = range.map((item, index) => {
      const shown =
        rangeKey && typeof item === 'object' && item !== null ? (item as Attributes)[rangeKey] : item;
      const selected = index === chosen.value;
      return h('option', { key: index, value: String(index), 'prop:selected': selected }, text(shown));
    });
    return h('mini-picker', props(), [
      ...content(),
      h(
        'select',
        {
          key: 'select',
          'aria-label': text(attribute('title')) || '选择',
          disabled: Boolean(attribute('disabled')),
          onChange: (event: Event) => {
            chosen.value = Number((event.target as HTMLSelectElement).value);
            emit('change', { value: chosen.value });
          },
        },
        options,
      ),
    ]);
  };
});

/** `slider`: a native range, with the value beside it. */
export const slider = statefulTag('slider', ({ attribute, state, field, emit, props }) => {
  const given = (): number => Number(attribute('value') ?? attribute('min') ?? 0);
  const value = state(given);
  const move = (type: 'change' | 'changing') => (event: Event) => {
    value.value = Number((event.target as HTMLInputElement).value);
    emit(type, { value: value.value });
  };
  field(
    () => value.value,
    () => {
      value.value = given();
    },
  );
  return () =>
    h('mini-slider', props(), [
      h('input', {
        key: 'range',
        type: 'range',
        min: Number(attribute('min') ?? 0),
        max: Number(attribute('max') ?? 100),
        step: Number(attribute('step') ?? 1),
        'prop:value': String(value.value),
        disabled: Boolean(attribute('disabled')),
        'aria-label': text(attribute('aria-label')) || '滑块',
        onInput: move('changing'),
        onChange: move('change'),
      }),
      ...(attribute('show-value') ? [h('span', { key: 'value' }, String(value.value))] : []),
    ]);
});
