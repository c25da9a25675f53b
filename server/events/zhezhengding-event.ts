import { isStorable } from '../contract/schema.ts';
import { parseJson } from '../platform/answer.ts';

/** Limits of one callback. */
const limits = { depth: 8, values: 2000, people: 100, length: 128 } as const;

const wanted = new Set(['employeecode', 'employeecodes', 'accountid', 'accountids']);

/**
 * Finds the people of a callback of 浙政钉: every value under a name like `employeeCode` or `accountIds`, at any depth, in
 * JSON (also JSON inside a string) or in a form. The format of these callbacks is not documented and their sender is
 * not proven, so the ids only say about whom to ask the platform.
 *
 * @param body the request's body as it came.
 * @returns employee codes and account ids, mixed; at most 100.
 */
export function readPersonHints(body: string): string[] {
  const found = new Set<string>();
  let left: number = limits.values;

  function take(value: unknown): void {
    if (typeof value !== 'string' && typeof value !== 'number') return;
    for (const part of String(value).split(',')) {
      const hint = part.trim();
      const fits = hint !== '' && hint.length <= limits.length && isStorable(hint);
      if (fits && found.size < limits.people) found.add(hint);
    }
  }

  function walk(value: unknown, depth: number): void {
    left -= 1;
    if (left < 0 || depth > limits.depth) return;
    if (typeof value === 'string') {
      const inner = structured(value);
      if (inner !== null) walk(inner, depth + 1);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (wanted.has(name.toLowerCase().replaceAll(/[_-]/g, ''))) {
        for (const one of Array.isArray(inner) ? inner.slice(0, limits.people) : [inner]) take(one);
      }
      walk(inner, depth + 1);
    }
  }

  walk(structured(body) ?? fields(body), 0);
  return [...found];
}

/** The object or list of a JSON text; null for anything else. */
function structured(text: string): object | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return parseJson(text) as object;
  } catch {
    return null;
  }
}

/** A form's fields, within the limits; a repeated name becomes a list. */
function fields(text: string): Record<string, string[]> {
  const values = new Map<string, string[]>();
  let left: number = limits.values;
  for (const [name, value] of new URLSearchParams(text)) {
    left -= 1;
    if (left < 0) break;
    const list = values.get(name);
    // The list is not copied: a body may repeat a name very often.
    if (list === undefined) values.set(name, [value]);
    else list.push(value);
  }
  return Object.fromEntries(values);
}
