import postcss, { type AtRule, type ChildNode, CssSyntaxError, type Root, type Rule } from 'postcss';
import { type Problem, ProblemList } from './problem.ts';
import { checkStyle, reportSyntax } from './style-check.ts';
import { addressIn, QUOTED } from './style-values.ts';
import { BUILT_IN_TAGS } from './tags.ts';

export interface StyleInput {
  file: string;
  source: string;
  /** Where the rules hold: everywhere, on one page, or on the pages that use a component. */
  scope: { kind: 'app' } | { kind: 'page' | 'component'; id: string };
  isPackage: boolean;
  read(from: string, specifier: string): { file: string; source: string } | undefined;
  /** An image or a font of the mini program as a data URL, by path from its root. */
  image(file: string): string | undefined;
}

export interface StyleOutput {
  css: string;
  problems: Problem[];
}

/**
 * Compiles ACSS to CSS: `rpx` to pixels of a screen 375 wide, `vw` and `vh` to the phone's screen, `page` and
 * tag names to the runtime's elements, and each rule to its page. In base library 1.x the style of a component
 * holds for the whole page that uses it, so it does here. The scope adds no specificity (`:where`).
 */
export function compileStyle(input: StyleInput): StyleOutput {
  const problems: Problem[] = [];
  const root = load(input.file, input.source, input, problems, []);
  return { css: root?.toString() ?? '', problems };
}

function load(
  file: string,
  source: string,
  input: StyleInput,
  problems: Problem[],
  parents: string[],
): Root | undefined {
  const list = new ProblemList(file, source);
  const root = parse(file, source, list);
  if (root) {
    if (!input.isPackage) checkStyle(root, list, input.image);
    root.walkAtRules('import', (rule) => importFile(rule, file, input, list, problems, [...parents, file]));
    // Imported rules have been compiled with their own file.
    const isOwn = (node: ChildNode): boolean => node.source?.input === root.source?.input;
    root.walk((node) => {
      if (!isOwn(node)) return;
      if (node.type === 'atrule') node.params = units(node.params);
      if (node.type === 'rule') scopeRule(node, input.scope);
      if (node.type === 'decl') node.value = withImages(units(node.value), input);
    });
  }
  problems.push(...list.items);
  return root;
}

function parse(file: string, source: string, list: ProblemList): Root | undefined {
  try {
    return postcss.parse(source, { from: file });
  } catch (error) {
    if (!(error instanceof CssSyntaxError)) throw error;
    const lines = source.split('\n').slice(0, (error.line ?? 1) - 1);
    const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + (error.column ?? 1) - 1;
    reportSyntax(error.reason, source, offset, list);
    return undefined;
  }
}

function importFile(
  rule: AtRule,
  file: string,
  input: StyleInput,
  list: ProblemList,
  problems: Problem[],
  parents: string[],
): void {
  const specifier = rule.params
    .replace(/^url\(|\)$/g, '')
    .replace(/["']/g, '')
    .trim();
  const found = input.read(file, specifier);
  if (!found || parents.includes(found.file)) {
    list.add(
      rule.source?.start?.offset ?? 0,
      'missing-file',
      found ? `@import 循环引入了 ${specifier}` : `找不到样式文件 ${specifier.split(/\s/)[0]}`,
      /\s/.test(specifier)
        ? '@import 的后面要写分号，不能带媒体查询。'
        : '路径相对于当前文件，以 / 开头时相对于小程序根目录。',
    );
    rule.remove();
    return;
  }
  const imported = load(found.file, found.source, input, problems, parents);
  rule.replaceWith(imported?.nodes ?? []);
}

/** Matches lengths, and also quoted texts and addresses, which stay as they are. */
const WIDTH_UNIT = new RegExp(`${QUOTED}|(?<![\\w-])(-?\\d*\\.?\\d+)(rpx|vw|vh)\\b`, 'g');

function units(value: string): string {
  return value.replace(WIDTH_UNIT, (all, amount: string | undefined, unit: string) => {
    if (amount === undefined) return all;
    if (unit === 'rpx') return `${Number((Number(amount) / 2).toFixed(3))}px`;
    return `${amount}${unit === 'vw' ? 'cqw' : 'cqh'}`;
  });
}

/**
 * Images and fonts of the mini program, which ACSS names from the root alone (ACSS 语法参考: 本地资源引用请使用绝对路径). They
 * become data URLs, for the browser knows no folder of the mini program.
 */
function withImages(value: string, input: StyleInput): string {
  return value.replace(new RegExp(QUOTED, 'g'), (text) => {
    const address = addressIn(text);
    const image = address?.startsWith('/') ? input.image(address.slice(1)) : undefined;
    return image === undefined ? text : `url("${image}")`;
  });
}

function scopeRule(rule: Rule, scope: StyleInput['scope']): void {
  const { parent } = rule;
  if (parent?.type === 'atrule' && (parent as AtRule).name.endsWith('keyframes')) return;
  rule.selectors = rule.selectors.map((selector) => scoped(selector, scope));
}

/** Type selectors at the beginning of a compound selector; an escaped character is part of a class. */
const TYPE_SELECTOR = /\\.|(^|[\s>+~(])([a-zA-Z][\w-]*)/g;

function scoped(selector: string, scope: StyleInput['scope']): string {
  const page = scope.kind === 'app' ? '.mini-page' : `.mini-page${condition(scope)}`;
  const renamed = selector.replace(TYPE_SELECTOR, (all, before: string | undefined, name = '') => {
    if (before === undefined) return all;
    if (name === 'page') return `${before}.mini-page`;
    return BUILT_IN_TAGS.has(name) ? `${before}mini-${name}` : all;
  });
  if (/^\s*page(?![\w-])/.test(selector)) {
    return scope.kind === 'app'
      ? renamed
      : renamed.replace('.mini-page', `.mini-page:where(${condition(scope)})`);
  }
  return `:where(${page}) ${renamed}`;
}

function condition(scope: { kind: 'page' | 'component'; id: string }): string {
  return scope.kind === 'page' ? `[data-page="${scope.id}"]` : `[data-uses~="${scope.id}"]`;
}
