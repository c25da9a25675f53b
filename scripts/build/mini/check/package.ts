import type { PackageFiles } from '../package-files.ts';
import { checkStyle } from './acss.ts';
import { checkTemplate } from './axml.ts';
import {
  checkScript,
  handlers,
  parseScript,
  registersPage,
  requires,
  type Script,
  texts,
} from './javascript.ts';
import { isInPackage, missingPictures, pathHint, resolvePath, sameOnWindows } from './paths.ts';
import type { Problem } from './problem.ts';
import { type AppJson, checkSizes, pagesOf } from './subpackages.ts';

interface UnitJson {
  component?: boolean;
  usingComponents?: Record<string, string>;
}

export { packageLimit } from './subpackages.ts';

/** All findings for a package, by file and line. */
export function checkPackage(files: PackageFiles): Problem[] {
  const problems: Problem[] = [];
  const scripts = readScripts(files, problems);
  const app = readJson<AppJson>(files, 'app.json', problems) ?? {};
  const pages = pagesOf(app);

  for (const name of ['app.js', 'app.json', 'app.acss']) {
    if (!files.has(name))
      problems.push(missing('app.json', `缺少 ${name}。`, '小程序根目录要有 app.js、app.json、app.acss。'));
  }
  for (const page of pages) checkUnit(files, scripts, page, 'Page', problems);
  for (const component of componentsOf(files)) checkUnit(files, scripts, component, 'Component', problems);
  checkPages(files, scripts, pages, problems);
  checkTabBar(files, app, pages, problems);
  for (const file of sameOnWindows(files)) {
    problems.push({
      rule: 'missing-file',
      file,
      line: null,
      message: '包里还有一个文件，名字只差大小写：在 Windows 和 macOS 上它们是同一个。',
      hint: '改掉其中一个的名字；引用它的地方也一起改。',
    });
  }
  for (const script of scripts.values()) {
    problems.push(...checkScript(script), ...checkReferences(files, script, pages));
  }
  for (const file of files.keys()) {
    if (file.endsWith('.acss')) problems.push(...checkStyle(files, file));
  }
  problems.push(...checkSizes(files, app));
  return problems.sort((a, b) =>
    a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1,
  );
}

function missing(file: string, message: string, hint: string): Problem {
  return { rule: 'page-files', file, line: null, message, hint };
}

function readScripts(files: PackageFiles, problems: Problem[]): Map<string, Script> {
  const scripts = new Map<string, Script>();
  for (const [file, content] of files) {
    if (!file.endsWith('.js') && !file.endsWith('.sjs')) continue;
    const result = parseScript(file, content.toString('utf8'));
    problems.push(...result.problems);
    if (result.script !== null) scripts.set(file, result.script);
  }
  return scripts;
}

function readJson<T>(files: PackageFiles, file: string, problems: Problem[]): T | null {
  const content = files.get(file);
  if (content === undefined) return null;
  try {
    return JSON.parse(content.toString('utf8')) as T;
  } catch (error) {
    problems.push({
      rule: 'json',
      file,
      line: null,
      message: `不是合法的 JSON（${error instanceof Error ? error.message : String(error)}）。`,
      hint: '检查逗号和引号；JSON 里不能写注释。',
    });
    return null;
  }
}

/** Components are the JSON files that say so. */
function componentsOf(files: PackageFiles): string[] {
  return [...files.keys()]
    .filter((file) => file.endsWith('.json') && files.get(file)?.includes('"component"') === true)
    .filter((file) => readJson<UnitJson>(files, file, [])?.component === true)
    .map((file) => file.slice(0, -'.json'.length));
}

function checkUnit(
  files: PackageFiles,
  scripts: Map<string, Script>,
  unit: string,
  kind: 'Page' | 'Component',
  problems: Problem[],
): void {
  for (const extension of ['js', 'json', 'axml', 'acss']) {
    if (files.has(`${unit}.${extension}`)) continue;
    const owner = kind === 'Page' ? 'app.json' : `${unit}.json`;
    problems.push(
      missing(
        owner,
        `${kind === 'Page' ? '页面' : '组件'} ${unit} 缺少 ${unit}.${extension}。`,
        '每个页面和组件都要有 js、json、axml、acss 四个文件。',
      ),
    );
  }
  const json = readJson<UnitJson>(files, `${unit}.json`, problems);
  const components = json?.usingComponents ?? {};
  for (const [tag, reference] of Object.entries(components)) {
    const target = resolvePath(`${unit}.json`, reference);
    const isComponent = readJson<UnitJson>(files, `${target}.json`, [])?.component === true;
    if (isComponent && files.has(`${target}.js`) && files.has(`${target}.axml`)) continue;
    problems.push({
      rule: 'component-path',
      file: `${unit}.json`,
      line: lineOfText(files, `${unit}.json`, `"${tag}"`),
      message: `组件 ${tag} 的路径找不到组件：${reference}`,
      hint: '自己的组件写 /components/名字/index；dingui-mini 的组件写 dingui-mini/es/名字/src/index。',
    });
  }
  const script = scripts.get(`${unit}.js`);
  const names = script === undefined ? null : handlers(script, kind);
  if (script !== undefined && names === null) {
    problems.push({
      rule: 'handler',
      file: `${unit}.js`,
      line: null,
      message: `没有找到 ${kind}({…})。`,
      hint: `脚本里要直接调用 ${kind}，参数写成对象字面量，检查才能核对模板里的函数名。`,
    });
  }
  if (files.has(`${unit}.axml`)) {
    const template = { file: `${unit}.axml`, handlers: names, components: new Set(Object.keys(components)) };
    problems.push(...checkTemplate(files, template));
  }
}

function checkPages(
  files: PackageFiles,
  scripts: Map<string, Script>,
  pages: string[],
  problems: Problem[],
): void {
  const report = (file: string, line: number | null, message: string, hint: string) => {
    problems.push({ rule: 'page-path', file, line, message, hint });
  };
  if (pages.length === 0) report('app.json', null, 'pages 里没有页面。', '至少写一个页面，第一个是首页。');
  for (const page of new Set(pages.filter((page, index) => pages.indexOf(page) !== index))) {
    report('app.json', lineOfText(files, 'app.json', page), `pages 里有两个 ${page}。`, '删去一个。');
  }
  for (const [file, script] of scripts) {
    if (pages.includes(file.replace(/\.js$/, '')) || !registersPage(script)) continue;
    report(file, null, '这个页面没有写进 app.json，打不开。', '把它加进 pages；不要了就删掉它的四个文件。');
  }
}

function lineOfText(files: PackageFiles, file: string, text: string): number | null {
  const lines = files.get(file)?.toString('utf8').split('\n') ?? [];
  const index = lines.findIndex((line) => line.includes(text));
  return index === -1 ? null : index + 1;
}

function checkTabBar(files: PackageFiles, app: AppJson, pages: string[], problems: Problem[]): void {
  for (const item of app.tabBar?.items ?? []) {
    const page = item.pagePath ?? '';
    if (!pages.includes(page)) {
      problems.push({
        rule: 'page-path',
        file: 'app.json',
        line: lineOfText(files, 'app.json', page),
        message: `tabBar 的页面不在 pages 里：${page}`,
        hint: '把它加进 pages，或改正 pagePath。',
      });
    }
    for (const icon of [item.icon, item.activeIcon]) {
      if (icon === undefined || files.has(resolvePath('app.json', icon))) continue;
      problems.push({
        rule: 'missing-file',
        file: 'app.json',
        line: lineOfText(files, 'app.json', icon),
        message: `tabBar 的图标不存在：${icon}`,
        hint: '图标放在 mini/assets/ 下，路径写 assets/文件名.png。',
      });
    }
  }
}

function checkReferences(files: PackageFiles, script: Script, pages: string[]): Problem[] {
  const problems: Problem[] = [];
  for (const { value, line, part } of texts(script)) {
    const [picture] = !part && isInPackage(files, value) ? missingPictures(files, script.file, value) : [];
    if (picture !== undefined) {
      const message = `引用的图片不存在：${picture}`;
      problems.push({ rule: 'missing-file', file: script.file, line, message, hint: pathHint });
    }
    const page = /^\/?(pages\/[\w-]+(?:\/[\w-]+)*)(?:\?|$)/.exec(value)?.[1];
    if (page === undefined || pages.includes(page)) continue;
    problems.push({
      rule: 'page-path',
      file: script.file,
      line,
      message: `跳转的页面不在 app.json 里：${value}`,
      hint: '改正路径，或把页面加进 app.json 的 pages。',
    });
  }
  for (const { value, line } of requires(script)) {
    const target = resolvePath(script.file, value);
    if (value.startsWith('.') && (files.has(target) || files.has(`${target}.js`))) continue;
    problems.push({
      rule: 'missing-file',
      file: script.file,
      line,
      message: `引入的模块不在包里：${value}`,
      hint: '小程序包必须自成一体：引用 mini/ 下的文件；npm 上的普通库不能直接引入。',
    });
  }
  return problems;
}
