import { type Block, docx, heading, paragraph, type Run, table } from '../../report/docx.ts';
import { type CheckReport, isSettled, type RuleResult } from '../check/report.ts';
import { bySection } from '../check/terminal.ts';
import { type About, type Made, made } from './material.ts';

const name = '自查报告';

/** Texts with technical words, which an owner is not shown. */
const technical = /[a-z]{3,}[./_-][a-z]|npm|yaml|answers|_[A-Z]|[A-Z]{4,}|\bGET\b|\bPOST\b/;

/** The list of the guide's demands for the owner: each in the guide's words, and whether it is met. */
export async function selfCheckMaterial(report: CheckReport, facts: About): Promise<Made> {
  const asked = report.results.filter(({ kind }) => kind !== 'own');
  const open = asked.filter((result) => !isSettled(result.state) && !result.excused);
  const conclusion =
    open.length === 0
      ? `指南的 ${asked.length} 条要求逐条查过，都已达到、与本应用无关，或写了情况说明。`
      : `指南的 ${asked.length} 条要求里，还有 ${open.length} 条没有达到或没有查完，由服务商处理后重新出具本报告。`;
  const rehearsal: Block[] =
    report.rehearsal.length === 0
      ? []
      : [paragraph([{ text: '这是一次演练的结果，不能作为上架材料。', bold: true, tone: 'bad' }])];
  return made({
    path: `6-${name}.docx`,
    purpose: '《应用开发部署》指南的每条要求：原话、是否达到、依据。',
    content: await docx({
      title: '上架自查报告',
      facts,
      blocks: [
        heading('结论'),
        ...rehearsal,
        paragraph([{ text: conclusion, bold: true, tone: open.length === 0 ? 'good' : 'bad' }]),
        ...bySection(asked).flatMap(({ heading: title, results }) => [
          heading(title),
          table({
            head: ['要求', '指南的原话', '结果', '依据'],
            widths: [4, 5, 2, 4],
            align: ['left', 'left', 'center', 'left'],
            rows: results.map((result) => [
              result.title,
              result.sentence ?? '',
              [wordOf(result)],
              technical.test(result.detail) ? '服务商核对' : result.detail,
            ]),
          }),
        ]),
      ],
    }),
  });
}

function wordOf({ state, excused }: RuleResult): Run {
  if (state === 'pass') return { text: '达到', bold: true, tone: 'good' };
  if (state === 'not-applicable') return { text: '不涉及' };
  return excused ? { text: '见情况说明', bold: true } : { text: '没有完成', bold: true, tone: 'bad' };
}
