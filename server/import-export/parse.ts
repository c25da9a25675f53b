import { CsvError, parse } from 'csv-parse/sync';
import type { ImportProblem } from '../contract/import-export.ts';
import { readField, readPassword, readUsername, told } from './cells.ts';
import { type ColumnKey, columnOf, columns, type PersonFields } from './columns.ts';
import { original } from './csv.ts';

/** People in one file. */
export const maxRows = 30_000;
/** Characters of one row: far above what its columns may hold together. */
const maxRowLength = 8192;

/** A row of the file as it is meant. */
export interface ParsedRow {
  row: number;
  username: string;
  /** What the row says; what it does not mention stays as it is. */
  fields: Partial<PersonFields>;
  /** The initial password that the file gives; null for none. */
  password: string | null;
}

export interface ParsedFile {
  columns: string[];
  ignoredColumns: string[];
  rows: ParsedRow[];
  problems: ImportProblem[];
}

/**
 * Reads a file's text and checks whatever can be checked without the database. A row with a problem is not among
 * `rows`, unless it is only double.
 */
export function parseFile(text: string): ParsedFile {
  const file: ParsedFile = { columns: [], ignoredColumns: [], rows: [], problems: [] };
  const whole = (message: string, row: number | null = null) =>
    file.problems.push({ row, column: null, message });
  const records = readRecords(text, whole);
  const [heading, ...body] = records;
  if (heading === undefined || isBlank(heading)) {
    if (file.problems.length === 0) whole('第一行要是列名，这个文件的第一行是空的。请用模板填写。');
    return file;
  }
  const keys = readHeading(heading, file, whole);
  if (file.problems.length > 0) return file;
  if (body.length > maxRows) {
    whole(`人数太多，一个文件最多 ${maxRows.toLocaleString('zh-CN')} 行。请分成几个文件。`);
    return file;
  }
  for (const [index, cells] of body.entries()) {
    if (isBlank(cells)) continue;
    const row = index + 2;
    if (cells.slice(keys.length).some((cell) => cell.trim() !== '')) {
      file.problems.push({
        row,
        column: null,
        message: '列数比第一行多，多半是内容里的逗号没有加引号。请用 Excel 打开后重新保存。',
      });
      continue;
    }
    const parsed = readRow(row, keys, cells, file.problems);
    if (parsed !== null) file.rows.push(parsed);
  }
  if (file.rows.length === 0 && file.problems.length === 0) whole('文件里只有列名，没有人员。');
  findDoubles(file);
  file.problems.sort((one, other) => (one.row ?? 0) - (other.row ?? 0));
  return file;
}

function readRecords(text: string, whole: (message: string, row?: number) => void): string[][] {
  try {
    return parse(text, {
      relax_column_count: true,
      skip_empty_lines: false,
      max_record_size: maxRowLength,
      // One too many says that there are too many; no more are read.
      to: maxRows + 2,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const row = typeof error.lines === 'number' ? error.lines : undefined;
    if (error.code === 'CSV_MAX_RECORD_SIZE') {
      whole('这一行太长，可能是前面有一个引号没有配对。请用 Excel 打开后重新保存。', row);
    } else whole('这一行附近的引号没有配对。请用 Excel 打开后重新保存为 CSV。', row);
    return [];
  }
}

const isBlank = (cells: readonly string[]) => cells.every((cell) => cell.trim() === '');

function readHeading(
  heading: readonly string[],
  file: ParsedFile,
  whole: (message: string, row?: number) => void,
): (ColumnKey | null)[] {
  const keys = heading.map((cell) => columnOf(original(cell.trim())));
  for (const [at, key] of keys.entries()) {
    const title = heading[at]?.trim() ?? '';
    if (key === null && title !== '') file.ignoredColumns.push(title.slice(0, 64));
    if (key !== null && keys.indexOf(key) !== at) whole(`有两列都是“${columns[key].title}”，请删掉一列。`, 1);
    else if (key !== null) file.columns.push(columns[key].title);
  }
  if (!keys.includes('username')) {
    const tabs = heading.length === 1 && /[\t;；]/.test(heading[0] ?? '');
    whole(
      tabs
        ? '列之间要用英文逗号分隔，这个文件用的是别的符号。请另存为“CSV UTF-8（逗号分隔）”。'
        : '第一行里没有“用户名”这一列。请用模板填写，列名不要改动。',
      1,
    );
  }
  return keys;
}

function readRow(
  row: number,
  keys: readonly (ColumnKey | null)[],
  cells: readonly string[],
  problems: ImportProblem[],
): ParsedRow | null {
  const before = problems.length;
  const complain = (key: ColumnKey, text: string) =>
    problems.push({ row, column: columns[key].title, message: `${told(key, text)}。` });
  const fields: Record<string, unknown> = {};
  let username = '';
  let password: string | null = null;
  for (const [at, key] of keys.entries()) {
    if (key === null) continue;
    const raw = (cells[at] ?? '').trim();
    const cell = key === 'password' ? raw : original(raw).trim();
    if (key === 'username') {
      const read = readUsername(cell);
      if ('problem' in read) complain(key, read.problem);
      else username = read.value;
    } else if (cell !== '') {
      const read = key === 'password' ? readPassword(cell) : readField(key, cell);
      if ('problem' in read) complain(key, read.problem);
      else if (key === 'password') password = String(read.value);
      else fields[key] = read.value;
    }
  }
  if (problems.length > before) return null;
  // Each reader gives its own field's type.
  return { row, username, fields: fields as Partial<PersonFields>, password };
}

/** What may stand in one row only. */
const unique = ['username', 'mobile', 'dingUserId'] as const;

function findDoubles({ rows, problems }: ParsedFile): void {
  for (const key of unique) {
    const first = new Map<string, number>();
    for (const parsed of rows) {
      const value = key === 'username' ? parsed.username : parsed.fields[key];
      if (value === undefined || value === null) continue;
      const earlier = first.get(value);
      if (earlier === undefined) first.set(value, parsed.row);
      else {
        problems.push({
          row: parsed.row,
          column: columns[key].title,
          message: `${told(key, `和第 ${earlier} 行相同`)}，一个文件里不能重复。`,
        });
      }
    }
  }
}
