import {
  AlignmentType,
  BorderStyle,
  type FileChild,
  HeadingLevel,
  ImageRun,
  type IRunPropertiesOptions,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx';
import { type Look, looks, textWidthOf } from './docx-styles.ts';
import { withoutControls } from './html.ts';
import { svgToPng } from './png.ts';

/** A piece of text within a line; a line break in it breaks the line. */
export interface Run {
  text: string;
  bold?: boolean;
  /** Met or not: green or red. */
  tone?: 'good' | 'bad';
}

export type Inline = string | readonly Run[];
type Align = 'left' | 'right' | 'center';

export interface TableOptions {
  /** Repeated on every page; none for a table of names and values. */
  head?: readonly string[];
  rows: readonly (readonly Inline[])[];
  /** Shares of the width, e.g. `[1, 3]`; equal where not said. */
  widths?: readonly number[];
  align?: readonly Align[];
}

export interface PictureOptions {
  /** Of the width between the margins, 1 by default; a picture is made smaller where it is higher than a page. */
  share?: number;
  caption?: string;
  /** Pixels for each of the picture's own; 2 is sharp on paper at half the width of a page. */
  scale?: number;
}

/** A part of a document; made by the functions below. */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'paragraph'; text: Inline; align: Align | 'justify'; indent: boolean }
  | { kind: 'bullets'; items: readonly Inline[] }
  | ({ kind: 'table' } & TableOptions)
  | ({ kind: 'picture'; svg: string; alt: string } & PictureOptions);

export const heading = (text: string): Block => ({ kind: 'heading', text });

/**
 * Text; its first line is indented by two characters unless `indent` is false (as for 省大数据局：) or it stands at
 * the right or in the middle (as a signature and its date do).
 */
export const paragraph = (
  text: Inline,
  { align = 'justify', indent = align === 'justify' }: { align?: Align | 'justify'; indent?: boolean } = {},
): Block => ({ kind: 'paragraph', text, align, indent });

export const bullets = (items: readonly Inline[]): Block => ({ kind: 'bullets', items });
export const table = (options: TableOptions): Block => ({ kind: 'table', ...options });

/** @param alt what the picture shows, for those who do not see it. */
export const picture = (svg: string, alt: string, options: PictureOptions = {}): Block => ({
  kind: 'picture',
  svg,
  alt,
  ...options,
});

const alignments = {
  left: AlignmentType.LEFT,
  right: AlignmentType.RIGHT,
  center: AlignmentType.CENTER,
  justify: AlignmentType.BOTH,
} as const;
const toneColours = { good: '0b6b3a', bad: 'b0191e' } as const;

export const drawTitle = (text: string): Paragraph =>
  new Paragraph({ heading: HeadingLevel.TITLE, children: runs(text) });

export async function drawBlock(block: Block, look: Look): Promise<FileChild[]> {
  switch (block.kind) {
    case 'heading':
      return [new Paragraph({ heading: HeadingLevel.HEADING_1, children: runs(block.text) })];
    case 'paragraph':
      return [
        new Paragraph({
          alignment: alignments[block.align],
          spacing: { ...looks[look].line, ...(look === 'report' ? { after: 80 } : {}) },
          ...(block.indent ? { indent: { firstLine: looks[look].firstLine } } : {}),
          children: runs(block.text),
        }),
      ];
    case 'bullets':
      return block.items.map(
        (item) =>
          new Paragraph({
            bullet: { level: 0 },
            spacing: { ...looks[look].line },
            children: runs(item),
          }),
      );
    case 'table':
      return [drawTable(block, look), new Paragraph({ spacing: { after: 60 }, children: [] })];
    case 'picture':
      return drawPicture(block, look);
  }
}

function runs(text: Inline, look: IRunPropertiesOptions = {}, bold = false): TextRun[] {
  const pieces: readonly Run[] = typeof text === 'string' ? [{ text }] : text;
  return pieces.flatMap((piece) =>
    withoutControls(piece.text)
      .split(/\r?\n/)
      .map(
        (line, index) =>
          new TextRun({
            text: line,
            ...look,
            ...(index > 0 ? { break: 1 } : {}),
            ...(bold || piece.bold === true ? { bold: true } : {}),
            ...(piece.tone === undefined ? {} : { color: toneColours[piece.tone] }),
          }),
      ),
  );
}

const border = { style: BorderStyle.SINGLE, size: 4, color: '9aa3ae' } as const;
const borders = { top: border, bottom: border, left: border, right: border } as const;

function drawTable({ head, rows, widths, align = [] }: TableOptions, look: Look): Table {
  const columns = Math.max(head?.length ?? 0, ...rows.map((row) => row.length));
  const shares = Array.from({ length: columns }, (_, column) => widths?.[column] ?? 1);
  const total = shares.reduce((sum, share) => sum + share, 0);
  // Fixed widths: WPS and LibreOffice would each guess others.
  const columnWidths = shares.map((share) => Math.floor((share / total) * textWidthOf(look)));
  const cell = (text: Inline, column: number, isHead: boolean) =>
    new TableCell({
      width: { size: columnWidths[column] ?? 0, type: WidthType.DXA },
      borders,
      margins: { top: 50, bottom: 50, left: 90, right: 90 },
      verticalAlign: VerticalAlign.CENTER,
      ...(isHead ? { shading: { type: ShadingType.CLEAR, color: 'auto', fill: 'eef2f8' } } : {}),
      children: [
        new Paragraph({
          alignment: alignments[isHead ? 'center' : (align[column] ?? 'left')],
          children: runs(text, looks[look].table, isHead),
        }),
      ],
    });
  const cells = (row: readonly Inline[], isHead: boolean) =>
    Array.from({ length: columns }, (_, column) => cell(row[column] ?? '', column, isHead));
  return new Table({
    width: { size: columnWidths.reduce((sum, width) => sum + width, 0), type: WidthType.DXA },
    columnWidths,
    layout: TableLayoutType.FIXED,
    rows: [
      ...(head === undefined
        ? []
        : [new TableRow({ tableHeader: true, cantSplit: true, children: cells(head, true) })]),
      ...rows.map((row) => new TableRow({ cantSplit: true, children: cells(row, false) })),
    ],
  });
}

async function drawPicture(
  { svg, alt, share = 1, caption, scale }: Extract<Block, { kind: 'picture' }>,
  look: Look,
): Promise<FileChild[]> {
  const png = await svgToPng(svg, scale);
  // The page is measured in twentieths of a point, 15 to a pixel of 1/96 inch. A fifth of its height is left for words.
  const { size, margin } = looks[look].page;
  const highest = ((size.height - margin.top - margin.bottom) / 15) * 0.8;
  const width = Math.min((textWidthOf(look) / 15) * share, (highest * png.width) / png.height);
  const height = (width * png.height) / png.width;
  const image = new ImageRun({
    type: 'png',
    data: png.data,
    transformation: { width: Math.round(width), height: Math.round(height) },
    altText: { name: withoutControls(alt), title: withoutControls(alt), description: withoutControls(alt) },
  });
  const lines = [
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { before: 100, after: 60 },
      keepNext: caption !== undefined,
      children: [image],
    }),
  ];
  if (caption !== undefined) {
    lines.push(
      new Paragraph({
        alignment: AlignmentType.CENTER,
        spacing: { after: 160 },
        children: runs(caption, looks[look].table),
      }),
    );
  }
  return lines;
}
