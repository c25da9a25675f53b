/**
 * Word documents in Chinese, on A4, that open alike in Word, WPS and LibreOffice.
 *
 *     const file = await docx({ title: '压测报告', blocks: [heading('结果'), paragraph('……'), table({ … })] });
 *     await writeFile('压测报告.docx', file);
 */
import {
  AlignmentType,
  Document,
  Footer,
  type ISectionOptions,
  Packer,
  PageNumber,
  Paragraph,
  TextRun,
} from 'docx';
import { type Block, drawBlock, drawTitle, table } from './docx-blocks.ts';
import { fontTable, type Look, looks, styles } from './docx-styles.ts';
import { withoutControls } from './html.ts';

export {
  type Block,
  bullets,
  heading,
  type Inline,
  paragraph,
  picture,
  type Run,
  table,
} from './docx-blocks.ts';

export interface DocxDocument {
  /** Stands centred at the top; a line break in it breaks the line. */
  title: string;
  /** Names and values under the title: whose document it is, and of which day. */
  facts?: readonly (readonly [string, string])[];
  /**
   * `report` (the default): 宋体 with 黑体 headings, tables and pictures, 第 X 页 共 Y 页.
   * `official`: as 公文 are set (GB/T 9704): 仿宋_GB2312 三号, title 二号, first lines indented, — X —.
   */
  look?: Look;
  /** The author in the file's properties. */
  creator?: string;
  blocks: readonly Block[];
}

/** @returns the bytes of the .docx file. */
export async function docx({
  title,
  facts = [],
  look = 'report',
  creator,
  blocks,
}: DocxDocument): Promise<Buffer> {
  const about = facts.length === 0 ? [] : [table({ rows: facts, widths: [1, 4] })];
  const drawn = await Promise.all([...about, ...blocks].map((block) => drawBlock(block, look)));
  const section: ISectionOptions = {
    properties: { page: looks[look].page },
    footers: { default: footer(look) },
    children: [drawTitle(title), ...drawn.flat()],
  };
  const document = new Document({
    title: withoutControls(title).replaceAll('\n', ''),
    ...(creator === undefined
      ? {}
      : { creator: withoutControls(creator), lastModifiedBy: withoutControls(creator) }),
    styles: styles(look),
    // Without it, Word shows “兼容模式” in its title bar.
    compatibility: { version: 15 },
    sections: [section],
  });
  return Packer.toBuffer(document, undefined, [{ path: 'word/fontTable.xml', data: fontTable }]);
}

/** The page's number: in the middle of a report's page, and as GB/T 9704 wants it on 公文. */
function footer(look: Look): Footer {
  const children =
    look === 'report'
      ? ['第 ', PageNumber.CURRENT, ' 页，共 ', PageNumber.TOTAL_PAGES, ' 页']
      : ['— ', PageNumber.CURRENT, ' —'];
  return new Footer({
    children: [
      new Paragraph({
        alignment: AlignmentType.CENTER,
        children: [new TextRun({ ...looks[look].footer, children })],
      }),
    ],
  });
}
