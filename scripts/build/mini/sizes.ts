import { isObject, subPackageRoot } from '../../simulator/compiler/config.ts';
import { type Problem, ProblemList } from '../../simulator/compiler/problem.ts';
import { type PackageFiles, packageSize } from './package-files.ts';

/** Neither the main package nor a subpackage may be larger (bytes). Source: DingTalk's documentation. */
export const packageLimit = 2 * 1024 * 1024;
/** All of them together (bytes). */
const totalLimit = 10 * 1024 * 1024;

/** Whether each package, and all together, are small enough to be uploaded. @param appJson the text of app.json */
export function checkSizes(files: PackageFiles, appJson: string): Problem[] {
  const roots = rootsIn(appJson);
  const parts = new Map<string, PackageFiles>([['主包', new Map()]]);
  for (const [file, content] of files) {
    const root = roots.find((folder) => file.startsWith(`${folder}/`));
    const name = root === undefined ? '主包' : `分包 ${root}`;
    const part = parts.get(name) ?? new Map<string, Buffer>();
    parts.set(name, part.set(file, content));
  }
  const sizes = [...parts].map(([name, part]) => ({ name, size: packageSize(part), limit: packageLimit }));
  sizes.push({ name: '全部加起来', size: packageSize(files), limit: totalLimit });
  return sizes
    .filter(({ size, limit }) => size > limit)
    .flatMap(({ name, size, limit }) => {
      const list = new ProblemList('app.json', appJson);
      list.add(
        0,
        'package-size',
        `小程序包太大：${name} ${size} 字节，超过上限 ${limit} 字节（${limit / 1024 / 1024} MB）`,
        '压缩图片，去掉不用的组件，或把页面分到分包（app.json 的 subPackages）。',
      );
      return list.items;
    });
}

function rootsIn(appJson: string): string[] {
  try {
    const { subPackages } = JSON.parse(appJson) as { subPackages?: unknown };
    const all: unknown[] = Array.isArray(subPackages) ? subPackages : [];
    return all.flatMap((item) =>
      isObject(item) && typeof item.root === 'string' ? [subPackageRoot(item.root)] : [],
    );
  } catch {
    return []; // The check has reported it.
  }
}
