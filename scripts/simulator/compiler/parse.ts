import { type Parsed, parsePart } from './expression.ts';
import { type Part, splitInterpolation } from './interpolation.ts';
import { ProblemList } from './problem.ts';
import { type ScannedAttribute, type ScannedTag, type ScanTarget, scanTemplate } from './scan.ts';

export interface ElementNode {
  kind: 'element';
  name: string;
  attributes: Attribute[];
  children: TemplateNode[];
  offset: number;
}

/** A piece of a text or value; an expression that does not parse has been reported. */
export interface ParsedPart extends Part {
  parsed?: Parsed | undefined;
}

export interface TextNode {
  kind: 'text';
  parts: ParsedPart[];
  offset: number;
}

export type TemplateNode = ElementNode | TextNode;

export interface Attribute {
  name: string;
  offset: number;
  /** `undefined` for an attribute without a value (`disabled`). */
  parts: ParsedPart[] | undefined;
  /** The value as written, without its quotes. */
  raw: string;
  valueOffset: number;
}

/**
 * Parses AXML.
 * @returns the tree; what is wrong goes into `problems`
 */
export function parseTemplate(source: string, problems: ProblemList): TemplateNode[] {
  const tree = new Tree(problems);
  const isCertain = scanTemplate(source, problems, tree);
  if (isCertain) tree.end();
  if (problems.hasErrors) return [];
  problems.items.push(...tree.expressions.items);
  return tree.root;
}

/** Line breaks and indentation; the wide space of Chinese text is content. */
const BLANK = /^[ \t\r\n\f]*$/;

/** How many tags may stand inside each other. */
const MAX_DEPTH = 200;

/** Puts tags and texts into each other. */
class Tree implements ScanTarget {
  readonly root: TemplateNode[] = [];
  /** Mistakes in `{{ }}`: they are told once the tags are right. */
  readonly expressions: ProblemList;
  private readonly problems: ProblemList;
  /** Closing tags that are missing, or too many. */
  private readonly nesting: ProblemList;
  private readonly around: ElementNode[] = [];
  /** Names of tags reported as unclosed. Their closing tags come too late, and are not reported again. */
  private readonly reported: string[] = [];

  constructor(problems: ProblemList) {
    this.problems = problems;
    this.nesting = new ProblemList(problems.file, problems.source);
    this.expressions = new ProblemList(problems.file, problems.source);
  }

  text(text: string, offset: number): void {
    if (!BLANK.test(text)) this.add({ kind: 'text', parts: this.parts(text, offset, false), offset });
  }

  open({ name, offset, attributes, isEmpty }: ScannedTag): boolean {
    const element: ElementNode = {
      kind: 'element',
      name,
      attributes: attributes.map((attribute) => this.attribute(attribute, name)),
      children: [],
      offset,
    };
    this.add(element);
    if (isEmpty) return true;
    this.around.push(element);
    if (this.around.length <= MAX_DEPTH) return true;
    this.problems.add(
      offset,
      'syntax',
      `标签套得太深，超过 ${MAX_DEPTH} 层`,
      '请检查前面的标签是不是都写了结束标签；真有这么多层时，请拆成几个组件。',
    );
    return false;
  }

  close(name: string, offset: number): void {
    const index = this.around.findLastIndex((element) => element.name === name);
    const crossed = this.reported.indexOf(name);
    if (index >= 0) {
      for (const unclosed of this.around.splice(index).slice(1)) {
        this.reported.push(unclosed.name);
        this.unclosed(unclosed, `，遇到了 </${name}>`);
      }
    } else if (crossed >= 0) this.reported.splice(crossed, 1);
    else {
      this.nesting.add(
        offset,
        'mismatched-tag',
        `结束标签 </${name}> 没有对应的开始标签`,
        `请删去 </${name}>，或补上 <${name}>。`,
      );
    }
  }

  /** Reports what is still open at the end of the file. */
  end(): void {
    for (const element of this.around) this.unclosed(element, '');
    this.problems.items.push(...this.nesting.items);
  }

  private add(node: TemplateNode): void {
    (this.around.at(-1)?.children ?? this.root).push(node);
  }

  private unclosed({ name, offset }: ElementNode, met: string): void {
    this.nesting.add(
      offset,
      'unclosed-tag',
      `标签 <${name}> 没有闭合${met}`,
      `请补上 </${name}>；没有内容的标签可以写成 <${name} />。`,
    );
  }

  private attribute({ name, offset, value }: ScannedAttribute, tag: string): Attribute {
    if (!value) return { name, offset, parts: undefined, raw: '', valueOffset: offset };
    const parts = this.parts(value.raw, value.offset, tag === 'template' && name === 'data');
    return { name, offset, parts, raw: value.raw, valueOffset: value.offset };
  }

  private parts(text: string, offset: number, isData: boolean): ParsedPart[] {
    return splitInterpolation(text, offset).map((part) =>
      part.kind === 'text' ? part : { ...part, parsed: parsePart(part, isData, this.expressions) },
    );
  }
}
