import { findClose, unclosedIn } from './interpolation.ts';
import type { ProblemList } from './problem.ts';

/** An opening tag. */
export interface ScannedTag {
  name: string;
  offset: number;
  attributes: ScannedAttribute[];
  /** `<view />`. */
  isEmpty: boolean;
}

export interface ScannedAttribute {
  name: string;
  offset: number;
  /** The value as written, without its quotes; absent in `<button disabled>`. */
  value?: { raw: string; offset: number };
}

/** Takes what stands in a file, from its beginning to its end. */
export interface ScanTarget {
  text(text: string, offset: number): void;
  /** @returns false when the rest of the file is not wanted */
  open(tag: ScannedTag): boolean;
  close(name: string, offset: number): void;
}

/**
 * Splits AXML into tags and text. A mistake is reported where a person has to change something, and the scan goes on
 * behind it.
 * @returns false when a mistake makes it uncertain what is a tag: closing tags that seem wrong may be right
 */
export function scanTemplate(source: string, problems: ProblemList, target: ScanTarget): boolean {
  return new Scanner(source, problems, target).run();
}

/** A file with more mistakes than this is not AXML at all. */
const ENOUGH = 50;

const CHINESE_QUOTE = /[“”‘’]/;
/** What ends the name of a tag or of an attribute. */
const NAME_END = /[\s=/<>"'“”‘’]/;

class Scanner {
  private readonly source: string;
  private readonly problems: ProblemList;
  private readonly target: ScanTarget;
  private certain = true;
  private at = 0;
  private textFrom = 0;

  constructor(source: string, problems: ProblemList, target: ScanTarget) {
    this.source = source;
    this.problems = problems;
    this.target = target;
  }

  run(): boolean {
    while (this.at < this.source.length && this.problems.items.length < ENOUGH) this.step();
    this.endText();
    return this.certain && this.at >= this.source.length;
  }

  /** One step outside of tags. */
  private step(): void {
    const { source, at } = this;
    const next = source.charAt(at + 1);
    if (source.startsWith('{{', at)) this.interpolation();
    else if (source.charAt(at) !== '<') this.at += 1;
    else if (source.startsWith('<!--', at)) this.comment();
    else if (/[a-zA-Z]/.test(next)) this.openingTag();
    else if (next === '/') this.closingTag();
    else if (next === '!' || next === '?') this.declaration();
    else {
      this.certain = false;
      this.report(at, '文字里的 < 会被当作标签的开头', '要显示小于号，请写 {{"<"}}；标签名以英文字母开头。');
      this.at += 1;
    }
  }

  /** Hands over the text before this place. */
  private endText(): void {
    const { source, textFrom, at } = this;
    if (at > textFrom) this.target.text(source.slice(textFrom, at), textFrom);
  }

  private declaration(): void {
    const { source, at } = this;
    const end = source.indexOf('>', at);
    this.report(at, `AXML 里没有 ${source.slice(at, at + 2)} 开头的声明`, '请删去它；注释写作 <!-- -->。');
    this.at = end < 0 ? source.length : end + 1;
  }

  private interpolation(): void {
    const close = findClose(this.source, this.at + 2);
    if (close < 0) this.unclosed(this.at);
    this.at = close < 0 ? this.at + 2 : close + 2;
  }

  private comment(): void {
    this.endText();
    const end = this.source.indexOf('-->', this.at + 4);
    if (end < 0) this.give('注释 <!-- 没有结束', '请在注释的末尾补上 -->。');
    else this.at = end + 3;
    this.textFrom = this.at;
  }

  private closingTag(): void {
    this.endText();
    const [all = '', name = ''] = /^<\/\s*([^\s<>]*)\s*>?/.exec(this.source.slice(this.at)) ?? [];
    if (name && all.endsWith('>')) this.target.close(name, this.at);
    else this.unfinished(this.at, '结束标签没有写完', '结束标签写作 </view>，里面没有空格和属性。');
    this.at += all.length;
    this.textFrom = this.at;
  }

  private openingTag(): void {
    const { source, at: offset } = this;
    this.endText();
    const name = this.name(offset + 1);
    const attributes: ScannedAttribute[] = [];
    while (this.at < source.length && source.charAt(this.at) !== '<') {
      const isEmpty = source.startsWith('/>', this.at);
      if (isEmpty || source.charAt(this.at) === '>') {
        this.at += isEmpty ? 2 : 1;
        this.textFrom = this.at;
        if (!this.target.open({ name, offset, attributes, isEmpty })) this.stop();
        return;
      }
      if (/\s/.test(source.charAt(this.at))) this.at += 1;
      else {
        const attribute = this.attribute();
        if (attribute) attributes.push(attribute);
      }
    }
    this.textFrom = this.at;
    this.unfinished(offset, `标签 <${name}> 没有写完`, '请在属性的后面补上 >，没有内容的标签补上 />。');
  }

  /** Reports a tag that does not end, unless an earlier mistake may be the reason. */
  private unfinished(offset: number, message: string, hint: string): void {
    if (this.certain) this.report(offset, message, hint);
    this.certain = false;
  }

  /** Reads a name, and goes on behind it. */
  private name(from: number): string {
    this.at = from;
    while (this.at < this.source.length && !NAME_END.test(this.source.charAt(this.at))) this.at += 1;
    return this.source.slice(from, this.at);
  }

  private attribute(): ScannedAttribute | undefined {
    const { source, at: offset } = this;
    const name = this.name(offset);
    if (!name) {
      this.misplaced();
      return undefined;
    }
    const equals = /^\s*=\s*/.exec(source.slice(this.at))?.[0];
    if (equals === undefined) return { name, offset };
    this.at += equals.length;
    const quote = source.charAt(this.at);
    if (quote === '"' || quote === "'") return { name, offset, value: this.value(name, quote) };
    const value = this.bareExpression(name);
    if (value) return { name, offset, value };
    if (CHINESE_QUOTE.test(quote)) this.misplaced();
    else {
      this.certain = false;
      this.report(this.at, `属性 ${name} 的值没有加引号`, `请写成 ${name}="…"，{{ }} 也要写在引号里。`);
      this.skipWord();
    }
    return { name, offset };
  }

  /** `data-id={{id}}`: official templates have it, and devices take it. */
  private bareExpression(name: string): ScannedAttribute['value'] {
    const { source, at: offset } = this;
    const close = source.startsWith('{{', offset) ? findClose(source, offset + 2) : -1;
    if (close < 0 || /[^\s/>]/.test(source.charAt(close + 2)) || source.slice(offset, close).includes('\n'))
      return undefined;
    this.problems.warn(
      offset,
      'syntax',
      `属性 ${name} 的值没有加引号`,
      `请写成 ${name}="{{…}}"，别的工具才读得懂。`,
    );
    this.at = close + 2;
    return { raw: source.slice(offset, this.at), offset };
  }

  private misplaced(): void {
    const char = this.source.charAt(this.at);
    this.certain = false;
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
  private value(name: string, quote: string): NonNullable<ScannedAttribute['value']> {
    const { source } = this;
    const offset = this.at + 1;
    const end = source.indexOf(quote, offset);
    const raw = source.slice(offset, end < 0 ? source.length : end);
    const outside = raw.replace(/\{\{[\s\S]*?\}\}/g, '');
    if (end < 0 || (/<[a-zA-Z/]/.test(outside) && /\n|=\s*$/.test(outside)))
      this.give(`属性 ${name} 的引号没有成对`, `请在值的末尾补上 ${quote}。`);
    else {
      const open = unclosedIn(raw);
      this.at = (open < 0 ? end : this.brokenValue(offset + open, end, quote)) + 1;
    }
    return { raw, offset };
  }

  /**
   * A value whose `{{` does not end before the closing quote at `end`: either that quote is one of a string inside,
   * or the `}}` is missing.
   * @returns where the value ends
   */
  private brokenValue(open: number, end: number, quote: string): number {
    const { source } = this;
    this.certain = false;
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

  /** Reports a mistake and ends the scan: the rest of the file cannot be read reliably. */
  private give(message: string, hint: string): void {
    this.report(this.at, message, hint);
    this.stop();
  }

  private stop(): void {
    this.certain = false;
    this.at = this.source.length;
    this.textFrom = this.at;
  }

  private report(at: number, message: string, hint: string): void {
    this.problems.add(at, 'syntax', message, hint);
  }
}
