import type { AtRule, Declaration, Root, Rule } from 'postcss';
import type { ProblemList } from './problem.ts';
import { addressIn, kindOfAddress, QUOTED } from './style-values.ts';

/**
 * Reports what devices do not support or reserve, habits of Less and Sass, and files that are not there.
 * @param image an image or a font of the mini program, by path from its root
 */
export function checkStyle(root: Root, list: ProblemList, image: (file: string) => string | undefined): void {
  root.walkAtRules((rule) => checkAtRule(rule, list));
  root.walkRules((rule) => checkSelector(rule, list));
  root.walkDecls((declaration) => {
    checkAddresses(declaration, list, image);
    checkDeclaration(declaration, list);
  });
}

/** What the oldest web view among the devices knows (Chrome 69). */
const AT_RULES = /^(?:-(?:webkit|moz|o|ms)-)?(?:media|keyframes|font-face|supports|charset)$/i;

function checkAtRule(rule: AtRule, list: ProblemList): void {
  if (rule.name === 'import' || AT_RULES.test(rule.name)) return;
  list.add(
    rule.source?.start?.offset ?? 0,
    'style',
    `不支持 @${rule.name}`,
    'ACSS 就是 CSS，没有 Less、Sass 的变量和混入；也不要用旧手机不认识的新规则。',
  );
}

function checkAddresses(
  declaration: Declaration,
  list: ProblemList,
  image: (file: string) => string | undefined,
): void {
  const kind = kindOfAddress(declaration);
  for (const [text] of declaration.value.matchAll(new RegExp(QUOTED, 'g'))) {
    const address = addressIn(text);
    const isAbsolute = address?.startsWith('/') === true;
    if (!address || (isAbsolute && image(address.slice(1)) !== undefined)) continue;
    list.add(
      declaration.source?.start?.offset ?? 0,
      isAbsolute ? 'missing-file' : 'style',
      isAbsolute ? `找不到${kind} ${address}` : `样式里的${kind}不能用相对路径 ${address}`,
      `请写以 / 开头、从小程序根目录算起的路径，例如 url("/assets/${kind === '字体' ? 'icon.ttf' : 'empty.png'}")。`,
    );
  }
}

function checkDeclaration(declaration: Declaration, list: ProblemList): void {
  const offset = declaration.source?.start?.offset ?? 0;
  if (declaration.prop.startsWith('//')) {
    list.add(offset, 'style', ...COMMENT);
  } else if (declaration.prop.startsWith('$')) {
    list.add(offset, 'style', `不支持变量 ${declaration.prop}`, 'ACSS 就是 CSS，没有 Less、Sass 的变量。');
  }
  const plain = declaration.value.replace(new RegExp(QUOTED, 'g'), '');
  const variable = /(?<![\w-])[$@][a-zA-Z][\w-]*/.exec(plain)?.[0];
  if (variable)
    list.add(offset, 'style', `不支持变量 ${variable}`, 'ACSS 就是 CSS，没有 Less、Sass 的变量。');
  const mark = /[；：，（）“”‘’]/.exec(plain)?.[0];
  if (mark) list.add(offset, 'style', `样式的值里有中文标点 ${mark}`, '请切换到英文输入法再写。');
  if (!/(?<![\w-])\d*\.?\d+rem\b/i.test(plain)) return;
  list.warn(offset, 'style', '样式里用了 rem', '小程序没有可靠的根字号，请改用 rpx 或 px。');
}

function checkSelector(rule: Rule, list: ProblemList): void {
  const { parent } = rule;
  if (parent?.type === 'atrule' && (parent as AtRule).name.endsWith('keyframes')) return;
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
      list.warn(
        offset,
        'style',
        `类名 .${reserved} 用了保留的前缀`,
        '.a- 和 .am- 开头的类名留给了客户端自己的组件，可能互相影响，请换一个名字。',
      );
  }
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

/** Reports what postcss cannot read, where a person has to change something. */
export function reportSyntax(reason: string, source: string, offset: number, list: ProblemList): void {
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
