import { createRequire } from 'node:module';
import { foreignAttributeHint } from '../../../simulator/compiler/tags.ts';
import type { PackageFiles } from '../package-files.ts';
import { isInPackage, missingPictures, pathHint, resolvePath } from './paths.ts';
import type { Problem } from './problem.ts';

/** The part of `@wxml/parser`'s tree that the check reads; the package has no types. */
interface Attribute {
  key: string;
  value: string | null;
  loc: { start: { line: number } };
}
interface Element {
  type: string;
  name?: string;
  children?: Element[];
  startTag?: { attributes: Attribute[]; selfClosing: boolean } | null;
  endTag?: unknown;
  loc: { start: { line: number } };
}
interface Parser {
  parse(source: string): { body: Element[]; errors?: { value: string; loc: { start: { line: number } } }[] };
}

const { parse } = createRequire(import.meta.url)('@wxml/parser') as Parser;

/** Tags of the base library; everything else must be in `usingComponents`. */
const builtIn = new Set(
  (
    'block slot template import include import-sjs view text image icon button input textarea form label ' +
    'checkbox checkbox-group radio radio-group switch slider progress rich-text picker picker-view ' +
    'picker-view-column scroll-view swiper swiper-item movable-view movable-area cover-view cover-image ' +
    'navigator web-view map canvas video lottie'
  ).split(' '),
);

export interface Template {
  file: string;
  /** Names that the page or component offers; null when its script could not be read. */
  handlers: ReadonlySet<string> | null;
  /** Tags of `usingComponents`. */
  components: ReadonlySet<string>;
}

/** Handlers, tags and referenced files of a template and of what it includes. */
export function checkTemplate(files: PackageFiles, template: Template): Problem[] {
  return checkFile(files, template, template.file, new Set());
}

function checkFile(files: PackageFiles, template: Template, file: string, seen: Set<string>): Problem[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const program = parsed(files.get(file)?.toString('utf8') ?? '');
  const problems: Problem[] = (program.errors ?? []).map((error) => ({
    rule: 'axml',
    file,
    line: error.loc.start.line,
    message: `AXML 写法有误：${error.value}。`,
    hint: '检查这一行附近的标签和引号是否成对。',
  }));
  const visit = (element: Element) => {
    if (element.type === 'WXElement') {
      problems.push(...checkElement(files, template, file, element));
      const reference = referenced(element);
      if (reference !== null) {
        const target = resolvePath(file, reference);
        if (files.has(target) && target.endsWith('.axml')) {
          problems.push(...checkFile(files, template, target, seen));
        }
      }
    }
    for (const child of element.children ?? []) visit(child);
  };
  for (const element of program.body) visit(element);
  return problems;
}

function parsed(source: string): ReturnType<Parser['parse']> {
  try {
    return parse(source);
  } catch {
    // The parser fails by a TypeError on what is no tag at all, such as `<?`.
    return { body: [], errors: [{ value: '有读不懂的标签', loc: { start: { line: 1 } } }] };
  }
}

function checkElement(files: PackageFiles, template: Template, file: string, element: Element): Problem[] {
  const problems: Problem[] = [];
  const name = element.name ?? '';
  const line = element.loc.start.line;
  if (!builtIn.has(name) && !template.components.has(name)) {
    problems.push({
      rule: 'axml',
      file,
      line,
      message: `不认识的标签 <${name}>。`,
      hint: `是组件就写进同名 .json 的 usingComponents；是内置标签就检查拼写。`,
    });
  }
  if (element.startTag && !element.startTag.selfClosing && !element.endTag) {
    problems.push({
      rule: 'axml',
      file,
      line,
      message: `<${name}> 没有闭合。`,
      hint: `补上 </${name}>，或写成 <${name} />。`,
    });
  }
  for (const attribute of element.startTag?.attributes ?? []) {
    problems.push(...checkHandler(template, file, attribute));
    if (builtIn.has(name)) problems.push(...checkForeign(file, attribute));
    // The file of an image is looked for below, whatever its name ends in.
    if (name !== 'image' || attribute.value?.includes('{{') === true)
      problems.push(...checkPictures(files, file, attribute));
  }
  const reference = referenced(element);
  if (reference !== null && !files.has(resolvePath(file, reference))) {
    problems.push({
      rule: 'missing-file',
      file,
      line,
      message: `<${name}> 引用的文件不存在：${reference}`,
      hint: pathHint,
    });
  }
  return problems;
}

function checkHandler(template: Template, file: string, attribute: Attribute): Problem[] {
  const { key, value } = attribute;
  if (template.handlers === null || !/^(on|catch)[A-Z]/.test(key)) return [];
  if (value === null || value === '' || value.includes('{{') || template.handlers.has(value)) return [];
  return [
    {
      rule: 'handler',
      file,
      line: attribute.loc.start.line,
      message: `${key}="${value}" 指向的函数不存在。`,
      hint: `在同名脚本里补上 ${value}()（页面写在 Page({…}) 里，组件写在 methods 里），或改正名字。`,
    },
  ];
}

/** Habits from other platforms that mean nothing here, so that a tap does nothing. */
function checkForeign(file: string, { key, loc }: Attribute): Problem[] {
  const hint = foreignAttributeHint(key);
  if (hint === undefined) return [];
  const rule = /^(bind|catch|on|@)/.test(key) ? 'handler' : 'axml';
  return [{ rule, file, line: loc.start.line, message: `不认识的写法 ${key}。`, hint }];
}

function checkPictures(files: PackageFiles, file: string, { key, value, loc }: Attribute): Problem[] {
  const missing = missingPictures(files, file, value ?? '');
  // Other attributes may hold an address of the server.
  return missing
    .filter((picture) => key === 'src' || isInPackage(files, picture))
    .map((picture) => ({
      rule: 'missing-file',
      file,
      line: loc.start.line,
      message: `${key} 引用的图片不存在：${picture}`,
      hint: pathHint,
    }));
}

/** The local file that an element refers to; null when there is none or it is remote or computed. */
function referenced(element: Element): string | null {
  const wanted = element.name === 'import-sjs' ? 'from' : 'src';
  if (!['import', 'include', 'import-sjs', 'image'].includes(element.name ?? '')) return null;
  const value = element.startTag?.attributes.find(({ key }) => key === wanted)?.value ?? null;
  if (value === null || value === '' || value.includes('{{') || /^[a-z]+:/i.test(value)) return null;
  return value;
}
