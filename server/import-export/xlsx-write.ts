import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** The hint and choices of a column, for people who fill in the sheet. */
export interface SheetColumn {
  /** Shown beside the selected cell, at most 255 characters. */
  prompt: string;
  /** The allowed values; none of them has a comma. */
  choices?: readonly string[];
}

export interface SheetLook {
  /** By the place of the column. */
  columns: readonly SheetColumn[];
  /** Rows that are filled in. */
  rows: number;
}

/** Cells of a row, null for an empty one. */
export type TableRow = readonly (string | number | null)[];

export interface Table {
  /** The name of the file and its sheet, Chinese, without the ending. */
  name: string;
  head: readonly string[];
  /** Rows in batches. */
  batches: AsyncIterable<readonly TableRow[]> | Iterable<readonly TableRow[]>;
  /** Features that only a workbook has. */
  look?: SheetLook;
}

/** Rows of a sheet with its heading; Excel takes 1,048,576. */
const sheetRows = 1_000_000;

/**
 * Writes an Excel workbook (ECMA-376, SpreadsheetML) in parts. Every cell is text with the format “text”, so that no
 * text becomes a formula, even after an edit, and long numbers keep their digits. After a million rows a new sheet
 * begins.
 */
export function writeWorkbook(table: Table): Readable {
  const zip = new ZipFile();
  // Not yazl's stream: a receiver who disconnects destroys this one and all streams before it.
  const out = new PassThrough();
  zip.outputStream.pipe(out);
  // yazl reports errors by an event that its types lack.
  (zip as unknown as NodeJS.EventEmitter).on('error', (error: Error) => out.destroy(error));
  void addParts(zip, table, out).catch((error: Error) => out.destroy(error));
  return out;
}

async function addParts(zip: ZipFile, table: Table, out: Readable): Promise<void> {
  const batches = rowsOf(table.batches);
  let sheets = 0;
  let next = await batches.next();
  do {
    sheets += 1;
    const xml = Readable.from(
      (async function* () {
        yield sheetStart(table);
        let written = 1;
        for (; !next.done && written < sheetRows; next = await batches.next()) {
          yield next.value.map((row, at) => rowXml(row, written + at + 1)).join('');
          written += next.value.length;
        }
        yield sheetEnd(table);
      })(),
      { objectMode: false },
    );
    out.once('close', () => xml.destroy());
    const written = new Promise<void>((resolve, reject) => {
      xml.once('close', resolve);
      xml.once('error', reject);
    });
    zip.addReadStream(xml, `xl/worksheets/sheet${sheets}.xml`);
    await written;
    if (out.destroyed) {
      await batches.return(undefined);
      return;
    }
  } while (!next.done);
  for (const [path, text] of parts(table.name, sheets)) zip.addBuffer(Buffer.from(text), path);
  zip.end();
}

async function* rowsOf(batches: Table['batches']): AsyncGenerator<readonly TableRow[], undefined> {
  yield* batches;
  return undefined;
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';

/** Leaves out characters that XML does not allow, like Excel. */
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string =>
  // Excel reads `_x000D_` as the character of that number, so an underscore before such a text is escaped too.
  text
    .replace(forbidden, '')
    .replace(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_')
    .replace(/\r/g, '_x000D_')
    .replace(/[&<>"]/g, (character) => entities[character] ?? '');

/** `A`, `B`, … of a column. */
function letters(at: number): string {
  const last = String.fromCharCode(65 + (at % 26));
  return at < 26 ? last : letters(Math.floor(at / 26) - 1) + last;
}

function rowXml(row: TableRow, number: number, style = 1): string {
  const cells = row.map((cell, at) =>
    cell === null || cell === ''
      ? ''
      : `<c r="${letters(at)}${number}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(String(cell))}</t></is></c>`,
  );
  return `<row r="${number}">${cells.join('')}</row>`;
}

function sheetStart({ head }: Table): string {
  const widths = `<cols><col min="1" max="${head.length}" width="18" style="1" customWidth="1"/></cols>`;
  const frozen =
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';
  return `${xmlHead}<worksheet xmlns="${main}">${frozen}${widths}<sheetData>${rowXml(head, 1, 2)}`;
}

function sheetEnd({ look }: Table): string {
  const rules = (look?.columns ?? []).map(({ prompt, choices }, at) => {
    const range = `${letters(at)}2:${letters(at)}${(look?.rows ?? 0) + 1}`;
    const list = choices === undefined ? '' : ' type="list" showErrorMessage="1" errorTitle="请从列表里选"';
    const formula = choices === undefined ? '' : `<formula1>${escaped(`"${choices.join(',')}"`)}</formula1>`;
    return `<dataValidation${list} allowBlank="1" showInputMessage="1" prompt="${escaped(prompt)}" sqref="${range}">${formula}</dataValidation>`;
  });
  const validations =
    rules.length === 0 ? '' : `<dataValidations count="${rules.length}">${rules.join('')}</dataValidations>`;
  return `</sheetData>${validations}</worksheet>`;
}

/** The parts of the package except the sheets. */
function parts(name: string, sheets: number): [path: string, text: string][] {
  const each = (line: (sheet: number) => string) =>
    Array.from({ length: sheets }, (_, at) => line(at + 1)).join('');
  // At most 31 characters, and none of these.
  const title = (sheet: number) =>
    escaped(name.replace(/[\\/?*[\]:]/g, '').slice(0, 24)) + (sheet === 1 ? '' : ` ${sheet}`);
  const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return [
    [
      '[Content_Types].xml',
      `${xmlHead}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${spreadsheet}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${spreadsheet}.styles+xml"/>${each((sheet) => `<Override PartName="/xl/worksheets/sheet${sheet}.xml" ContentType="${spreadsheet}.worksheet+xml"/>`)}</Types>`,
    ],
    [
      '_rels/.rels',
      `${xmlHead}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `${xmlHead}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${each((sheet) => `<sheet name="${title(sheet)}" sheetId="${sheet}" r:id="rId${sheet}"/>`)}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${xmlHead}<Relationships xmlns="${packages}/relationships">${each((sheet) => `<Relationship Id="rId${sheet}" Type="${office}/worksheet" Target="worksheets/sheet${sheet}.xml"/>`)}<Relationship Id="rId${sheets + 1}" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    ],
    [
      'xl/styles.xml',
      // 49 is Excel's format “text”; the third is the heading's.
      `${xmlHead}<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf numFmtId="49" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>`,
    ],
  ];
}
