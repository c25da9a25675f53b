import path from 'node:path';
import type { AppConfig } from '../runtime/types.ts';
import { isPackage, type SourceFiles } from './files.ts';
import type { Module } from './modules.ts';
import { type Problem, ProblemList } from './problem.ts';
import { textsOf } from './script/parse.ts';
import { imagesIn } from './template-check.ts';

/** Reports pages and images that a script or the tab bar names and that do not exist. */
export function checkReferences(
  files: SourceFiles,
  modules: readonly Module[],
  config: AppConfig,
): Problem[] {
  const inScripts = modules.flatMap(({ id, script }) =>
    script && !isPackage(id) && !id.endsWith('.sjs') ? checkTexts(files, id, script.program, config) : [],
  );
  return [...inScripts, ...checkIcons(files, config)];
}

function checkTexts(
  files: SourceFiles,
  id: string,
  program: Parameters<typeof textsOf>[0],
  { pages }: AppConfig,
): Problem[] {
  const list = new ProblemList(id, files.read(id) ?? '');
  for (const { value, offset, part } of textsOf(program)) {
    const [image] = part || !value.startsWith('/') ? [] : imagesIn(value, false);
    if (image !== undefined && !files.exists(image.slice(1)) && hasFolder(files, image)) {
      list.add(
        offset,
        'missing-file',
        `引用的图片不存在：${image}`,
        '路径以 / 开头时从小程序根目录算起；大小写要一致，真机区分大小写。',
      );
    }
    const page = /^\/?(pages\/[\w-]+(?:\/[\w-]+)*)(?:\?|$)/.exec(value)?.[1];
    if (page === undefined || pages.includes(page)) continue;
    list.add(
      offset,
      'page-path',
      `跳转的页面不在 app.json 里：${value}`,
      '改正路径，或把页面加进 app.json 的 pages。',
    );
  }
  return list.items;
}

/** Whether an absolute path leads into a folder of the mini program; others are the server's. */
function hasFolder(files: SourceFiles, absolute: string): boolean {
  const folder = /^\/([^/]+\/)/.exec(absolute)?.[1];
  return folder !== undefined && [...files.own].some((file) => file.startsWith(folder));
}

function checkIcons(files: SourceFiles, { tabBar }: AppConfig): Problem[] {
  const source = files.read('app.json') ?? '';
  const list = new ProblemList('app.json', source);
  for (const { icon, activeIcon } of tabBar?.items ?? []) {
    for (const image of [icon, activeIcon]) {
      if (typeof image !== 'string' || files.exists(files.resolve('app.json', image, false))) continue;
      list.add(
        Math.max(0, source.indexOf(JSON.stringify(image))),
        'missing-file',
        `tabBar 的图标不存在：${image}`,
        '图标放在 mini/assets/ 下，路径写 assets/文件名.png。',
      );
    }
  }
  return list.items;
}

/** Reports files whose names differ only in capitals: on Windows they are one file. */
export function sameOnWindows(files: SourceFiles): Problem[] {
  const seen = new Set<string>();
  return [...files.own].sort().flatMap((file) => {
    const name = file.toLowerCase();
    const again = seen.has(name);
    seen.add(name);
    if (!again) return [];
    const list = new ProblemList(file, '');
    list.add(
      0,
      'missing-file',
      `还有一个文件，名字只差大小写：在 Windows 和 macOS 上它们是同一个（${path.posix.basename(file)}）`,
      '改掉其中一个的名字；引用它的地方也一起改。',
    );
    return list.items;
  });
}
