import { readFileSync } from 'node:fs';

/**
 * Fills a file of `templates/`. A `{{name}}` that stands alone on its line takes as many lines as its value has, each
 * as far in as the name; an empty value takes none. A value may hold names itself.
 *
 * @throws Error for a name without a value.
 */
export function filled(file: string, values: Readonly<Record<string, string | number>>): string {
  const text = readFileSync(new URL(`templates/${file}`, import.meta.url), 'utf8');
  return fill(text, values);
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  const textOf = (name: string): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template has no value for ${name}`);
    return fill(String(value), values);
  };
  return text.replace(
    /^([ \t]*)\{\{(\w+)\}\}\n|\{\{(\w+)\}\}/gm,
    (_all, indent: string, block?: string, inline?: string) => {
      if (block === undefined) return textOf(inline ?? '');
      const value = textOf(block);
      return value === '' ? '' : `${value.replace(/^(?=.)/gm, indent)}\n`;
    },
  );
}
