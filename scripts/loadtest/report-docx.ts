import {
  type Block,
  bullets,
  type DocxDocument,
  heading,
  paragraph,
  picture,
  type Run,
  table,
} from '../report/docx.ts';
import { svgToPng } from '../report/png.ts';
import type { LoadTestReport } from './contract.ts';
import {
  barRows,
  charts,
  conclusion,
  endpointHead,
  endpointRows,
  errorHead,
  errorRows,
  facts,
  method,
  reportTitle,
  stepHead,
  stepRow,
} from './report-parts.ts';

const right = 'right' as const;
const green = '0b6b3a';
const red = 'b0191e';

const coloured = (text: string, met: boolean): Run[] => [{ text, bold: true, colour: met ? green : red }];

/** The report as a Word document, with the same figures as the page. */
export async function reportDocument(report: LoadTestReport): Promise<DocxDocument> {
  const errors = errorRows(report);
  const pictures: Block[] = [];
  for (const [index, { svg, caption }] of charts(report).entries()) {
    pictures.push(picture(await svgToPng(svg), caption, { caption: `图 ${index + 1}　${caption}` }));
  }
  return {
    title: reportTitle(report),
    blocks: [
      heading('一、结论'),
      paragraph(coloured(conclusion(report), report.verdict.passed)),
      ...(report.partial
        ? [paragraph(coloured('压测中途被停止，这是已经测到的部分，不能作为完整的压测报告。', false))]
        : []),
      table({
        head: ['指标', '标准', '实测', '结果'],
        rows: barRows(report).map(({ name, bar, measured, met }) => [
          name,
          bar,
          measured,
          coloured(met ? '达标' : '未达标', met),
        ]),
        align: ['left', right, right, 'center'],
      }),
      ...(report.notes.length > 0 ? [paragraph('需要说明：'), bullets(report.notes)] : []),
      heading('二、压测环境'),
      table({ rows: facts(report), widths: [1, 4] }),
      heading('三、各档结果'),
      paragraph('响应时间的单位是毫秒。'),
      table({
        head: stepHead,
        rows: report.steps.map((step) => {
          const { cells, met } = stepRow(step);
          return [...cells.slice(0, -1), coloured(cells.at(-1) ?? '', met)];
        }),
        widths: [8, 7, 12, 11, 12, 9, 9, 9, 9, 9, 10, 11],
        align: stepHead.map((_, index) => (index === stepHead.length - 1 ? 'center' : right)),
      }),
      ...pictures,
      heading('四、各接口'),
      table({
        head: endpointHead,
        rows: endpointRows(report),
        widths: [1, 3.4, 1.4, 1.3, 1.6, 1.6],
        align: [right, 'left', right, right, right, right],
      }),
      heading('五、错误'),
      ...(errors.length === 0
        ? [paragraph('没有错误。')]
        : [
            table({
              head: errorHead,
              rows: errors,
              widths: [1, 4, 1.5, 1.5],
              align: [right, 'left', right, right],
            }),
          ]),
      heading('六、怎样测的'),
      bullets(method(report)),
    ],
  };
}
