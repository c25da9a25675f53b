import { readField, readPassword, readUsername, told } from './cells.ts';
import { type ColumnKey, columnOf, columns, type PersonFields } from './columns.ts';
import { addProblem, joinProblems, noProblems, type Problems } from './problems.ts';
import { maxRows, type SourceRow, tooManyRows, Unreadable } from './source.ts';

/** A parsed row of the file. */
export interface ParsedRow {
  row: number;
  username: string;
  /** The row's values; absent fields do not change. */
  fields: Partial<PersonFields>;
  /** The row's initial password; null for none. */
  password: string | null;
}

export interface ParsedFile {
  columns: string[];
  ignoredColumns: string[];
  rows: ParsedRow[];
  /** Rows that are not blank, also those with a problem. */
  people: number;
  problems: Problems;
}

/**
 * Checks a file's rows as far as possible without the database. `rows` has no row with a problem, except repeated
 * values. It stops at the limits of a file.
 *
 * @param original reverses the protection of a cell against spreadsheets.
 * @throws errors of reading the rows, except {@link Unreadable}.
 */
export async function parseFile(
  rows: AsyncIterable<SourceRow>,
  original: (cell: string) => string,
): Promise<ParsedFile> {
  const file: ParsedFile = { columns: [], ignoredColumns: [], rows: [], people: 0, problems: noProblems() };
  let keys: (ColumnKey | null)[] | null = null;
  try {
    for await (const one of rows) {
      const { row, cells } = one;
      if (keys === null) {
        if (row !== 1 || isBlank(cells)) throw new Unreadable(noHeading);
        keys = readHeading(cells.map(original), file);
        if (file.problems.count > 0) return file;
        continue;
      }
      if (isBlank(cells)) continue;
      if (row > maxRows + 1) throw new Unreadable(tooManyRows);
      file.people += 1;
      const parsed = readRow(one, keys, original, file.problems);
      if (parsed !== null) file.rows.push(parsed);
    }
    if (keys === null) throw new Unreadable(noHeading);
    if (file.people === 0) throw new Unreadable('文件里只有列名，没有人员。');
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { row: at, message } = error;
    const problems = { first: [{ row: at, column: null, message }], count: 1 };
    return { ...file, rows: [], people: 0, problems };
  }
  file.problems = joinProblems(file.problems, findDoubles(file.rows));
  return file;
}

const noHeading = '第一行要是列名，这个文件的第一行是空的。请用模板填写。';

const isBlank = (cells: readonly string[]) => cells.every((cell) => cell.trim() === '');

function readHeading(heading: readonly string[], file: ParsedFile): (ColumnKey | null)[] {
  const whole = (message: string) => addProblem(file.problems, { row: 1, column: null, message });
  const keys = heading.map((cell) => columnOf(cell.trim()));
  for (const [at, key] of keys.entries()) {
    const title = heading[at]?.trim() ?? '';
    if (key === null && title !== '') file.ignoredColumns.push(title.slice(0, 64));
    if (key !== null && keys.indexOf(key) !== at) whole(`有两列都是“${columns[key].title}”，请删掉一列。`);
    else if (key !== null) file.columns.push(columns[key].title);
  }
  if (!keys.includes('username')) {
    const tabs = heading.length === 1 && /[\t;；]/.test(heading[0] ?? '');
    whole(
      tabs
        ? '列之间要用英文逗号分隔，这个文件用的是别的符号。请另存为“CSV UTF-8（逗号分隔）”。'
        : '第一行里没有“用户名”这一列。请用模板填写，列名不要改动。',
    );
  }
  return keys;
}

function readRow(
  { row, cells, wrong }: SourceRow,
  keys: readonly (ColumnKey | null)[],
  original: (cell: string) => string,
  problems: Problems,
): ParsedRow | null {
  const before = problems.count;
  const complain = (key: ColumnKey, text: string) =>
    addProblem(problems, { row, column: columns[key].title, message: `${told(key, text)}。` });
  if (cells.slice(keys.length).some((cell) => cell.trim() !== '')) {
    const message = '列数比第一行多，多半是内容里的逗号没有加引号。请用 Excel 打开后重新保存。';
    addProblem(problems, { row, column: null, message });
    return null;
  }
  const fields: Record<string, unknown> = {};
  let username = '';
  let password: string | null = null;
  for (const [at, key] of keys.entries()) {
    if (key === null) continue;
    const unusable = wrong?.get(at);
    if (unusable !== undefined) {
      complain(key, unusable);
      continue;
    }
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
  if (problems.count > before) return null;
  // Each reader returns the type of its field.
  return { row, username, fields: fields as Partial<PersonFields>, password };
}

/** Fields whose values must be unique in the file. */
const unique = ['username', 'mobile', 'dingUserId'] as const;

function findDoubles(rows: readonly ParsedRow[]): Problems {
  const problems = noProblems();
  const first = { username: new Map(), mobile: new Map(), dingUserId: new Map() } satisfies Record<
    (typeof unique)[number],
    Map<string, number>
  >;
  for (const { row, username, fields } of rows) {
    for (const key of unique) {
      const value = key === 'username' ? username : fields[key];
      if (value === undefined || value === null) continue;
      const earlier = first[key].get(value);
      if (earlier === undefined) first[key].set(value, row);
      else {
        addProblem(problems, {
          row,
          column: columns[key].title,
          message: `${told(key, `和第 ${earlier} 行相同`)}，一个文件里不能重复。`,
        });
      }
    }
  }
  return problems;
}
