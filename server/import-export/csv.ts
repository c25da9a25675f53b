import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import type { CsvEncoding } from '../contract/csv.ts';

/**
 * Excel and its like take a cell that begins so for a formula, quotes or not, also in full width (OWASP, “CSV
 * Injection”). Apostrophes before it are ours, or must be told from ours.
 */
const formula = /^'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/u;

/** What a spreadsheet shows as text, whatever a person has put into it. {@link original} undoes it. */
export function harmless(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** A cell of a file that {@link csvLines} wrote, as it was before. */
export function original(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}

/** Rows of CSV (RFC 4180, CRLF) in which no cell is a formula; null is an empty cell. */
export function csvLines(rows: readonly (readonly (string | number | null)[])[]): string {
  return stringify(
    rows.map((row) => row.map((cell) => (cell === null ? '' : harmless(String(cell))))),
    { record_delimiter: 'windows' },
  );
}

/** Bytes of the whole of a text, or of its first part (`start`) and the others. */
export function encodeCsv(text: string, encoding: CsvEncoding, start = true): Buffer {
  if (encoding === 'gb18030') return iconv.encode(text, 'gb18030');
  return Buffer.from(start ? `\ufeff${text}` : text, 'utf8');
}

/**
 * Headers of a CSV file for download.
 *
 * @param name Chinese, without the ending.
 */
export function csvHeaders(name: string, encoding: CsvEncoding): Record<string, string> {
  return {
    'content-type': `text/csv; charset=${encoding}; header=present`,
    'content-disposition': `attachment; filename="download.csv"; filename*=UTF-8''${encodeURIComponent(`${name}.csv`)}`,
  };
}

/**
 * A CSV file written while it is sent, so that none of it need be held as a whole. It stops reading when the
 * receiver has gone.
 *
 * @param batches rows, some at a time.
 */
export async function* csvStream(
  head: readonly string[],
  batches: AsyncIterable<readonly (readonly (string | number | null)[])[]>,
  encoding: CsvEncoding,
): AsyncGenerator<Buffer> {
  yield encodeCsv(csvLines([head]), encoding);
  for await (const rows of batches) {
    if (rows.length > 0) yield encodeCsv(csvLines(rows), encoding, false);
  }
}
