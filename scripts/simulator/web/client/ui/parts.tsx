import type { VNodeChild } from 'vue';

/**
 * A part of the page with its title.
 * @param name its class; no other element has it
 * @param beside a control beside the title
 */
export const card = (name: string, title: string, beside: VNodeChild, content: VNodeChild) => (
  <section class={['card', name]} aria-labelledby={`${name}-title`}>
    <div class="card-head">
      <h2 id={`${name}-title`}>{title}</h2>
      {beside}
    </div>
    {content}
  </section>
);

export const quietButton = (label: string, disabled: boolean, act: () => void) => (
  <button type="button" class="quiet" disabled={disabled} onClick={act}>
    {label}
  </button>
);

export interface Choice<T extends string> {
  value: T;
  label: VNodeChild;
  /** Says why it cannot be chosen. */
  missing?: string | undefined;
}

/** One of a few, side by side. @param name of the radio buttons */
export const segments = <T extends string>(
  { name, label, chosen, wide = false }: { name: string; label: string; chosen: T; wide?: boolean },
  choices: readonly Choice<T>[],
  choose: (value: T) => void,
) => (
  <div class={['segments', { wide }]} role="radiogroup" aria-label={label}>
    {choices.map(({ value, label: text, missing }) => (
      <label title={missing}>
        <input
          type="radio"
          name={name}
          value={value}
          disabled={missing !== undefined}
          checked={value === chosen}
          onChange={() => choose(value)}
        />
        <span>{text}</span>
      </label>
    ))}
  </div>
);
