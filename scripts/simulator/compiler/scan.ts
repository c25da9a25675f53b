import { findClose } from './interpolation.ts';
import type { ProblemList } from './problem.ts';

/** A template in which `@wxml/parser` can lose its way no more: same length, same line breaks. */
export interface Scanned {
  /** Values, attribute names and `{{ }}` are letters here; they are read from the source itself. */
  masked: string;
  /** Set where tags could not be told from text, so that a check of closing tags would only add noise. */
  lost: boolean;
}

/**
 * Reads AXML from its beginning to its end once, for what `@wxml/parser` reports at another place than the one to
 * change, or chokes on: quotes, comments, `{{ }}`, and `<` that begins no tag.
 */
export function scanTemplate(source: string, problems: ProblemList): Scanned {
  return new Scanner(source, problems).run();
}

/** A file with so many mistakes is no AXML, and nobody reads on. */
const ENOUGH = 50;

const CHINESE_QUOTE = /[“”‘’]/;

class Scanner {
  private readonly source: string;
  private readonly problems: ProblemList;
  private readonly masked: string[];
  private lost = false;
  private at = 0;

  constructor(source: string, problems: ProblemList) {
    this.source = source;
    this.problems = problems;
    this.masked = source.split('');
  }

  run(): Scanned {
    while (this.at < this.source.length && this.problems.items.length < ENOUGH) this.text();
    if (this.at < this.source.length) this.lost = true;
    return { masked: this.masked.join(''), lost: this.lost };
  }

  /** One step outside of tags. */
  private text(): void {
    const { source, at } = this;
    const next = source.charAt(at + 1);
    if (source.startsWith('{{', at)) this.interpolation();
    else if (source.charAt(at) !== '<') this.at += 1;
    else if (source.startsWith('<!--', at)) this.comment();
    else if (/[a-zA-Z]/.test(next)) this.tag();
    else if (next === '/') this.at += 2;
    else if (next === '!' || next === '?') this.declaration();
    else {
      this.report(at, '文字里的 < 会被当作标签的开头', '要显示小于号，请写 {{"<"}}；标签名以英文字母开头。');
      this.mask(at, at + 1);
    }
  }

  private declaration(): void {
    const { source, at } = this;
    const end = source.indexOf('>', at);
    this.report(at, `AXML 里没有 ${source.slice(at, at + 2)} 开头的声明`, '请删去它；注释写作 <!-- -->。');
    this.mask(at, end < 0 ? source.length : end + 1);
  }

  private interpolation(): void {
    const close = findClose(this.source, this.at + 2);
    if (close < 0) this.unclosed(this.at);
    this.mask(this.at, close < 0 ? this.at + 2 : close + 2);
  }

  private comment(): void {
    const end = this.source.indexOf('-->', this.at + 4);
    if (end >= 0) {
      this.mask(this.at + 4, end);
      this.at = end + 3;
      return;
    }
    this.give('注释 <!-- 没有结束', '请在注释的末尾补上 -->。');
  }

  private tag(): void {
    const { source, at: start } = this;
    const name = /^[\w:.-]*/.exec(source.slice(start + 1, start + 100))?.[0] ?? '';
    this.at = start + 1 + name.length;
    while (this.at < source.length) {
      const char = source.charAt(this.at);
      if (char === '>') {
        this.at += 1;
        return;
      }
      if (char === '<') break;
      if (/[\s/]/.test(char)) this.at += 1;
      else this.attribute();
    }
    if (this.lost) return;
    this.lost = true;
    this.report(start, `标签 <${name}> 没有写完`, '请在属性的后面补上 >，没有内容的标签补上 />。');
  }

  private attribute(): void {
    const { source, at: start } = this;
    while (this.at < source.length && !/[\s=/<>"'“”‘’]/.test(source.charAt(this.at))) this.at += 1;
    const name = source.slice(start, this.at);
    if (!name) {
      this.misplaced();
      return;
    }
    for (let at = start; at < this.at; at += 1) {
      if (!/[\w:.-]/.test(source.charAt(at)) || at === start) this.masked[at] = 'x';
    }
    const equals = /^\s*=\s*/.exec(source.slice(this.at))?.[0];
    if (equals === undefined) return;
    this.at += equals.length;
    const quote = source.charAt(this.at);
    if (quote === '"' || quote === "'") this.value(name, quote);
    else if (CHINESE_QUOTE.test(quote)) this.misplaced();
    else if (!this.bareExpression(name)) {
      this.lost = true;
      this.report(this.at, `属性 ${name} 的值没有加引号`, `请写成 ${name}="…"，{{ }} 也要写在引号里。`);
      this.skipWord();
    }
  }

  /** `data-id={{id}}`: official templates have it, and devices take it. Here the outer braces become the quotes. */
  private bareExpression(name: string): boolean {
    const { source, at: start } = this;
    const close = source.startsWith('{{', start) ? findClose(source, start + 2) : -1;
    if (close < 0 || /[^\s/>]/.test(source.charAt(close + 2)) || source.slice(start, close).includes('\n'))
      return false;
    this.problems.warn(
      start,
      'syntax',
      `属性 ${name} 的值没有加引号`,
      `请写成 ${name}="{{…}}"，别的工具才读得懂。`,
    );
    this.mask(start, close + 2);
    this.masked[start] = '"';
    this.masked[close + 1] = '"';
    return true;
  }

  private misplaced(): void {
    const char = this.source.charAt(this.at);
    this.lost = true;
    if (!CHINESE_QUOTE.test(char)) {
      this.report(this.at, `标签里多了一个 ${char}`, '请检查属性的引号是否成对、属性名后面是否写了等号。');
      this.at += 1;
      return;
    }
    this.report(this.at, `这里用了中文引号 ${char}`, '请切换到英文输入法，写成 " 或 \'。');
    this.skipWord();
  }

  private skipWord(): void {
    while (this.at < this.source.length && !/[\s<>]/.test(this.source.charAt(this.at))) this.at += 1;
  }

  /** A quoted value, from its opening quote on. */
  private value(name: string, quote: string): void {
    const { source } = this;
    const begin = this.at + 1;
    const end = source.indexOf(quote, begin);
    const value = source.slice(begin, end < 0 ? source.length : end);
    const outside = value.replace(/\{\{[\s\S]*?\}\}/g, '');
    if (end < 0 || (/<[a-zA-Z/]/.test(outside) && /\n|=\s*$/.test(outside))) {
      this.give(`属性 ${name} 的引号没有成对`, `请在值的末尾补上 ${quote}。`);
      return;
    }
    const open = begin + unclosedIn(value);
    const last = open < begin ? end : this.brokenValue(open, end, quote);
    this.mask(begin, last);
    this.at = last + 1;
  }

  /**
   * A value whose `{{` does not end before the closing quote at `end`: either that quote is one of a string inside,
   * or the `}}` is missing.
   * @returns where the value ends
   */
  private brokenValue(open: number, end: number, quote: string): number {
    const { source } = this;
    this.lost = true;
    const close = findClose(source, open + 2);
    if (close < 0 || /[<>]|\{\{/.test(source.slice(end, close))) {
      this.unclosed(open);
      return end;
    }
    this.report(
      end,
      `{{ }} 里的字符串用了与属性相同的引号 ${quote}`,
      '属性用双引号时，{{ }} 里的字符串用单引号，反过来也一样。',
    );
    return Math.max(end, source.indexOf(quote, close));
  }

  private unclosed(at: number): void {
    this.report(at, '{{ 没有对应的 }}', '请补上 }}。');
  }

  /** Nothing after this place can be told for sure. */
  private give(message: string, hint: string): void {
    this.lost = true;
    this.report(this.at, message, hint);
    this.at = this.source.length;
  }

  private report(at: number, message: string, hint: string): void {
    this.problems.add(at, 'syntax', message, hint);
  }

  /** Goes on at `to`; white space stays, for the parser drops what is nothing else. */
  private mask(from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      if (!/\s/.test(this.source.charAt(at))) this.masked[at] = 'x';
    }
    this.at = to;
  }
}

/** Offset of the first `{{` without a `}}`, or -1. */
function unclosedIn(text: string): number {
  for (let open = text.indexOf('{{'); open >= 0; ) {
    const close = findClose(text, open + 2);
    if (close < 0) return open;
    open = text.indexOf('{{', close + 2);
  }
  return -1;
}
