import postcss, { type AtRule, CssSyntaxError, type Declaration, type Root, type Rule } from 'postcss';
import { type Problem, ProblemList } from './problem.ts';
import { BUILT_IN_TAGS } from './tags.ts';

export interface StyleInput {
  file: string;
  source: string;
  /** Where the rules hold: everywhere, on one page, or on the pages that use a component. */
  scope: { kind: 'app' } | { kind: 'page' | 'component'; id: string };
  isPackage: boolean;
  read(from: string, specifier: string): { file: string; source: string } | undefined;
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
  const done = (): void => void problems.push(...list.items);
  let root: Root;
  try {
    root = postcss.parse(source, { from: file });
  } catch (error) {
    if (!(error instanceof CssSyntaxError)) throw error;
    const lines = source.split('\n').slice(0, (error.line ?? 1) - 1);
    const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + (error.column ?? 1) - 1;
    list.add(offset, 'style', `样式有语法错误：${error.reason}`, '请检查大括号、分号和引号是否成对。');
    done();
    return undefined;
  }
  root.walkAtRules((rule) => atRule(rule, file, input, list, problems, [...parents, file]));
  root.walkRules((rule) => {
    if (rule.source?.input.from !== root.source?.input.from) return;
    selectors(rule, input, list);
  });
  root.walkDecls((declaration) => {
    declaration.value = units(declaration.value);
    if (!input.isPackage) checkUnits(declaration, list);
  });
  done();
  return root;
}

function atRule(
  rule: AtRule,
  file: string,
  input: StyleInput,
  list: ProblemList,
  problems: Problem[],
  parents: string[],
): void {
  if (rule.name !== 'import') {
    rule.params = units(rule.params);
    return;
  }
  const specifier = rule.params
    .replace(/^url\(|\)$/g, '')
    .replace(/["']/g, '')
    .trim();
  const found = input.read(file, specifier);
  const offset = rule.source?.start?.offset ?? 0;
  if (!found || parents.includes(found.file)) {
    list.add(
      offset,
      'missing-file',
      found ? `@import 循环引入了 ${specifier}` : `找不到样式文件 ${specifier}`,
      '路径相对于当前文件，以 / 开头时相对于小程序根目录。',
    );
    rule.remove();
    return;
  }
  const imported = load(found.file, found.source, input, problems, parents);
  rule.replaceWith(imported?.nodes ?? []);
}

const WIDTH_UNIT = /(-?\d*\.?\d+)(rpx|vw|vh)\b/g;

function units(value: string): string {
  return value.replace(WIDTH_UNIT, (_all, amount: string, unit: string) => {
    if (unit === 'rpx') return `${Number((Number(amount) / 2).toFixed(3))}px`;
    return `${amount}${unit === 'vw' ? 'cqw' : 'cqh'}`;
  });
}

function checkUnits(declaration: Declaration, list: ProblemList): void {
  if (!/\d(?:\.\d+)?rem\b/.test(declaration.value)) return;
  list.add(
    declaration.source?.start?.offset ?? 0,
    'style',
    '样式里用了 rem',
    '小程序没有可靠的根字号，请改用 rpx 或 px。',
  );
}

function selectors(rule: Rule, input: StyleInput, list: ProblemList): void {
  const parent = rule.parent;
  if (parent?.type === 'atrule' && (parent as AtRule).name.endsWith('keyframes')) return;
  if (!input.isPackage) checkSelector(rule, list);
  rule.selectors = rule.selectors.map((selector) => scoped(selector, input.scope));
}

function checkSelector(rule: Rule, list: ProblemList): void {
  const offset = rule.source?.start?.offset ?? 0;
  if (rule.selector.includes('[')) {
    list.add(offset, 'style', `不支持属性选择器 ${rule.selector}`, '请改用类名。');
  }
  const reserved = /\.(am?-[\w-]*)/.exec(rule.selector)?.[1];
  if (reserved)
    list.add(
      offset,
      'style',
      `类名 .${reserved} 用了保留的前缀`,
      '.a- 和 .am- 开头的类名留给了客户端，请换一个名字。',
    );
}

/** Type selectors at the beginning of a compound selector. */
const TYPE_SELECTOR = /(^|[\s>+~(])([a-zA-Z][\w-]*)/g;

function scoped(selector: string, scope: StyleInput['scope']): string {
  const page = scope.kind === 'app' ? '.mini-page' : `.mini-page${condition(scope)}`;
  const renamed = selector.replace(TYPE_SELECTOR, (all, before: string, name: string) => {
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
