/**
 * Word documents in Chinese, on A4, that open alike in Word, WPS and LibreOffice.
 *
 *     const file = await docx({ title: '压测报告', blocks: [heading('结果'), paragraph('……'), table({ … })] });
 *     await writeFile('压测报告.docx', file);
 */
import { Document, type ISectionOptions, Packer } from 'docx';
import { type Block, drawBlock } from './docx-blocks.ts';
import { footer } from './docx-footer.ts';
import { fontTable, type Look, looks, styles } from './docx-styles.ts';
import { withoutControls } from './html.ts';

export {
  type Block,
  bullets,
  heading,
  type Inline,
  pageBreak,
  paragraph,
  picture,
  type Run,
  table,
} from './docx-blocks.ts';

export interface DocxDocument {
  /** Stands centred at the top; a line break in it breaks the line. */
  title: string;
  subtitle?: string;
  /**
   * `report` (the default): 宋体 with 黑体 headings, tables and pictures, 第 X 页 共 Y 页.
   * `official`: as 公文 are set (GB/T 9704): 仿宋_GB2312 三号, title 二号, first lines indented, — X —.
   */
  look?: Look;
  /** Who wrote it, in the file's properties. */
  creator?: string;
  blocks: readonly Block[];
}

/** @returns the bytes of the .docx file. */
export async function docx({
  title,
  subtitle,
  look = 'report',
  creator,
  blocks,
}: DocxDocument): Promise<Buffer> {
  const section: ISectionOptions = {
    properties: { page: looks[look].page },
    footers: { default: footer(look) },
    children: [
      ...drawBlock({ kind: 'title', text: title }, look),
      ...(subtitle === undefined ? [] : drawBlock({ kind: 'subtitle', text: subtitle }, look)),
      ...blocks.flatMap((block) => drawBlock(block, look)),
    ],
  };
  const document = new Document({
    title: withoutControls(title).replaceAll('\n', ''),
    ...(creator === undefined
      ? {}
      : { creator: withoutControls(creator), lastModifiedBy: withoutControls(creator) }),
    styles: styles(look),
    // Word hides what it would otherwise offer: “兼容模式”.
    compatibility: { version: 15 },
    sections: [section],
  });
  return Packer.toBuffer(document, undefined, [{ path: 'word/fontTable.xml', data: fontTable }]);
}
