import { AlignmentType, Footer, PageNumber, Paragraph, TextRun } from 'docx';
import { type Look, looks } from './docx-styles.ts';

/** The page's number: in the middle of a report's page, and as GB/T 9704 wants it on 公文. */
export function footer(look: Look): Footer {
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
