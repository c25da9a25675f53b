import { readFile } from 'node:fs/promises';
import { Compile } from 'typebox/compile';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { StartFailure } from '../../server/config/start-failure.ts';
import {
  emptyException,
  emptyListing,
  emptyLoadTest,
  type Listing,
  listingSchema,
  shapesAlong,
} from './listing.ts';

export const listingFile = 'listing.yaml';

const validator = Compile(listingSchema);

/**
 * Reads and checks `listing.yaml`. Facts that it leaves out are null or an empty list: not known yet.
 *
 * @throws StartFailure in Chinese: there is no such file; or it is not YAML, has unknown names or values of the
 *   wrong kind, each with its line.
 */
export async function loadListing(file: string = listingFile): Promise<Listing> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (!isRecord(error) || error.code !== 'ENOENT') throw error;
    throw new StartFailure(`没有 ${file}。先运行 npm run init 生成它，再按里面的说明填写。`);
  }
  return parseListing(text, file);
}

/** {@link loadListing} for a text that is read already; `file` is only what messages call it. */
export function parseListing(text: string, file: string = listingFile): Listing {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw new StartFailure(
      `${file} 第 ${broken.linePos?.[0].line ?? 1} 行不是正确的 YAML：${broken.message.split('\n')[0]}\n请检查这一行的缩进、冒号后的空格和引号。`,
    );
  }
  const listing = merge(emptyListing(), document.toJS() ?? {});
  if (isRecord(listing)) {
    listing.answers = fillEach(listing.answers, { answer: null });
    listing.exceptions = fillEach(listing.exceptions, emptyException);
    if ('loadtest' in listing) listing.loadtest = merge(emptyLoadTest, listing.loadtest);
  }
  if (validator.Check(listing)) return listing;
  throw new StartFailure(
    [`${file} 有写错的地方：`, ...complaints(listing, document, lines), '改正后重新运行。'].join('\n'),
  );
}

/** Merges the values of `given` into `base`; an empty section in the file keeps the base's. */
function merge(base: unknown, given: unknown): unknown {
  if (!isRecord(base)) return given ?? base;
  if (given === null || given === undefined) return base;
  if (!isRecord(given)) return given;
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(given)])]
      .map((key) => [key, key in base ? merge(base[key], given[key]) : given[key]])
      // An optional fact that is left empty is left out.
      .filter(([key, value]) => value !== null || (typeof key === 'string' && key in base)),
  );
}

function fillEach(entries: unknown, empty: object): unknown {
  if (!isRecord(entries)) return entries;
  return Object.fromEntries(Object.entries(entries).map(([id, entry]) => [id, merge(empty, entry)]));
}

function complaints(listing: unknown, document: Document, lines: LineCounter): string[] {
  const found = new Map<string, string>();
  for (const error of validator.Errors(listing)) {
    const path = error.instancePath.split('/').slice(1);
    const unknown = 'additionalProperties' in error.params ? error.params.additionalProperties : [];
    if (Array.isArray(unknown) && unknown.length > 0) {
      for (const name of unknown) {
        const where = [...path, String(name)];
        found.set(where.join('.'), '没有这一项，请检查名字');
      }
      continue;
    }
    // A union has an error for each of its members and one for itself: one line is enough.
    const key = path.join('.');
    if (!found.has(key)) found.set(key, expectation(path));
  }
  return [...found].map(
    ([key, problem]) => `  第 ${lineOf(key.split('.'), document, lines)} 行 ${key}：${problem}`,
  );
}

function lineOf(path: readonly string[], document: Document, lines: LineCounter): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    const range = isRecord(node) && Array.isArray(node.range) ? node.range : null;
    if (range !== null) return lines.linePos(Number(range[0])).line;
  }
  return 1;
}

/** The expected value at a place, in the words of the schema. */
function expectation(path: readonly string[]): string {
  let words = '写法不对';
  for (const { title, examples } of shapesAlong(path)) {
    if (title !== undefined) words = `应为${title}`;
    if (examples !== undefined) words += `，例如 ${JSON.stringify(examples[0])}`;
  }
  return words;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
