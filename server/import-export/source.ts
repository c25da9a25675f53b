/** A row of a file, whatever the file is. */
export interface SourceRow {
  /** As Excel counts rows: blank ones too, and a cell of several lines as a part of its row. */
  row: number;
  cells: string[];
  /** Cells that cannot be taken, by their place, with the reason in Chinese, as it goes on after the column's name. */
  wrong?: Map<number, string>;
}

/** People in one file. */
export const maxRows = 30_000;
/** Characters of one row: far above what its columns may hold together. */
export const longestRow = 8192;

export const tooManyRows = `人数太多，一个文件最多 ${maxRows.toLocaleString('zh-CN')} 行。请分成几个文件。`;

/** The file cannot be read as a whole, or not any further: then nothing is said of its rows. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly row: number | null;
  /** @param message Chinese: what is wrong, and what to do. */
  constructor(message: string, row: number | null = null) {
    super(message);
    this.row = row;
  }
}
