/** A piece of an attribute's value or of a text: literal text, or the source of a `{{ }}`. */
export interface Part {
  kind: 'text' | 'expression';
  value: string;
  /** Offset of `value` in the file. */
  offset: number;
}

/**
 * Splits `a {{b}} c` into parts. Quotes inside `{{ }}` are respected, so `{{ x ? '}}' : '' }}` is one
 * expression; a `{{` without a `}}` is text.
 * @param base offset of `text` in its file
 */
export function splitInterpolation(text: string, base: number): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf('{{', at);
    const close = open < 0 ? -1 : findClose(text, open + 2);
    const end = close < 0 ? text.length : open;
    if (end > at) parts.push({ kind: 'text', value: text.slice(at, end), offset: base + at });
    if (close < 0) return parts;
    parts.push({ kind: 'expression', value: text.slice(open + 2, close), offset: base + open + 2 });
    at = close + 2;
  }
}

/** Offset of the first `{{` without a `}}`, or -1. */
export function unclosedIn(text: string): number {
  const last = splitInterpolation(text, 0).at(-1);
  const open = last?.kind === 'text' ? last.value.indexOf('{{') : -1;
  return last && open >= 0 ? last.offset + open : -1;
}

/**
 * Where the `}}` of a `{{` begins.
 * @param from offset behind the `{{`
 * @returns -1 when there is none
 */
export function findClose(text: string, from: number): number {
  let quote = '';
  let braces = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote) {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'" || char === '`') quote = char;
    else if (char === '{') braces += 1;
    else if (char === '}') {
      if (braces > 0) braces -= 1;
      else if (text.charAt(at + 1) === '}') return at;
    }
  }
  return -1;
}
