import { type PackageFiles, packageSize } from '../package-files.ts';
import type { Problem } from './problem.ts';

/** Neither the main package nor a subpackage may be larger (bytes). Source: DingTalk's documentation. */
export const packageLimit = 2 * 1024 * 1024;
/** All of them together (bytes). */
const totalLimit = 10 * 1024 * 1024;

export interface AppJson {
  pages?: string[];
  subPackages?: { root?: string; pages?: string[] }[];
  tabBar?: { items?: { pagePath?: string; icon?: string; activeIcon?: string }[] };
}

const rootOf = (root: string | undefined): string => (root ?? '').replace(/^\/|\/$/g, '');

/** The pages of the main package and of the subpackages, from the root of the mini program. */
export function pagesOf(app: AppJson): string[] {
  const others = (app.subPackages ?? []).flatMap(({ root, pages = [] }) =>
    pages.map((page) => `${rootOf(root)}/${page}`),
  );
  return [...(app.pages ?? []), ...others];
}

/** Whether each package, and all together, are small enough to be uploaded. */
export function checkSizes(files: PackageFiles, app: AppJson): Problem[] {
  const roots = (app.subPackages ?? []).map(({ root }) => rootOf(root));
  const parts = new Map<string, PackageFiles>([['主包', new Map()]]);
  for (const [file, content] of files) {
    const root = roots.find((folder) => file.startsWith(`${folder}/`));
    const name = root === undefined ? '主包' : `分包 ${root}`;
    const part = parts.get(name) ?? new Map<string, Buffer>();
    parts.set(name, part.set(file, content));
  }
  const sizes: [string, number, number][] = [...parts].map(([name, part]) => [
    name,
    packageSize(part),
    packageLimit,
  ]);
  sizes.push(['全部加起来', packageSize(files), totalLimit]);
  return sizes
    .filter(([, size, limit]) => size > limit)
    .map(([name, size, limit]) => ({
      rule: 'package-size',
      file: 'app.json',
      line: null,
      message: `小程序包太大：${name} ${size} 字节，超过上限 ${limit} 字节（${limit / 1024 / 1024} MB）。`,
      hint: '压缩图片，去掉不用的组件，或把页面分到分包（app.json 的 subPackages）。',
    }));
}
