import postcss, {
  type AtRule,
  type ChildNode,
  CssSyntaxError,
  type Declaration,
  type Root,
  type Rule,
} from 'postcss';
import { type Problem, ProblemList } from './problem.ts';
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
  const done = (): void => void problems.push(...list.items);
  let root: Root;
  try {
    root = postcss.parse(source, { from: file });
  } catch (error) {
    if (!(error instanceof CssSyntaxError)) throw error;
    const lines = source.split('\n').slice(0, (error.line ?? 1) - 1);
    const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + (error.column ?? 1) - 1;
    syntaxProblem(error.reason, source, offset, list);
    done();
    return undefined;
  }
  root.walkAtRules((rule) => atRule(rule, file, input, list, problems, [...parents, file]));
  // Rules that came by `@import` are done: their own file answers for them.
  const isOwn = (node: ChildNode): boolean => node.source?.input === root.source?.input;
  root.walkRules((rule) => {
    if (isOwn(rule)) selectors(rule, input, list);
  });
  root.walkDecls((declaration) => {
    if (!isOwn(declaration)) return;
    declaration.value = images(units(declaration.value), declaration, input, list);
    if (!input.isPackage) checkDeclaration(declaration, list);
  });
  done();
  return root;
}

/** postcss's words for what is wrong, in Chinese. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^Unclosed block/, '{ 没有对应的 }'],
  [/^Unexpected }/, '多了一个 }'],
  [/^Unclosed comment/, '注释 /* 没有结束'],
  [/^Unclosed (?:string|quote)/, '引号没有成对'],
  [/^Unclosed bracket/, '括号没有成对'],
  [/^Missed semicolon/, '前面少了分号'],
  [/^Double colon/, '写了两个冒号，或者前面少了分号'],
  [/^At-rule without name/, '@ 后面没有名字'],
  [/^Unknown word/, '看不懂这里的写法'],
];

function reasonOf(reason: string): string {
  return REASONS.find(([pattern]) => pattern.test(reason))?.[1] ?? reason;
}

function syntaxProblem(reason: string, source: string, offset: number, list: ProblemList): void {
  const line = source.lastIndexOf('\n', offset - 1);
  const before = source.lastIndexOf('\n', line - 1) + 1;
  const comment = /(?:^|[\s;{}])(\/\/)/.exec(source.slice(before, offset));
  if (comment) list.add(before + comment.index + comment[0].length - 2, 'style', ...COMMENT);
  else list.add(offset, 'style', `样式有语法错误：${reasonOf(reason)}`, hintFor(source, offset));
}

const COMMENT = ['样式里不能写 // 注释', '请写成 /* */，否则它后面的样式不起作用。'] as const;

function hintFor(source: string, offset: number): string {
  const [line = ''] = source.slice(offset).split('\n');
  const around = source.slice(source.lastIndexOf('\n', offset - 1) + 1, offset) + line;
  const mark = /[；：，｛｝（）“”‘’]/.exec(around.replace(/"[^"]*"|'[^']*'|\/\*.*?\*\//g, ''))?.[0];
  if (mark) return `这一行有中文标点 ${mark}，请切换到英文输入法再写。`;
  return '请检查大括号、分号和引号是否成对；注释只能写成 /* */。';
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
    if (!input.isPackage && !AT_RULES.test(rule.name)) {
      list.add(
        rule.source?.start?.offset ?? 0,
        'style',
        `不支持 @${rule.name}`,
        'ACSS 就是 CSS，没有 Less、Sass 的变量和混入；也不要用旧手机不认识的新规则。',
      );
    }
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

/** What the oldest web view among the devices knows (Chrome 69). */
const AT_RULES = /^(?:-(?:webkit|moz|o|ms)-)?(?:media|keyframes|font-face|supports|charset)$/i;

/** Texts, and addresses, which may hold parentheses between quotes. */
const QUOTED = String.raw`url\(\s*(?:"[^"]*"|'[^']*'|[^)"']*)\s*\)|"[^"]*"|'[^']*'`;

/** Lengths stand between other characters than those of names; texts and addresses stay as they are. */
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
function images(value: string, declaration: Declaration, input: StyleInput, list: ProblemList): string {
  const { parent } = declaration;
  const kind = parent?.type === 'atrule' && (parent as AtRule).name === 'font-face' ? '字体' : '图片';
  return value.replace(new RegExp(QUOTED, 'g'), (all) => {
    const address = /^url\(\s*["']?(.*?)["']?\s*\)$/s.exec(all)?.[1] ?? '';
    if (/^[a-z][\w+.-]*:|^\/\/|^#|^$/i.test(address)) return all;
    const image = address.startsWith('/') ? input.image(address.slice(1)) : undefined;
    if (image !== undefined) return `url("${image}")`;
    if (!input.isPackage) {
      list.add(
        declaration.source?.start?.offset ?? 0,
        address.startsWith('/') ? 'missing-file' : 'style',
        address.startsWith('/') ? `找不到${kind} ${address}` : `样式里的${kind}不能用相对路径 ${address}`,
        `请写以 / 开头、从小程序根目录算起的路径，例如 url("/assets/${kind === '字体' ? 'icon.ttf' : 'empty.png'}")。`,
      );
    }
    return all;
  });
}

function checkDeclaration(declaration: Declaration, list: ProblemList): void {
  const offset = declaration.source?.start?.offset ?? 0;
  if (declaration.prop.startsWith('//')) {
    list.add(offset, 'style', ...COMMENT);
  } else if (declaration.prop.startsWith('$')) {
    list.add(offset, 'style', `不支持变量 ${declaration.prop}`, 'ACSS 就是 CSS，没有 Less、Sass 的变量。');
  }
  const plain = declaration.value.replace(new RegExp(QUOTED, 'g'), '');
  const mark = /[；：，（）“”‘’]/.exec(plain)?.[0];
  if (mark) list.add(offset, 'style', `样式的值里有中文标点 ${mark}`, '请切换到英文输入法再写。');
  if (!/(?<![\w-])\d*\.?\d+rem\b/i.test(plain)) return;
  list.add(offset, 'style', '样式里用了 rem', '小程序没有可靠的根字号，请改用 rpx 或 px。');
}

function selectors(rule: Rule, input: StyleInput, list: ProblemList): void {
  const parent = rule.parent;
  if (parent?.type === 'atrule' && (parent as AtRule).name.endsWith('keyframes')) return;
  if (!input.isPackage) checkSelector(rule, list);
  rule.selectors = rule.selectors.map((selector) => scoped(selector, input.scope));
}

function checkSelector(rule: Rule, list: ProblemList): void {
  const start = rule.source?.start?.offset ?? 0;
  if (rule.parent?.type === 'rule') {
    list.add(
      start,
      'style',
      `样式不能嵌套：${rule.selector}`,
      'ACSS 就是 CSS，没有 Less、Sass 的嵌套：请写完整的选择器。',
    );
    return;
  }
  if (rule.selector.startsWith('//')) {
    list.add(start, 'style', ...COMMENT);
    return;
  }
  let from = start;
  for (const selector of rule.selectors) {
    const found = list.source.indexOf(selector, from);
    const offset = found < 0 ? start : found;
    from = offset + selector.length;
    if (selector.includes('[')) {
      list.add(offset, 'style', `不支持属性选择器 ${selector}`, '请改用类名。');
    }
    const reserved = /\.(am?-[\w-]*)/.exec(selector)?.[1];
    if (reserved)
      list.add(
        offset,
        'style',
        `类名 .${reserved} 用了保留的前缀`,
        '.a- 和 .am- 开头的类名留给了客户端，请换一个名字。',
      );
  }
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
