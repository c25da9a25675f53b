import { formatProblem } from '../../build/mini/check/problem.ts';
import { checkFiles } from '../../build/mini/check.ts';
import { isMiniProgram, onlyFor } from '../facts/conditions.ts';
import { productionPackage } from '../facts/mini-package.ts';
import { fail, pass } from '../rule.ts';

/** Guide, 开发应用: a package that devices can run, with every page that it names. */
export const miniPackage = onlyFor(isMiniProgram, {
  id: 'mini-package',
  section: 'development',
  title: '小程序能构建成完整的生产包：页面齐全，没有手机不支持的写法。',
  severity: 'must',
  how: '编译生产包，再做 npm run lint mini 的全部检查。',
  remedy: '按列出的文件和行改正，再运行 npm run lint mini。',
  async check({ files }) {
    const built = await productionPackage(files);
    if (built instanceof Error) return fail(`小程序编译不过：${built.message}`);
    // The size has a rule of its own.
    const problems = checkFiles(built).filter(({ rule }) => rule !== 'package-size');
    const { pages = [] } = JSON.parse(built.get('app.json')?.toString('utf8') ?? '{}') as {
      pages?: string[];
    };
    return problems.length === 0
      ? pass(`生产包有 ${pages.length} 个页面，检查没有发现问题。`, pages)
      : fail(
          `生产包有 ${problems.length} 处问题。`,
          problems.map((problem) => formatProblem(problem).replace(/\s+/g, ' ')),
        );
  },
});
