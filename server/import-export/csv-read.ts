import { Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { longestRow, maxRows, type SourceRow, tooManyRows, Unreadable } from './source.ts';

/**
 * Reads the rows of CSV.
 *
 * @param text in parts.
 * @throws Unreadable, or the error of reading `text`.
 */
export async function* csvRows(text: Iterable<string>): AsyncGenerator<SourceRow> {
  const pieces = Readable.from(withinLimits(text));
  const parser = pieces.pipe(
    parse({
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
      max_record_size: longestRow,
    }),
  );
  pieces.on('error', (error) => parser.destroy(error));
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const row = info.records + info.empty_lines;
      if (row > maxRows + 1) throw new Unreadable(tooManyRows);
      yield { row, cells: record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const row = typeof error.lines === 'number' ? error.lines : null;
    throw new Unreadable(
      error.code === 'CSV_MAX_RECORD_SIZE'
        ? `这一行${tooLong}`
        : '这一行附近的引号没有配对。请用 Excel 打开后重新保存为 CSV。',
      row,
    );
  } finally {
    pieces.destroy();
  }
}

const tooLong = '太长，可能是前面有一个引号没有配对。请用 Excel 打开后重新保存。';

/**
 * @throws Unreadable for a line of too many commas, which the parser's limit does not count, and for too many blank
 * lines.
 */
function* withinLimits(text: Iterable<string>): Generator<string> {
  let sinceLineBreak = 0;
  let blank = 0;
  for (const piece of text) {
    const lineBreak = Math.max(piece.lastIndexOf('\n'), piece.lastIndexOf('\r'));
    sinceLineBreak = lineBreak === -1 ? sinceLineBreak + piece.length : piece.length - lineBreak - 1;
    if (sinceLineBreak > longestRow) throw new Unreadable(`有一行${tooLong}`);
    // The parser skips blank lines without a limit.
    blank = piece.trim() === '' ? blank + piece.length : 0;
    if (blank > maxRows) throw new Unreadable(tooManyRows);
    yield piece;
  }
}
