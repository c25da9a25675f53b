import path from 'node:path/posix';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { longestRow, type SourceRow, Unreadable } from './source.ts';

/** The largest unzipped size of a workbook's parts, in bytes: far above the largest file of people. */
const mostBytes = 100 * 1024 * 1024;
/** Limits of the shared texts of a workbook: number and characters. */
const mostShared = { texts: 500_000, characters: 16 * 1024 * 1024 };
const mostParts = 10_000;
/** The most cells of a row, up to the last filled one. */
const mostColumns = 256;

const tooLarge = '解开后太大，不像是人员名单。请只保留要导入的那张表，另存为新的 .xlsx 再选择。';
const damaged = '文件已经损坏，或者不是 Excel 工作簿。请用 Excel 打开后另存为 .xlsx 再选择。';
const locked = '文件加了密码，打不开。请在 Excel 里取消密码后重新保存。';
const withMacros = '文件里有宏，不能导入。请在 Excel 里另存为“Excel 工作簿（*.xlsx）”后再选择。';

/**
 * The rows of a workbook's first sheet that is not hidden. Blank rows may be missing. Parts are unzipped and parsed in
 * pieces; no formula is evaluated: its cell has the saved result.
 *
 * @throws Unreadable for a file that is no workbook, has a password or macros, or is too large when unzipped.
 */
export async function* workbookRows(bytes: Buffer): AsyncGenerator<SourceRow> {
  try {
    const parts = await openParts(bytes);
    const sheet = await findSheet(parts);
    yield* sheetRows(parts, sheet);
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    // yauzl, zlib and saxes each have their own errors for broken files.
    throw new Unreadable(damaged);
  }
}

/**
 * The problem of a file that is not zipped: an old Excel file, or one with a password. Both are Microsoft's compound
 * files.
 */
export function compoundProblem(bytes: Buffer): string {
  const isEncrypted = bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'));
  return isEncrypted
    ? locked
    : '这是旧版 Excel 工作簿（.xls）。请在 Excel 里另存为“Excel 工作簿（*.xlsx）”后再选择。';
}

interface Parts {
  zip: ZipFile;
  entries: ReadonlyMap<string, Entry>;
  /** Bytes unzipped so far. */
  read: number;
}

async function openParts(bytes: Buffer): Promise<Parts> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (entry.isEncrypted()) throw new Unreadable(locked);
    if (/vbaProject\.bin$/i.test(entry.fileName)) throw new Unreadable(withMacros);
    entries.set(entry.fileName, entry);
    if (entries.size > mostParts) throw new Unreadable(tooLarge);
  }
  return { zip, entries, read: 0 };
}

interface Handlers {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(text: string): void;
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Parses a part, and yields after each piece so that the found rows can be taken. Does nothing for a missing part. */
async function* parsing(parts: Parts, name: string, handlers: Handlers): AsyncGenerator<void> {
  const entry = parts.entries.get(name);
  if (entry === undefined) return;
  const parser = new SaxesParser<{ xmlns: false }>();
  parser.on('opentag', ({ name: tag, attributes }: SaxesTagPlain) => handlers.open?.(local(tag), attributes));
  parser.on('closetag', ({ name: tag }) => handlers.close?.(local(tag)));
  parser.on('text', (text) => handlers.text?.(text));
  parser.on('cdata', (text) => handlers.text?.(text));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const piece of await parts.zip.openReadStreamPromise(entry)) {
    parts.read += piece.length;
    if (parts.read > mostBytes) throw new Unreadable(tooLarge);
    parser.write(decoder.decode(piece, { stream: true }));
    yield;
  }
  parser.write(decoder.decode()).close();
}

async function parse(parts: Parts, name: string, handlers: Handlers): Promise<void> {
  for await (const _ of parsing(parts, name, handlers));
}

interface Sheet {
  part: string;
  sharedStrings: string[];
  /** The numbers of cell styles that show a date. */
  dateStyles: ReadonlySet<number>;
}

async function findSheet(parts: Parts): Promise<Sheet> {
  const [workbook] = [...(await relationships(parts, '')).values()].filter(
    ({ kind }) => kind === 'officeDocument',
  );
  if (workbook === undefined || !parts.entries.has(workbook.target)) throw new Unreadable(notExcel(parts));
  await parse(parts, '[Content_Types].xml', {
    open(_, { ContentType = '' }) {
      if (/macroEnabled/i.test(ContentType)) throw new Unreadable(withMacros);
    },
  });
  let id: string | null = null;
  await parse(parts, workbook.target, {
    open(name, attributes) {
      if (name !== 'sheet' || id !== null || (attributes.state ?? 'visible') !== 'visible') return;
      id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? null;
    },
  });
  const related = await relationships(parts, workbook.target);
  const part = id === null ? undefined : related.get(id)?.target;
  if (part === undefined || !parts.entries.has(part)) throw new Unreadable(notExcel(parts));
  const partOf = (kind: string) => [...related.values()].find((one) => one.kind === kind)?.target ?? '';
  return {
    part,
    sharedStrings: await readSharedStrings(parts, partOf('sharedStrings')),
    dateStyles: await readDateStyles(parts, partOf('styles')),
  };
}

function notExcel({ entries }: Parts): string {
  if (entries.has('xl/workbook.bin'))
    return '这是二进制工作簿（.xlsb）。请在 Excel 里另存为“Excel 工作簿（*.xlsx）”后再选择。';
  return damaged;
}

/** The relationships of a part, by id; the package itself has the name ''. */
async function relationships(
  parts: Parts,
  of: string,
): Promise<Map<string, { kind: string; target: string }>> {
  const found = new Map<string, { kind: string; target: string }>();
  const folder = path.dirname(of);
  await parse(parts, path.join(folder, '_rels', `${path.basename(of)}.rels`), {
    open(name, { Id, Type = '', Target = '' }) {
      if (name !== 'Relationship' || Id === undefined) return;
      const target = Target.startsWith('/') ? Target.slice(1) : path.join(folder, Target);
      found.set(Id, { kind: path.basename(Type), target });
    },
  });
  return found;
}

/** Excel writes characters that XML does not allow as their numbers. */
const unescaped = (text: string): string =>
  text.replace(/_x([0-9a-f]{4})_/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

async function readSharedStrings(parts: Parts, part: string): Promise<string[]> {
  const strings: string[] = [];
  let text: string | null = null;
  let takes = false;
  let phonetic = false;
  let total = 0;
  await parse(parts, part, {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') phonetic = true;
      else if (name === 't') takes = !phonetic;
    },
    text(piece) {
      if (!takes || text === null) return;
      text += piece;
      total += piece.length;
      if (total > mostShared.characters) throw new Unreadable(tooLarge);
    },
    close(name) {
      if (name === 't') takes = false;
      else if (name === 'rPh') phonetic = false;
      else if (name === 'si' && text !== null) {
        strings.push(unescaped(text));
        if (strings.length > mostShared.texts) throw new Unreadable(tooLarge);
      }
    },
  });
  return strings;
}

/** Excel's own formats of dates and times, in Chinese editions too (ECMA-376, 18.8.30). */
const isDateFormat = (id: number) =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

async function readDateStyles(parts: Parts, part: string): Promise<Set<number>> {
  const own = new Set<number>();
  const styles = new Set<number>();
  let inCells = false;
  let at = 0;
  await parse(parts, part, {
    open(name, { numFmtId, formatCode = '' }) {
      if (name === 'cellXfs') inCells = true;
      // Removes colours, locales and quoted texts, whose letters do not mean a date.
      if (
        name === 'numFmt' &&
        /[ymdhs]/i.test(formatCode.replace(/\[[^\]]*\]|"[^"]*"|\\./g, '').replace(/general/gi, ''))
      )
        own.add(Number(numFmtId));
      if (name !== 'xf' || !inCells) return;
      const id = Number(numFmtId ?? 0);
      if (isDateFormat(id) || own.has(id)) styles.add(at);
      at += 1;
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return styles;
}

/** A cell while it is read. */
interface Cell {
  column: number;
  type: string;
  isDate: boolean;
  isFormula: boolean;
  value: string;
}

async function* sheetRows(
  parts: Parts,
  { part, sharedStrings, dateStyles }: Sheet,
): AsyncGenerator<SourceRow> {
  let found: SourceRow[] = [];
  let number = 0;
  let row: SourceRow | null = null;
  let cell: Cell | null = null;
  let length = 0;
  let takes = false;
  let phonetic = false;
  const reading = parsing(parts, part, {
    open(name, attributes) {
      if (name === 'row') {
        number = Number(attributes.r ?? number + 1);
        if (!Number.isSafeInteger(number)) throw new Unreadable(damaged);
        row = { row: number, cells: [], wrong: new Map() };
        length = 0;
      } else if (name === 'c' && row !== null) {
        const column = attributes.r === undefined ? row.cells.length : columnAt(attributes.r);
        cell = {
          column,
          type: attributes.t ?? 'n',
          isDate: dateStyles.has(Number(attributes.s)),
          isFormula: false,
          value: '',
        };
      } else if (name === 'f' && cell !== null) cell.isFormula = true;
      else if (name === 'rPh') phonetic = true;
      else if (name === 'v' || (name === 't' && !phonetic)) takes = true;
    },
    text(piece) {
      if (takes && cell !== null) cell.value += piece;
    },
    close(name) {
      if (name === 'v' || name === 't') takes = false;
      else if (name === 'rPh') phonetic = false;
      else if (name === 'c' && cell !== null && row !== null) {
        const { text, problem } = meaningOf(cell, sharedStrings);
        if (text !== '' || problem !== null) {
          length += text.length;
          if (cell.column >= mostColumns || length > longestRow) {
            throw new Unreadable('这一行太长，不像是人员名单。请用模板填写。', number);
          }
          while (row.cells.length < cell.column) row.cells.push('');
          row.cells[cell.column] = text;
          if (problem !== null) row.wrong?.set(cell.column, problem);
        }
        cell = null;
      } else if (name === 'row' && row !== null) {
        if (row.cells.length > 0) found.push(row);
        row = null;
      }
    },
  });
  for await (const _ of reading) {
    yield* found;
    found = [];
  }
  yield* found;
}

/** The place of a cell's column, from 0 on, by its name such as `AB12`. */
function columnAt(name: string): number {
  let at = 0;
  for (const letter of /^[A-Z]{1,3}/.exec(name)?.[0] ?? '') at = at * 26 + letter.charCodeAt(0) - 64;
  return at - 1;
}

/** The shown text of a cell, or its problem, whose text follows the column's name. */
function meaningOf(cell: Cell, sharedStrings: readonly string[]): { text: string; problem: string | null } {
  const { type, value, isFormula, isDate } = cell;
  const fine = (text: string) => ({ text, problem: null });
  const wrong = (problem: string) => ({ text: value === '' ? '?' : value, problem });
  if (type === 's') return fine(sharedStrings[Number(value)] ?? '');
  if (type === 'inlineStr' || type === 'str') return fine(unescaped(value));
  if (type === 'b') return fine(value === '1' ? '是' : '否');
  if (type === 'e') return wrong('是公式算错的结果（如 #N/A），请改成要填的内容');
  if (value === '') {
    return isFormula ? wrong('是还没有结果的公式。请用 Excel 打开并保存一次，或者改成要填的内容') : fine('');
  }
  if (isDate || type === 'd') {
    return wrong('被 Excel 改成了日期。请先把这一列设为“文本”，再重新填写');
  }
  const plain = Number(value);
  // Other programs write whole numbers as `1.38E10` or `5.0`; from 16 digits on Excel has lost some.
  return fine(Number.isSafeInteger(plain) && Math.abs(plain) < 1e15 ? String(plain) : value);
}
