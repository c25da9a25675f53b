import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';

/** What CSV is written in. */
export type CsvEncoding = 'utf-8' | 'gb18030';

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
