import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { ZipFile } from 'yazl';
import { rowsOf, xlsxOf } from '../testing/import.ts';
import { readFile } from './reading.ts';

const cell = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('=1+1', "'=1", '_x000D_', 'a\r\nb', '𠮷', ' x ', '<&">', '10000000001', '-5', '\u0001'),
  )
  // What XML has no place for cannot be in a workbook.
  .map((text) => text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ''));

test('a written workbook is read unchanged, with formulas as text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), async (rows) => {
      const read = await rowsOf(await xlsxOf([['用户名', '姓名'], ...rows]));
      const filled = rows.filter((row) => row.some((one) => one !== ''));
      expect(read.map(([one = '', other = '']) => [one, other])).toEqual([['用户名', '姓名'], ...filled]);
    }),
    { numRuns: 60 },
  );
});

const sheetType = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relationship = (id: string, kind: string, target: string) =>
  `<Relationship Id="${id}" Type="${sheetType}/${kind}" Target="${target}"/>`;

/** A workbook as other programs write it. */
const parts = (rows: string, more: Record<string, string> = {}): Record<string, string> => ({
  '[Content_Types].xml': '<Types/>',
  '_rels/.rels': `<Relationships>${relationship('r', 'officeDocument', '/xl/workbook.xml')}</Relationships>`,
  'xl/workbook.xml':
    '<x:workbook xmlns:x="x" xmlns:r="r"><x:sheets><x:sheet name="旧" state="hidden" r:id="old"/><x:sheet name="人员" r:id="s"/></x:sheets></x:workbook>',
  'xl/_rels/workbook.xml.rels': `<Relationships>${relationship('s', 'worksheet', 'worksheets/a.xml')}${relationship('t', 'sharedStrings', 'shared.xml')}${relationship('u', 'styles', 'styles.xml')}</Relationships>`,
  'xl/shared.xml':
    '<sst><si><t>用户名</t></si><si><t>姓名</t></si><si><r><t>部</t></r><r><t>门</t></r><rPh><t>bu</t></rPh></si><si><t>手机号</t></si></sst>',
  'xl/styles.xml':
    '<styleSheet><numFmts><numFmt numFmtId="176" formatCode="[$-804]yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt numFmtId="177" formatCode="[Red]0.00"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="176"/><xf numFmtId="177"/></cellXfs></styleSheet>',
  'xl/worksheets/a.xml': `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c><c r="D1" t="s"><v>3</v></c></row>${rows}</sheetData></worksheet>`,
  ...more,
});

async function zipOf(files: Record<string, string | Readable>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'string') zip.addBuffer(Buffer.from(content), name);
    else zip.addReadStream(content, name);
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** `row/column: message` of every problem. */
async function problemsOf(bytes: Buffer): Promise<string[]> {
  const read = await readFile(bytes);
  if ('problem' in read) return [read.problem];
  return read.file.problems.first.map(
    ({ row, column, message }) => `${row ?? '-'}/${column ?? '-'}: ${message}`,
  );
}

test('cells of other programs are read: shared and rich texts, numbers, results of formulas, yes and no', async () => {
  const rows =
    '<row r="3"><c r="A3" t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c r="B3" t="inlineStr"><is><t>张_x0033_</t></is></c><c r="C3" s="3"><v>5.0</v></c><c r="D3"><f>1</f><v>1.3800000000E10</v></c></row>' +
    '<row><c t="s"><v>0</v></c><c t="str"><v>李</v></c></row>';
  const read = await readFile(await zipOf(parts(rows)));
  expect(read).toMatchObject({
    format: 'xlsx',
    file: {
      columns: ['用户名', '姓名', '部门', '手机号'],
      rows: [
        { row: 3, username: 'ab', fields: { name: '张3', department: '5', mobile: '13800000000' } },
        { row: 4, username: '用户名', fields: { name: '李' } },
      ],
    },
  });
});

test.each([
  ['a formula without a result', '<c r="C2"><f>1+1</f><v/></c>', /^2\/部门: “部门”是还没有结果的公式/],
  ['an error of a formula', '<c r="C2" t="e"><f>NA()</f><v>#N/A</v></c>', /^2\/部门: “部门”是公式算错的结果/],
  ['a date', '<c r="C2" s="1"><v>46022</v></c>', /^2\/部门: “部门”被 Excel 改成了日期/],
  ['a date in a format of its own', '<c r="C2" s="2"><v>46022</v></c>', /改成了日期/],
  ['a number that has lost its digits', '<c r="D2"><v>1.3800000000000001E+18</v></c>', /科学计数法/],
  ['too many columns', '<c r="XFD2"><v>1</v></c>', /^2\/-: 这一行太长/],
  ['a text that no cell can hold', `<c r="C2" t="str"><v>${'长'.repeat(9000)}</v></c>`, /^2\/-: 这一行太长/],
])('%s is reported by row and column', async (_, cells, problem) => {
  const row = `<row r="2"><c r="A2" t="str"><v>a</v></c><c r="B2" t="str"><v>甲</v></c>${cells}</row>`;
  expect(await problemsOf(await zipOf(parts(row)))).toEqual([expect.stringMatching(problem)]);
});

const fine = await xlsxOf([
  ['用户名', '姓名'],
  ['a', '甲'],
]);

test.each<[string, () => Buffer | Promise<Buffer>, RegExp]>([
  ['an archive of nothing', () => zipOf({}), /已经损坏/],
  ['an archive of something else', () => zipOf({ 'word/document.xml': '<a/>' }), /不是 Excel/],
  ['the beginning of a workbook', () => fine.subarray(0, fine.length / 2), /已经损坏/],
  ['a workbook with a byte changed', () => Buffer.from(fine).fill(0xff, 60, 70), /已经损坏/],
  ['XML that is none', () => zipOf(parts('<row><c>')), /已经损坏/],
  [
    'entities that grow',
    () => zipOf(parts('', { 'xl/worksheets/a.xml': '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>' })),
    /已经损坏/,
  ],
  ['macros', () => zipOf(parts('', { 'xl/vbaProject.bin': 'x' })), /有宏/],
  [
    'a workbook that says it has macros',
    () =>
      zipOf(
        parts('', {
          '[Content_Types].xml': '<Types><Override ContentType="x.macroEnabled.main+xml"/></Types>',
        }),
      ),
    /有宏/,
  ],
  ['a binary workbook', () => zipOf({ 'xl/workbook.bin': 'x' }), /\.xlsb/],
  [
    'a workbook with a password',
    () =>
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('xEncryptedPackage', 'utf16le')]),
    /加了密码/,
  ],
  [
    'a zip with a password',
    () => {
      const bytes = Buffer.from(fine);
      // The flag of every entry in the directory at the end.
      for (
        let at = bytes.indexOf('PK\u0001\u0002');
        at !== -1;
        at = bytes.indexOf('PK\u0001\u0002', at + 1)
      ) {
        bytes.writeUInt16LE(bytes.readUInt16LE(at + 8) | 1, at + 8);
      }
      return bytes;
    },
    /加了密码/,
  ],
])('%s is reported in a sentence', async (_, make, problem) => {
  expect(await problemsOf(await make())).toEqual([expect.stringMatching(problem)]);
});

test('a file that unzips to gigabytes is reported, even if its directory names a smaller size', async () => {
  const zeros = Readable.from(
    (function* () {
      for (let at = 0; at < 120; at += 1) yield Buffer.alloc(1024 * 1024, ' ');
    })(),
  );
  const files = parts('');
  delete files['xl/worksheets/a.xml'];
  const bytes = await zipOf({ ...files, 'xl/worksheets/a.xml': zeros });
  expect(bytes.length).toBeLessThan(1024 * 1024);
  expect(await problemsOf(bytes)).toEqual([expect.stringMatching(/解开后太大|已经损坏/)]);
});
