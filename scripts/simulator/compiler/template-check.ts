import { checkExpression } from './expression-check.ts';
import type { Attribute, ElementNode, ParsedPart, TemplateNode } from './parse.ts';
import type { ProblemList } from './problem.ts';
import { nearest } from './script/nearest.ts';
import {
  BOOLEAN_ATTRIBUTES,
  BUILT_IN_TAGS,
  DIRECTIVES,
  foreignAttributeHint,
  STRUCTURE_TAGS,
  unknownEventHint,
} from './tags.ts';
import { type Definition, isDefined, type TemplateFile } from './template-files.ts';
import { attributeOf, isBranch, isEvent } from './template-nodes.ts';

export interface HandlerUse {
  /** The attribute, and the method that it names. */
  event: string;
  name: string;
  file: string;
  offset: number;
}

export interface CheckInput {
  /** The template, and all files that belong to it. */
  files: readonly TemplateFile[];
  /** Tags of `usingComponents`. */
  components: ReadonlySet<string>;
  isComponent: boolean;
  /** Whether an image that a file names is missing. @param sure the path is one of the package, and not a server's */
  missesImage(from: string, path: string, sure: boolean): boolean;
}

/** Where a node stands: the names that expressions may use, and the files that include its own. */
interface Place {
  file: TemplateFile;
  problems: ProblemList;
  locals: ReadonlySet<string>;
  hosts: readonly TemplateFile[];
}

/**
 * Reports misused directives, and tags, events, templates and images that do not exist.
 * @returns the methods that it binds
 */
export function checkTemplate(input: CheckInput): HandlerUse[] {
  return new TemplateCheck(input).run();
}

class TemplateCheck {
  private readonly input: CheckInput;
  private readonly handlers: HandlerUse[] = [];
  /** False when a file could not be read: a definition may stand in it. */
  private readonly knowsDefinitions: boolean;

  constructor(input: CheckInput) {
    this.input = input;
    this.knowsDefinitions = !input.files.some(({ problems }) => problems.hasErrors);
  }

  run(): HandlerUse[] {
    for (const [index, file] of this.input.files.entries()) {
      const place = { file, problems: file.problems, locals: new Set<string>(), hosts: [] };
      for (const definition of file.definitions) this.definition(definition, place);
      // Imported files draw nothing; included ones are checked where they are included.
      if (index === 0) this.nodes(file.content, place);
    }
    return this.handlers;
  }

  private definition({ node, content }: Definition, place: Place): void {
    const [, second] = content.filter((item) => item.kind === 'text' || !isBranch(item));
    if (second) {
      place.problems.add(
        second.offset,
        'directive-use',
        `<template name="${attributeOf(node, 'name')?.raw}"> 里只能有一个标签`,
        '请用一个 <view> 或 <block> 把它们包起来。',
      );
    }
    this.nodes(content, place);
  }

  private nodes(nodes: readonly TemplateNode[], place: Place): void {
    let chain = false;
    for (const node of nodes) {
      if (node.kind === 'text') {
        this.parts(node.parts, place);
        chain = false;
        continue;
      }
      if (isBranch(node) && !chain) {
        place.problems.add(
          node.offset,
          'directive-use',
          `<${node.name}> 的 a:elif / a:else 前面没有 a:if`,
          'a:elif、a:else 要紧跟在带 a:if 的标签后面，而且那个标签不能同时带 a:for。',
        );
      }
      const opens = attributeOf(node, 'a:if') !== undefined && !attributeOf(node, 'a:for');
      chain = isBranch(node) ? chain && !attributeOf(node, 'a:else') : opens;
      this.element(node, place);
    }
  }

  private element(node: ElementNode, place: Place): void {
    const { components } = this.input;
    const isComponent = components.has(node.name);
    const builtIn = BUILT_IN_TAGS.has(node.name) && !isComponent;
    const inner = withLoop(node, place);
    if (!builtIn && !isComponent && !STRUCTURE_TAGS.has(node.name)) this.unknownTag(node, place);
    const seen = new Set<string>();
    for (const attribute of node.attributes) {
      checkTwice(attribute, seen, place.problems);
      checkDirective(node, attribute, place.problems);
      checkForeign(node.name, attribute, builtIn, place.problems);
      this.parts(attribute.parts ?? [], attribute.name === 'a:for' ? place : inner);
      this.handler(attribute, inner);
      this.image(node, attribute, place);
    }
    if (node.name === 'slot') this.slot(node, place);
    if (node.name === 'template') this.use(node, place);
    if (node.name === 'include') this.include(node, inner);
    for (const child of node.children)
      if (isComponent && child.kind === 'element') checkSlotName(child, place);
    const scopes = node.children.flatMap((child) =>
      child.kind === 'element' ? (attributeOf(child, 'slot-scope')?.raw ?? []) : [],
    );
    this.nodes(node.children, { ...inner, locals: new Set([...inner.locals, ...scopes]) });
  }

  private unknownTag(node: ElementNode, place: Place): void {
    const meant = nearest(node.name, [...this.input.components, ...BUILT_IN_TAGS]);
    place.problems.add(
      node.offset,
      'unknown-tag',
      `不认识的标签 <${node.name}>`,
      `${meant ? `是不是 <${meant}>？` : ''}如果是组件，请在同名 .json 的 usingComponents 里登记；如果是内置标签，请核对拼写，或改用 <view>、<text>。`,
    );
  }

  private parts(parts: readonly ParsedPart[], { file, hosts, locals, problems }: Place): void {
    const sjs = new Set([file, ...hosts].flatMap((user) => user.sjs.map(({ local }) => local)));
    for (const { parsed } of parts) if (parsed) checkExpression(parsed, { locals, sjs }, problems);
  }

  private handler({ name, raw, parts, valueOffset }: Attribute, place: Place): void {
    if (!(isEvent(name) || name === 'ref') || !raw) return;
    if (parts?.some((part) => part.kind === 'expression')) return;
    this.handlers.push({ event: name, name: raw, file: place.file.file, offset: valueOffset });
  }

  /** Other attributes than `src` may hold an address of the server. */
  private image(node: ElementNode, { name, raw, parts, valueOffset }: Attribute, place: Place): void {
    const dynamic = parts?.some((part) => part.kind === 'expression');
    const written =
      node.name === 'image' && name === 'src' && !dynamic ? [raw] : imagesIn(raw, dynamic === true);
    for (const path of written) {
      if (!path || /^(?:[a-z]+:|\/\/)/i.test(path)) continue;
      if (!this.input.missesImage(place.file.file, path, name === 'src')) continue;
      place.problems.add(
        valueOffset,
        'missing-file',
        `${name} 引用的图片不存在：${path}`,
        '路径以 / 开头时从小程序根目录算起，否则从本文件所在目录算起；大小写要一致，真机区分大小写。',
      );
    }
  }

  private slot(node: ElementNode, { problems }: Place): void {
    if (this.input.isComponent) return;
    problems.add(
      node.offset,
      'directive-use',
      '页面里不能写 <slot>',
      '<slot> 只用在组件的模板里，由使用组件的页面填入内容。',
    );
  }

  private use(node: ElementNode, { file, hosts, problems }: Place): void {
    const is = attributeOf(node, 'is');
    if (!is) {
      problems.add(
        node.offset,
        'directive-use',
        '<template> 缺少 is 或 name',
        '定义模板写 name，使用模板写 is。',
      );
      return;
    }
    if (!this.knowsDefinitions || is.parts?.some((part) => part.kind === 'expression')) return;
    if (isDefined(is.raw, file, hosts)) return;
    problems.add(
      is.valueOffset,
      'directive-use',
      `没有名为 ${is.raw} 的模板`,
      `请在本文件用 <template name="${is.raw}"> 定义它，或 <import> 定义它的文件；那个文件自己 import 来的模板不算。`,
    );
  }

  /** `include` copies the text to this place: the names around it are known there. */
  private include(node: ElementNode, place: Place): void {
    const file = place.file.included.get(node);
    if (!file) return;
    this.nodes(file.content, {
      file,
      problems: file.problems,
      locals: place.locals,
      hosts: [place.file, ...place.hosts],
    });
  }
}

/** The names of a loop are known on its own tag too. */
function withLoop(node: ElementNode, place: Place): Place {
  if (!attributeOf(node, 'a:for')) return place;
  const names = [
    attributeOf(node, 'a:for-item')?.raw ?? 'item',
    attributeOf(node, 'a:for-index')?.raw ?? 'index',
  ];
  return { ...place, locals: new Set([...place.locals, ...names]) };
}

function checkTwice({ name, offset }: Attribute, seen: Set<string>, problems: ProblemList): void {
  if (seen.has(name)) {
    problems.add(
      offset,
      'duplicate-attribute',
      `属性 ${name} 写了两次`,
      '请只保留一个；多个类名写在同一个 class 里，用空格隔开。',
    );
  }
  seen.add(name);
}

/** Reports attributes of other platforms, unknown directives and events, and `false` written as text. */
function checkForeign(tag: string, attribute: Attribute, builtIn: boolean, problems: ProblemList): void {
  const { name, offset, raw } = attribute;
  if (name.startsWith('a:') && !DIRECTIVES.has(name)) {
    const meant = nearest(name, DIRECTIVES);
    problems.add(
      offset,
      'unknown-directive',
      `不认识的指令 ${name}`,
      `${meant ? `是不是 ${meant}？` : ''}可用的指令：${[...DIRECTIVES].join('、')}。`,
    );
  }
  const hint = foreignAttributeHint(name, builtIn);
  if (hint) problems.add(offset, 'unknown-directive', `不认识的写法 ${name}`, hint);
  const eventHint = builtIn ? unknownEventHint(tag, name) : undefined;
  if (eventHint) problems.add(offset, 'unknown-event', `<${tag}> 没有事件 ${name}`, eventHint);
  if (builtIn && BOOLEAN_ATTRIBUTES.has(name) && raw === 'false') {
    problems.add(
      offset,
      'string-boolean',
      `${name}="false" 是字符串，会被当作 true`,
      `请写 ${name}="{{false}}"，或删去这个属性。`,
    );
  }
}

function checkDirective(node: ElementNode, attribute: Attribute, problems: ProblemList): void {
  const { name, raw, parts, valueOffset } = attribute;
  if (name === 'a:if' || name === 'a:elif' || name === 'a:for') {
    if (parts?.some((part) => part.kind === 'expression')) return;
    const effect = name === 'a:for' ? '会按一个个字来循环' : '永远成立';
    problems.add(
      valueOffset,
      'directive-use',
      `${name} 的值没有写在 {{ }} 里，${effect}`,
      `请写成 ${name}="{{${raw.trim() || '…'}}}"。`,
    );
  } else if (name === 'a:else' && raw) {
    problems.warn(valueOffset, 'directive-use', 'a:else 不看条件', '要判断条件请写 a:elif，否则删去它的值。');
  } else if (name === 'a:for-item' || name === 'a:for-index') {
    checkLoopName(node, attribute, problems);
  }
}

function checkLoopName(
  node: ElementNode,
  { name, raw, offset, valueOffset }: Attribute,
  problems: ProblemList,
): void {
  if (!attributeOf(node, 'a:for')) {
    problems.add(offset, 'directive-use', `${name} 所在的标签没有 a:for`, '请写在带 a:for 的同一个标签上。');
  }
  if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(raw)) return;
  problems.add(
    valueOffset,
    'directive-use',
    `${name}="${raw}" 不能用作名字`,
    '直接写名字，不加 {{ }}；只用字母、数字和下划线，例如 a:for-item="row"。',
  );
}

/** Reports a slot name in `{{ }}`: the content would be lost. */
function checkSlotName(node: ElementNode, { problems }: Place): void {
  const slot = attributeOf(node, 'slot');
  if (!slot?.parts?.some((part) => part.kind === 'expression')) return;
  problems.add(
    slot.valueOffset,
    'directive-use',
    'slot 的名字不能写成 {{ }}',
    '请写固定的名字；要按条件放进不同的位置，用 a:if 写两份。',
  );
}

const picture = '[^\'"{}?*]+\\.(?:png|jpe?g|gif|webp|svg)';
const written = new RegExp(`^[./]${picture}$`, 'i');
/** Matches whole paths: a text joined by `+` is only a part of a path. */
const inExpression = new RegExp(`(?<!\\+\\s*)['"](/${picture})['"](?!\\s*\\+)`, 'gi');

/** The pictures of the package that a value names, itself or in its expressions. */
export function imagesIn(value: string, dynamic: boolean): string[] {
  if (dynamic) return [...value.matchAll(inExpression)].flatMap((match) => match[1] ?? []);
  return written.test(value) ? [value] : [];
}
