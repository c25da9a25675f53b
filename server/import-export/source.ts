/** A row of a file of any format. */
export interface SourceRow {
  /** The row's number in Excel: blank rows count, and a cell of several lines is part of one row. */
  row: number;
  cells: string[];
  /** Cells that cannot be read, by their place, with the reason in Chinese, which follows the column's name. */
  wrong?: Map<number, string>;
}

/** People in one file. */
export const maxRows = 30_000;
/** The longest row, in characters: far above the limits of all columns. */
export const longestRow = 8192;

export const tooManyRows = `人数太多，一个文件最多 ${maxRows.toLocaleString('zh-CN')} 行。请分成几个文件。`;

/** The file cannot be read, or not to its end; then no rows are reported. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly row: number | null;
  /** @param message Chinese: the problem, and what to do. */
  constructor(message: string, row: number | null = null) {
    super(message);
    this.row = row;
  }
}
