import writeExcelFile, { type Row } from 'write-excel-file/node';
import { type Block, docx, heading, paragraph, type Run, table } from '../../report/docx.ts';
import { classify } from '../facts/classification.ts';
import { applicationFacts, factAt, missingForApplication } from '../facts/facts.ts';
import { wordingOf } from '../facts/wording.ts';
import type { Listing } from '../listing.ts';
import { type About, aboutOf, chineseDate, type Made, missingFact } from './material.ts';

const name = '上架申请信息';

/** One line of the form: the question and the answer; null while the answer is not known. */
interface Line {
  section: string;
  title: string;
  value: string | null;
}

/**
 * The answers that the owner copies into the application form (guide 3: 「业主单位发起人对着填即可」).
 * A fact that is not known stands there as 【待填】.
 *
 * @param version the app's version.
 * @param day the day of making, as `2026-11-24`.
 */
export async function applicationMaterials(listing: Listing, version: string, day: string): Promise<Made> {
  const lines = linesOf(listing, version, day);
  return {
    materials: [
      {
        path: `1-${name}.docx`,
        purpose: '申请表单要填的全部信息，给业主单位的发起人对着填。',
        content: await documentOf(aboutOf(listing, day), lines),
      },
      {
        path: `1-${name}.xlsx`,
        purpose: '同上，表格形式，方便复制粘贴到申请表单。',
        content: await sheetOf(lines),
      },
    ],
    missing: missingForApplication(listing).map((fact) => missingFact(fact, name)),
  };
}

function linesOf(listing: Listing, version: string, day: string): Line[] {
  const facts = [...applicationFacts, 'scope.permissions'];
  const lines = facts.map((path): Line => {
    const [section = '', title = ''] = factAt(path).title.split('：');
    return { section, title, value: wordingOf(listing, path) };
  });
  const none = listing.scope.contacts === 'none' ? '无' : null;
  const permissions = lines.pop();
  if (permissions !== undefined) {
    const last = lines.findLastIndex(({ section }) => section === permissions.section);
    lines.splice(last + 1, 0, { ...permissions, value: permissions.value ?? none });
  }
  const first = lines.findIndex(({ section }) => section !== lines[0]?.section);
  lines.splice(first, 0, { section: '应用', title: '版本号', value: version });
  const found = classify(listing);
  return [
    ...lines,
    { section: '审批类型', title: '自建应用或统建应用', value: found?.name ?? null },
    { section: '审批类型', title: '理由', value: found?.reasons.join('；') ?? null },
    { section: '本表', title: '填写日期', value: chineseDate(day) },
  ];
}

const unfilled: Run[] = [{ text: '【待填】', bold: true, tone: 'bad' }];

function documentOf(facts: About, lines: readonly Line[]): Promise<Buffer> {
  const sections = [...new Set(lines.map(({ section }) => section))].filter((one) => one !== '本表');
  const blocks: Block[] = sections.flatMap((section, index) => [
    heading(`${numerals[index] ?? index + 1}、${section}`),
    table({
      widths: [2, 5],
      rows: lines
        .filter((line) => line.section === section)
        .map(({ title, value }) => [title, value ?? unfilled]),
    }),
  ]);
  return docx({
    title: name,
    facts,
    blocks: [
      paragraph(
        '本表由服务商准备，供业主单位的发起人对照填写上架申请表单。申请由业主单位发起，以表单的实际项目为准。',
      ),
      ...blocks,
    ],
  });
}

const numerals = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

async function sheetOf(lines: readonly Line[]): Promise<Buffer> {
  const head = { fontWeight: 'bold', backgroundColor: '#e7eefb', borderStyle: 'thin' } as const;
  const cell = { wrap: true, alignVertical: 'top', borderStyle: 'thin' } as const;
  const rows: Row[] = [
    ['分类', '项目', '内容'].map((value) => ({ ...head, value })),
    ...lines.map(
      ({ section, title, value }): Row => [
        { ...cell, value: section },
        { ...cell, value: title },
        // Text throughout: Excel would make a date of a version, and a number of a telephone number.
        {
          ...cell,
          value: value ?? '【待填】',
          type: String,
          ...(value === null && { textColor: '#b0191e' }),
        },
      ],
    ),
  ];
  return writeExcelFile(rows, {
    sheet: name,
    columns: [{ width: 14 }, { width: 28 }, { width: 60 }],
    orientation: 'landscape',
    stickyRowsCount: 1,
  }).toBuffer();
}
