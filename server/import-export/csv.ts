import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';

/** The encodings of written CSV. */
export type CsvEncoding = 'utf-8' | 'gb18030';

/**
 * Spreadsheets treat a cell that begins like this as a formula, with or without quotes, also in full width (OWASP, “CSV
 * Injection”). Leading apostrophes are included, to tell original ones from added ones.
 */
const formula = /^'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/u;

/** Makes a cell that every spreadsheet shows as text. {@link original} reverses it. */
export function harmless(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** The original of a cell that {@link csvLines} wrote. */
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

/** Encodes a whole text, or its first part (`start`) and the others. */
export function encodeCsv(text: string, encoding: CsvEncoding, start = true): Buffer {
  if (encoding === 'gb18030') return iconv.encode(text, 'gb18030');
  return Buffer.from(start ? `\ufeff${text}` : text, 'utf8');
}
