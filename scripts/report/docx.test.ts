import { strFromU8, unzipSync } from 'fflate';
import { bullets, type DocxDocument, docx, heading, paragraph, picture, table } from './docx.ts';

async function open(document: DocxDocument): Promise<(part: string) => string> {
  const files = unzipSync(await docx(document));
  return (part) => {
    const file = files[part];
    if (file === undefined) throw new Error(`${part} is missing: ${Object.keys(files).join(', ')}`);
    return strFromU8(file);
  };
}

const textOf = (xml: string) =>
  [...xml.matchAll(/<w:t[ >][^<]*|<w:t>[^<]*/g)].map(([t]) => t.replace(/<[^>]*>/, ''));

test('a document is A4, names Chinese fonts with replacements, and numbers its pages', async () => {
  const part = await open({ title: '压测报告', blocks: [paragraph('内容')] });
  expect(part('word/document.xml')).toMatch(/<w:pgSz w:w="11906" w:h="16838"/);
  expect(part('word/styles.xml')).toMatch(/<w:docDefaults>.*?w:eastAsia="宋体"/s);
  expect(part('word/styles.xml')).toMatch(/w:styleId="Heading1".*?w:eastAsia="黑体"/s);
  expect(part('word/fontTable.xml')).toContain('<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>');
  expect(part('[Content_Types].xml')).toContain('/word/fontTable.xml');
  const footer = part('word/footer1.xml');
  expect(footer).toMatch(/PAGE.*NUMPAGES/s);
  expect(textOf(footer).join('')).toBe('第  页，共  页');
  expect(textOf(part('word/document.xml'))).toEqual(['压测报告', '内容']);
});

test('a 公文 is in 仿宋_GB2312 三号 with exact lines and an indent of two characters, except salutation and signature', async () => {
  const part = await open({
    look: 'official',
    title: '关于某应用的\n情况说明',
    creator: '某办公室',
    blocks: [
      paragraph('省大数据局：', { indent: false }),
      paragraph('正文'),
      paragraph('某办公室', { align: 'right' }),
    ],
  });
  expect(part('word/styles.xml')).toMatch(/<w:docDefaults>.*?w:eastAsia="仿宋_GB2312".*?<w:sz w:val="32"/s);
  const paragraphs = part('word/document.xml').match(/<w:p>.*?<\/w:p>/gs) ?? [];
  expect(paragraphs).toHaveLength(4);
  expect(paragraphs.map((one) => /w:firstLine="(\d+)"/.exec(one)?.[1])).toEqual([
    undefined,
    undefined,
    '640',
    undefined,
  ]);
  expect(paragraphs[0]).toContain('<w:br/>');
  expect(paragraphs[2]).toMatch(/w:line="560" w:lineRule="exact"/);
  expect(paragraphs[3]).toContain('<w:jc w:val="right"/>');
  expect(part('docProps/core.xml')).toContain('<dc:creator>某办公室</dc:creator>');
  expect(textOf(part('word/footer1.xml')).join('')).toBe('—  —');
});

test('a table repeats its head and keeps to the text’s width', async () => {
  const part = await open({
    title: '表',
    blocks: [
      heading('结果'),
      bullets(['一条']),
      table({
        head: ['并发', '结论'],
        rows: [['50', [{ text: '通过', bold: true, tone: 'good' }]], ['100']],
        widths: [1, 3],
        align: ['right'],
      }),
    ],
  });
  const xml = part('word/document.xml');
  expect(xml.match(/<w:tblHeader\/>/g)).toHaveLength(1);
  const widths = [...xml.matchAll(/<w:gridCol w:w="(\d+)"/g)].map(([, width]) => Number(width));
  expect(widths).toEqual([2296, 6888]);
  expect(xml).toMatch(/<w:tblLayout w:type="fixed"\/>/);
  // The last row has a cell for each column, though only one was given.
  expect(xml.match(/<w:tc>/g)).toHaveLength(6);
  expect(xml).toMatch(/<w:b\/>.*?<w:color w:val="0b6b3a"\/>.*?通过/s);
});

test('a picture keeps its proportions and fits the page', async () => {
  const svg = (width: number, height: number) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"/>`;
  const part = await open({
    title: '图',
    blocks: [picture(svg(200, 100), '横图', { caption: '图 1', share: 0.5 }), picture(svg(100, 400), '竖图')],
  });
  const xml = part('word/document.xml');
  const sizes = [...xml.matchAll(/<wp:extent cx="(\d+)" cy="(\d+)"/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  const [[width = 0, height = 0] = [], [tallWidth = 0, tallHeight = 0] = []] = sizes;
  expect(width / height).toBeCloseTo(2, 1);
  expect(tallHeight / tallWidth).toBeCloseTo(4, 1);
  // 914,400 to an inch: below the 250 mm between the margins.
  expect((tallHeight / 914_400) * 25.4).toBeLessThan(210);
  expect(xml).toContain('descr="横图"');
  expect(textOf(xml)).toContain('图 1');
});

test('text from outside cannot break the file', async () => {
  const part = await open({ title: '<a>&"\u0000', blocks: [paragraph('\u0001<w:p>\ud800')] });
  expect(textOf(part('word/document.xml'))).toEqual(['&lt;a&gt;&amp;&quot;', '&lt;w:p&gt;']);
});
