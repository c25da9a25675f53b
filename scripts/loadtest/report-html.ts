import { html, htmlBadge, htmlFigure, htmlNote, htmlPage, htmlTable } from '../report/html.ts';
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

/** The report as one HTML file. */
export function reportPage(report: LoadTestReport): string {
  const errors = errorRows(report);
  const { passed } = report.verdict;
  return htmlPage({
    title: reportTitle(report),
    facts: facts(report),
    css: '.steps td, .steps th { padding: 6px 7px; font-size: 13px; }',
    body: html`
${htmlNote(passed ? 'good' : 'bad', html`<p><strong>${conclusion(report)}</strong></p>`)}
${report.partial && htmlNote('warn', '压测中途被停止，这是已经测到的部分，不能作为完整的压测报告。')}
${report.notes.length > 0 && htmlNote('warn', html`<ul>${report.notes.map((note) => html`<li>${note}</li>`)}</ul>`)}
<h2>与标准对照</h2>
${htmlTable({
  head: ['指标', '标准', '实测', '结果'],
  rows: barRows(report).map(({ name, bar, measured, met }) => [name, bar, measured, result(met)]),
  align: ['left', right, right, 'center'],
})}
<h2>各档结果</h2>
<p>响应时间的单位是毫秒。</p>
<div class="steps">${htmlTable({
      head: stepHead,
      rows: report.steps.map((step) => {
        const { cells, met } = stepRow(step);
        return [...cells.slice(0, -1), htmlBadge(met ? 'good' : 'bad', cells.at(-1) ?? '')];
      }),
      align: stepHead.map((_, index) => (index === stepHead.length - 1 ? 'center' : right)),
    })}</div>
${charts(report).map(({ svg, caption }, index) => htmlFigure(svg, `图 ${index + 1}　${caption}`))}
<h2>各接口</h2>
${htmlTable({ head: endpointHead, rows: endpointRows(report), align: [right, 'left', right, right, right, right] })}
<h2>错误</h2>
${errors.length === 0 ? html`<p>没有错误。</p>` : htmlTable({ head: errorHead, rows: errors, align: [right, 'left', right, right] })}
<h2>怎样测的</h2>
<ul>${method(report).map((line) => html`<li>${line}</li>`)}</ul>`,
  });
}

const result = (met: boolean) => htmlBadge(met ? 'good' : 'bad', met ? '达标' : '未达标');
