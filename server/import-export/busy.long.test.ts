import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { importLimit } from '../config/limits.ts';
import { whileLookedAt } from '../testing/busy.ts';
import { csvOf, xlsxOf } from '../testing/import.ts';
import { prepareImport } from '../testing/import-pages.ts';
import { maxRows } from './source.ts';

const pages = prepareImport();

const head = ['用户名', '姓名', '手机号', '部门', '角色', '平台账号 id', '员工编码', '超级高管', '初始密码'];
const full = (text: string) =>
  Buffer.from(`${head.join(',')}\r\n${text.repeat(importLimit)}`.slice(0, importLimit - 1000));
const rows = (row: (at: number) => string[]) => [
  head,
  ...Array.from({ length: maxRows }, (_, at) => row(at)),
];
const wrong = () => rows(() => ['', '', '1', '', 'x', '1,2', '1 1', 'z', '']);
const right = () => rows((at) => [`person${at}`, '张三', '', '办公室', '', `p-${at}`, '', '', '']);

/** A part of a workbook that unzips to 600 MB. */
async function bomb(part: string, start: string, more: string): Promise<Buffer> {
  const zip = new ZipFile();
  const block = Buffer.from(more.repeat(Math.ceil((1024 * 1024) / more.length)));
  const content = Readable.from(
    (function* () {
      yield Buffer.from(start);
      for (let at = 0; at < 600; at += 1) yield block;
    })(),
  );
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const related = (name: string, target: string) =>
    `<Relationship Id="${name}" Type="${office}/${name}" Target="${target}"/>`;
  zip.addReadStream(content, `xl/${part}`);
  if (part !== 'sheet.xml') zip.addBuffer(Buffer.from('<worksheet/>'), 'xl/sheet.xml');
  for (const [name, text] of Object.entries({
    '_rels/.rels': `<Relationships>${related('officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': '<workbook><sheets><sheet name="a" r:id="worksheet"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': `<Relationships>${related('worksheet', 'sheet.xml')}${related('sharedStrings', 'shared.xml')}</Relationships>`,
  })) {
    zip.addBuffer(Buffer.from(text), name);
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** Files with the number of their problems, and the first one; null for none. */
const files: [string, () => Buffer | Promise<Buffer>, number, RegExp | null][] = [
  ['10 MiB of commas', () => full(','), 1, /有一行太长/],
  ['10 MiB of blank lines', () => full('\r\n'), 1, /最多 30,000 行/],
  ['10 MiB of lines of one comma', () => full(',\r\n'), 1, /最多 30,000 行/],
  ['10 MiB of quotes', () => full('"'), 1, /太长|没有配对/],
  ['30,000 rows in which nothing is right', () => csvOf(wrong()), maxRows * 6, /不能为空/],
  ['a workbook of 30,000 rows in which nothing is right', () => xlsxOf(wrong()), maxRows * 6, /不能为空/],
  ['30,000 new people', () => csvOf(right()), 0, null],
  ['a workbook of 30,000 new people', () => xlsxOf(right()), 0, null],
  [
    'a workbook of 600 MB of rows',
    () => bomb('sheet.xml', '<worksheet><sheetData>', '<row><c t="str"><v>a</v></c></row>'),
    1,
    /解开后太大|没有“用户名”|第一行/,
  ],
  ['a workbook of one text of 600 MB', () => bomb('shared.xml', '<sst><si><t>', 'a'), 1, /解开后太大|读不完/],
  [
    'a workbook of 600 MB of shared texts',
    () => bomb('shared.xml', '<sst>', '<si><t>a</t></si>'),
    1,
    /解开后太大|读不完/,
  ],
];

test.each(files)(
  'other requests are answered while %s are checked twice at once, and memory stays limited',
  async (what, make, count, message) => {
    const file = await make();
    const before = process.memoryUsage.rss();
    let most = before;
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 20);
    const from = performance.now();
    const { previews, times } = await whileLookedAt(pages, file, 2).finally(() => clearInterval(watching));
    const tookMs = Math.round(performance.now() - from);
    for (const { problemCount, problems } of previews) {
      if (message !== null) expect(problems[0]?.message).toMatch(message);
      expect(problemCount).toBe(count);
    }
    const p99 = times[Math.floor(times.length * 0.99)] ?? 0;
    const grownMb = (most - before) / 1_000_000;
    console.info(
      `${what}: ${tookMs} ms; ${times.length} other requests, p99 ${Math.round(p99)} ms; ${Math.round(grownMb)} MB more`,
    );
    expect(times.length).toBeGreaterThan(2);
    expect(grownMb).toBeLessThan(200);
  },
  120_000,
);
