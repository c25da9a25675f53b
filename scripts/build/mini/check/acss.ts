import postcss, { CssSyntaxError } from 'postcss';
import type { PackageFiles } from '../package-files.ts';
import { pathHint, resolvePath } from './paths.ts';
import type { Problem } from './problem.ts';

const rules: { test: RegExp; message: string; hint: string }[] = [
  { test: /\[[^\]]*\]/, message: 'ACSS 不支持属性选择器', hint: '改用 class 选择器。' },
  {
    test: /\.(a|am)-[\w-]+/,
    message: '类名前缀 a- 和 am- 是平台保留的',
    hint: '换一个前缀，例如页面或组件的名字。',
  },
];

/** What the style sheets of the containers do not support or reserve, and files that they import in vain. */
export function checkStyle(files: PackageFiles, file: string): Problem[] {
  const source = files.get(file)?.toString('utf8') ?? '';
  const problems: Problem[] = [];
  const report = (
    line: number | undefined,
    message: string,
    hint: string,
    rule: Problem['rule'] = 'acss',
  ) => {
    problems.push({ rule, file, line: line ?? null, message, hint });
  };
  try {
    const root = postcss.parse(source);
    root.walkAtRules('import', (rule) => {
      const target = /^(?:url\(\s*)?["']?([^"')]+)/.exec(rule.params)?.[1] ?? '';
      if (files.has(resolvePath(file, target))) return;
      report(rule.source?.start?.line, `@import 的文件不存在：${target}`, pathHint, 'missing-file');
    });
    root.walkRules((rule) => {
      for (const { test, message, hint } of rules) {
        if (test.test(rule.selector)) report(rule.source?.start?.line, `${message}：${rule.selector}`, hint);
      }
    });
    root.walkDecls((declaration) => {
      if (!/(^|[\s,(])-?[\d.]+rem\b/.test(declaration.value)) return;
      report(
        declaration.source?.start?.line,
        `不要用 rem：${declaration.value}`,
        '改用 rpx（750rpx 是屏幕宽度）。',
      );
    });
  } catch (error) {
    if (!(error instanceof CssSyntaxError)) throw error;
    report(error.line, `ACSS 写法有误：${error.reason}。`, '检查这一行附近的花括号和分号。');
  }
  return problems;
}
