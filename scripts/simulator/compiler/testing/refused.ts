import { appFiles, emptyRoot } from '../../harness/testing.ts';
import { compileApp } from '../app.ts';
import { compileModules } from '../modules.ts';

/** `code` stands on the second line of a page's script, inside an async function with the parameters `list` and `text`. */
export type SourceKind = 'axml' | 'acss' | 'code' | 'ts' | 'sjs' | 'app.json' | 'json' | 'component';

const PAGE = 'pages/main/main';
const PART = {
  'part.axml': '<slot />',
  'part.js': 'Component({ methods: { go() {} } });',
  'assets/there.png': '',
  'pages/main/tool.ts': 'export const tool = 1;',
  'pages/main/tool.sjs': 'export default 1;',
};

function filesFor(kind: SourceKind, source: string): Record<string, string> {
  const files: Record<string, string> = {
    ...PART,
    [`${PAGE}.axml`]: '<view />',
    [`${PAGE}.ts`]: 'Page({ go() {} });',
    [`${PAGE}.json`]: '{"usingComponents":{"my-part":"/part"}}',
  };
  switch (kind) {
    case 'code':
      files[`${PAGE}.ts`] =
        `export const run = async (list: any, text: any) => {\n${source}\n};\nPage({ go() {} });`;
      break;
    case 'app.json':
      files['app.json'] = source;
      break;
    case 'sjs':
      files[`${PAGE}.axml`] = '<import-sjs name="m" from="./main.sjs" />';
      files[`${PAGE}.sjs`] = source;
      break;
    case 'component':
      files['part.axml'] = source;
      break;
    default:
      files[`${PAGE}.${kind}`] = source;
  }
  return files;
}

/** What is refused in a small app with one source. Only the file's own name is left out of the places. */
export async function refusedBy(
  kind: SourceKind,
  source: string,
): Promise<{ file: string; place: string; message: string; hint: string }[]> {
  const app = compileApp(emptyRoot, appFiles(filesFor(kind, source)));
  const { problems } = await compileModules(app);
  return [...app.problems, ...problems]
    .filter(({ warning }) => warning === undefined)
    .map(({ file, line, column, message, hint }) => ({ file, place: `${line}:${column}`, message, hint }));
}
