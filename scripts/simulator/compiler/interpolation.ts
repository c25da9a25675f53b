/** A piece of an attribute's value or of a text: literal text, or the source of a `{{ }}`. */
export interface Part {
  kind: 'text' | 'expression';
  value: string;
  /** Offset of `value` in the file. */
  offset: number;
}

/**
 * Splits `a {{b}} c` into parts. Quotes inside `{{ }}` are respected, so `{{ x ? '}}' : '' }}` is one
 * expression.
 * @param base offset of `text` in its file
 * @throws UnclosedInterpolation with the offset of a `{{` that has no `}}`
 */
export function splitInterpolation(text: string, base: number): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{{', at);
    if (open < 0) break;
    if (open > at) parts.push({ kind: 'text', value: text.slice(at, open), offset: base + at });
    const close = findClose(text, open + 2);
    if (close < 0) throw new UnclosedInterpolation(base + open);
    parts.push({ kind: 'expression', value: text.slice(open + 2, close), offset: base + open + 2 });
    at = close + 2;
  }
  if (at < text.length) parts.push({ kind: 'text', value: text.slice(at), offset: base + at });
  return parts;
}

export class UnclosedInterpolation extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super('{{ 没有对应的 }}');
    this.name = 'UnclosedInterpolation';
    this.offset = offset;
  }
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
