import type { AppConfig, PageConfig, TabBar } from '../runtime/types.ts';

/** @param near text of the file at which the problem stands, if it is there */
type Report = (message: string, hint: string, near?: string) => void;

/**
 * Reads `app.json`. A part whose shape differs from the documentation is reported and left out.
 * @param json undefined when the file cannot be read, which the caller has reported
 */
export function readAppConfig(json: PageConfig | undefined, report: Report): AppConfig {
  if (json === undefined) return { pages: [] };
  const pages = [...readPages(json.pages, report), ...readSubPackages(json.subPackages, report)];
  const tabBar = readTabBar(json.tabBar, pages, report);
  const { tabBar: _tabBar, ...rest } = json;
  return { ...rest, pages, ...(tabBar ? { tabBar } : {}) };
}

function readPages(value: unknown, report: Report): string[] {
  if (!Array.isArray(value) || value.length === 0) {
    report('app.json 里没有 pages', '请写上页面的路径，第一个是首页。');
    return [];
  }
  return value.filter((page, index): page is string => {
    if (typeof page !== 'string')
      report(`pages 的第 ${index + 1} 项不是路径`, '请写成字符串，例如 "pages/home/index"。', '"pages"');
    else if (/^[./]|\\|\.\w+$/.test(page))
      report(
        `页面路径 ${page} 的写法不对`,
        '从小程序根目录写起，用 / 分隔，开头没有 /，末尾没有扩展名，例如 "pages/home/index"。',
        JSON.stringify(page),
      );
    else if (value.indexOf(page) !== index)
      report(`页面 ${page} 写了两次`, '请只保留一个。', JSON.stringify(page));
    else return true;
    return false;
  });
}

/** Pages of subpackages are pages, from the root of the mini program. */
function readSubPackages(value: unknown, report: Report): string[] {
  if (value === undefined) return [];
  const all: unknown[] = Array.isArray(value) ? value : [undefined];
  return all.flatMap((item, index) => {
    const { root, pages } = isObject(item) ? item : {};
    if (typeof root === 'string' && Array.isArray(pages))
      return pages
        .filter((page) => typeof page === 'string')
        .map((page) => `${subPackageRoot(root)}/${page}`);
    report(
      `subPackages 的第 ${index + 1} 项的写法不对`,
      '每项写成 { "root": "文件夹", "pages": ["页面"] }，页面的路径从 root 算起。',
      '"subPackages"',
    );
    return [];
  });
}

export const subPackageRoot = (root: string): string => root.replace(/^\/|\/$/g, '');

function readTabBar(value: unknown, pages: readonly string[], report: Report): TabBar | undefined {
  if (value === undefined) return undefined;
  const items = isObject(value) ? value.items : undefined;
  if (!isObject(value) || !Array.isArray(items)) {
    report('tabBar 里没有 items', '标签写在 tabBar.items 里，每项有 pagePath 和 name。', '"tabBar"');
    return undefined;
  }
  return {
    ...value,
    items: items.filter((item, index): item is TabBar['items'][number] => {
      const path: unknown = isObject(item) ? item.pagePath : undefined;
      if (typeof path !== 'string') {
        report(`tabBar 的第 ${index + 1} 项没有 pagePath`, '请写上 pages 里的一个路径。', '"tabBar"');
        return false;
      }
      if (!pages.includes(path)) {
        report(`tabBar 的页面 ${path} 不在 pages 里`, '请把它加进 pages，或改正路径。', JSON.stringify(path));
        return false;
      }
      return true;
    }),
  };
}

/** Tag and path of each component that a page or component uses. */
export function readComponents(config: PageConfig, report: Report): [string, string][] {
  const value: unknown = config.usingComponents ?? {};
  if (!isObject(value)) {
    report('usingComponents 不是一个对象', '请写成 { "标签名": "组件的路径" }。', '"usingComponents"');
    return [];
  }
  return Object.entries(value).filter((entry): entry is [string, string] => {
    if (typeof entry[1] === 'string' && entry[1]) return true;
    report(`组件 ${entry[0]} 没有写路径`, '请写成 "标签名": "组件的路径"。', JSON.stringify(entry[0]));
    return false;
  });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
