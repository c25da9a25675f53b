import { parse } from '@babel/parser';
import type { ProjectFiles } from '../check/project-files.ts';

/** A place in the project's source. */
export interface Place {
  file: string;
  /** From 1. */
  line: number;
}

/** What rules look for in one file: read from its syntax tree, so comments do not count. */
export interface SourceFile {
  file: string;
  /** Texts, and the fixed parts of template strings; `given` to a call, or only kept. */
  texts: { value: string; line: number; given: boolean }[];
  /** `object.method(…)` as `method`, `name(…)` as `name`. */
  calls: { name: string; line: number }[];
  /** `name.member` where `name` is declared nowhere in the file: what the container brings along. */
  globals: { name: string; line: number }[];
  /** What is imported, by the module's name. */
  imports: { value: string; line: number }[];
  /** `key: 'value'` in object literals. */
  settings: { key: string; value: string; line: number }[];
}

const cache = new WeakMap<ProjectFiles, Map<string, Promise<SourceFile[]>>>();

/**
 * Reads the TypeScript, JavaScript and Vue files below a folder, without tests and generated files. A file that
 * cannot be parsed is left out here: `npm run lint` is what complains of it.
 */
export function readSource(files: ProjectFiles, folder: string): Promise<SourceFile[]> {
  const known = cache.get(files) ?? new Map<string, Promise<SourceFile[]>>();
  cache.set(files, known);
  const found = known.get(folder) ?? readAll(files, folder);
  known.set(folder, found);
  return found;
}

const isSource = (file: string): boolean =>
  /\.(ts|tsx|js|mjs|vue)$/.test(file) &&
  !/\.d\.ts$|\.(test|e2e|testing)\.ts$|\/(testing|generated|chaos|e2e)\//.test(file);

async function readAll(files: ProjectFiles, folder: string): Promise<SourceFile[]> {
  const found = await Promise.all(
    (await files.list(folder)).filter(isSource).map(async (file) => {
      const text = (await files.read(file)) ?? '';
      return readOne(file, file.endsWith('.vue') ? scriptOf(text) : text);
    }),
  );
  return found.filter((source) => source !== null);
}

/** A single-file component's script, at its own lines. */
function scriptOf(text: string): string {
  const match = /<script[^>]*>([\s\S]*?)<\/script>/.exec(text);
  const before = text.slice(0, match?.index ?? 0).replace(/[^\n]/g, '');
  return before + (match?.[1] ?? '');
}

interface Node {
  type: string;
  [key: string]: unknown;
}

function readOne(file: string, text: string): SourceFile | null {
  let program: Node;
  try {
    program = parse(text, {
      sourceType: 'module',
      plugins: file.endsWith('.tsx') ? ['typescript', 'jsx'] : ['typescript'],
    }) as unknown as Node;
  } catch {
    return null;
  }
  const source: SourceFile = { file, texts: [], calls: [], globals: [], imports: [], settings: [] };
  const declared = new Set<string>();
  const given = new Set<unknown>();
  visit(program, (node) => {
    if (node.type === 'CallExpression') markArguments(node, given);
    collect(node, source, declared, given);
  });
  source.globals = source.globals.filter(({ name }) => !declared.has(name));
  return source;
}

/** Notes the texts that a call is given, however they are put together; a function among them is not called yet. */
function markArguments(call: Node, given: Set<unknown>): void {
  const mark = (node: unknown): void => {
    if (!isNode(node) || /Function|^(?:Call|New)Expression$/.test(node.type)) return;
    given.add(node);
    for (const value of Object.values(node)) for (const child of [value].flat()) mark(child);
  };
  for (const argument of [call.arguments].flat()) mark(argument);
}

function collect(node: Node, source: SourceFile, declared: Set<string>, given: Set<unknown>): void {
  const line = lineOf(node);
  switch (node.type) {
    case 'StringLiteral':
      source.texts.push({ value: String(node.value), line, given: given.has(node) });
      break;
    case 'TemplateElement':
      source.texts.push({ value: templateText(node.value), line, given: given.has(node) });
      break;
    case 'ImportDeclaration':
      source.imports.push({ value: textOf(node.source) ?? '', line });
      break;
    case 'CallExpression': {
      const name = nameOf(node.callee) ?? nameOf(partOf(node.callee, 'property'));
      if (name !== null) source.calls.push({ name, line });
      if (name === 'require' && Array.isArray(node.arguments)) {
        const module = textOf(node.arguments[0]);
        if (module !== null) source.imports.push({ value: module, line });
      }
      break;
    }
    case 'MemberExpression':
    case 'OptionalMemberExpression': {
      const name = nameOf(node.object);
      if (name !== null) source.globals.push({ name, line });
      break;
    }
    case 'ObjectProperty': {
      const key = nameOf(node.key);
      const value = textOf(node.value);
      if (key !== null && value !== null) source.settings.push({ key, value, line });
      break;
    }
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      declare(declared, node.local);
      break;
    case 'VariableDeclarator':
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      declare(declared, node.id);
      break;
    default:
  }
  if (Array.isArray(node.params)) for (const parameter of node.params) declare(declared, parameter);
}

function declare(declared: Set<string>, target: unknown): void {
  if (!isNode(target)) return;
  const name = nameOf(target);
  if (name !== null) declared.add(name);
  else visit(target, (node) => void (node.type === 'Identifier' && declared.add(String(node.name))));
}

function visit(node: Node, meet: (node: Node) => void): void {
  meet(node);
  for (const [key, value] of Object.entries(node)) {
    if (key === 'loc') continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, meet);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function partOf(node: unknown, name: string): unknown {
  return isNode(node) ? node[name] : null;
}

function nameOf(node: unknown): string | null {
  return isNode(node) && node.type === 'Identifier' ? String(node.name) : null;
}

function textOf(node: unknown): string | null {
  return isNode(node) && node.type === 'StringLiteral' ? String(node.value) : null;
}

function templateText(value: unknown): string {
  return typeof value === 'object' && value !== null && 'raw' in value ? String(value.raw) : '';
}

function lineOf(node: Node): number {
  const { loc } = node as { loc?: { start?: { line?: number } } };
  return loc?.start?.line ?? 0;
}

/** `server/app.ts:12`, for evidence. */
export const at = ({ file, line }: Place): string => `${file}:${line}`;
