/// <reference path="./wxml-parser.d.ts" />
import { parse as parseXml } from '@wxml/parser';
import { type Parsed, parsePart } from './expression.ts';
import { type Part, splitInterpolation } from './interpolation.ts';
import type { ProblemList } from './problem.ts';
import { scanTemplate } from './scan.ts';

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

/** Line breaks and indentation; the wide space of Chinese text is content. */
const BLANK = /^[ \t\r\n\f]*$/;

/** The parser's own tree, as far as it is used here (it ships no types). Offsets; `end` is inclusive. */
interface XmlNode {
  type: string;
  name: string;
  value: string;
  start: number;
  end: number;
  children: XmlNode[];
  startTag: (XmlNode & { attributes: XmlAttribute[]; selfClosing: boolean }) | null;
  endTag: XmlNode | null;
}

interface XmlAttribute {
  key: string;
  rawValue: string | null;
  start: number;
  end: number;
}

interface XmlProgram {
  body: XmlNode[];
  errors: { value: string; start: number }[];
}

/**
 * Parses AXML. `@wxml/parser` is tolerant: it accepts any closing tag for any opening one, so the closing
 * tags are checked here, and what it cannot read is found before (`scan.ts`).
 * @returns the tree; what is wrong goes into `problems`
 */
export function parseTemplate(source: string, problems: ProblemList): TemplateNode[] {
  const { masked, lost } = scanTemplate(source, problems);
  const program = lost ? undefined : read(masked);
  if (program) checkClosing(program.body, problems);
  if (problems.hasErrors) return [];
  const [error] = program ? program.errors : [{ value: '', start: 0 }];
  if (!program || error) {
    reportSyntax(source, error?.start ?? 0, problems);
    return [];
  }
  return convert(program.body, source, problems);
}

/** `undefined` where the parser fails itself. */
function read(masked: string): XmlProgram | undefined {
  try {
    return parseXml(masked) as XmlProgram;
  } catch {
    return undefined;
  }
}

function reportSyntax(source: string, offset: number, problems: ProblemList): void {
  const stray = /^<\/\s*([\w-]+)/.exec(source.slice(offset));
  if (stray) {
    problems.add(
      offset,
      'mismatched-tag',
      `多余的结束标签 </${stray[1]}>`,
      '前面没有与它对应的开始标签，请删去它，或补上开始标签。',
    );
    return;
  }
  problems.add(
    offset,
    'syntax',
    '这里不符合 AXML 语法',
    '请检查附近的标签、属性和引号是否成对，标签名和属性名以英文字母开头。',
  );
}

/** Replays all tags in the order of the source with a stack of our own. */
function checkClosing(body: XmlNode[], problems: ProblemList): void {
  const tags: { name: string; offset: number; closing: boolean }[] = [];
  const visit = (nodes: XmlNode[]): void => {
    for (const node of nodes) {
      if (node.type !== 'WXElement') continue;
      const { startTag, endTag } = node;
      if (startTag && !startTag.selfClosing) {
        tags.push({ name: startTag.name, offset: startTag.start, closing: false });
      }
      visit(node.children);
      if (endTag) tags.push({ name: endTag.name, offset: endTag.start, closing: true });
    }
  };
  visit(body);
  const open: typeof tags = [];
  /** Names of tags reported as unclosed: their own closing tag, too late, is no second mistake. */
  const reported: string[] = [];
  for (const tag of tags.sort((a, b) => a.offset - b.offset)) {
    if (!tag.closing) {
      open.push(tag);
      continue;
    }
    const index = open.findLastIndex((candidate) => candidate.name === tag.name);
    if (index < 0) {
      const crossed = reported.indexOf(tag.name);
      if (crossed >= 0) {
        reported.splice(crossed, 1);
        continue;
      }
      problems.add(
        tag.offset,
        'mismatched-tag',
        `结束标签 </${tag.name}> 没有对应的开始标签`,
        `请删去 </${tag.name}>，或补上 <${tag.name}>。`,
      );
      continue;
    }
    for (const unclosed of open.splice(index).slice(1)) {
      reported.push(unclosed.name);
      reportUnclosed(unclosed, problems, `，遇到了 </${tag.name}>`);
    }
  }
  for (const unclosed of open) reportUnclosed(unclosed, problems, '');
}

function reportUnclosed(tag: { name: string; offset: number }, problems: ProblemList, met: string): void {
  problems.add(
    tag.offset,
    'unclosed-tag',
    `标签 <${tag.name}> 没有闭合${met}`,
    `请补上 </${tag.name}>；没有内容的标签可以写成 <${tag.name} />。`,
  );
}

function convert(nodes: XmlNode[], source: string, problems: ProblemList): TemplateNode[] {
  const result: TemplateNode[] = [];
  let text = { start: -1, end: -1 };
  const flush = (): void => {
    if (text.start < 0) return;
    const value = source.slice(text.start, text.end);
    if (!BLANK.test(value))
      result.push({ kind: 'text', parts: partsOf(value, text.start, false, problems), offset: text.start });
    text = { start: -1, end: -1 };
  };
  for (const node of nodes) {
    if (node.type === 'WXText' || node.type === 'WXInterpolation') {
      if (text.start < 0) text.start = node.start;
      text.end = node.end + 1;
      continue;
    }
    flush();
    if (node.type !== 'WXElement' || !node.startTag) continue;
    const { name, attributes } = node.startTag;
    result.push({
      kind: 'element',
      name,
      attributes: attributes.map((attribute) => convertAttribute(attribute, name, source, problems)),
      children: convert(node.children, source, problems),
      offset: node.start,
    });
  }
  flush();
  return result;
}

function convertAttribute(
  { key, rawValue, start: offset, end }: XmlAttribute,
  tag: string,
  source: string,
  problems: ProblemList,
): Attribute {
  const name = source.slice(offset, offset + key.length);
  if (rawValue === null) return { name, offset, parts: undefined, raw: '', valueOffset: offset };
  const inside = end - rawValue.length + 2;
  // Without quotes, the braces stand in their place (`scan.ts`).
  const quoted = source.charAt(inside - 1) === '{' ? 0 : 1;
  const valueOffset = inside - 1 + quoted;
  const raw = source.slice(valueOffset, end + 1 - quoted);
  const isData = tag === 'template' && name === 'data';
  return { name, offset, parts: partsOf(raw, valueOffset, isData, problems), raw, valueOffset };
}

function partsOf(text: string, offset: number, isData: boolean, problems: ProblemList): ParsedPart[] {
  return splitInterpolation(text, offset).map((part) =>
    part.kind === 'text' ? part : { ...part, parsed: parsePart(part, isData, problems) },
  );
}
