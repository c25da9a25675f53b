import { html, htmlBadge, htmlNote, htmlPage, htmlTable, type Tone } from '../../report/html.ts';
import { minuteInChina } from '../../report/time.ts';
import {
  type CheckReport,
  isSettled,
  kindWords,
  type ResultState,
  type RuleResult,
  stateWords,
} from './report.ts';
import { nextStep, stageWords, stepsOf } from './steps.ts';
import { bySection, conclusion } from './terminal.ts';

const tones: Readonly<Record<ResultState, Tone>> = {
  pass: 'good',
  fail: 'bad',
  fault: 'bad',
  question: 'warn',
  unknown: 'warn',
  'not-applicable': 'plain',
};

const css = `
.how { color: var(--soft); font-size: 0.92em; margin: 4px 0 0; } .how code { font-size: 1em; }
ul.evidence { margin: 4px 0 0; padding-left: 18px; color: var(--soft); font-size: 0.92em; overflow-wrap: anywhere; }
.remedy { margin: 4px 0 0; }
.sum { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0; }
.check table { table-layout: fixed; } .check th:first-child { width: 34%; } .check th:nth-child(2) { width: 84px; }
`;

/** The report as one HTML file, to read and to print: first the open points, then every rule by section. */
export function checkPage(report: CheckReport): string {
  const counted = (Object.entries(stateWords) as [ResultState, string][]).filter(
    ([state]) => report.totals[state] > 0,
  );
  return htmlPage({
    title: `${report.app ?? '应用'}上架体检报告`,
    facts: [
      ['应用域名', report.domain ?? '（还没有填）'],
      ['检查时间', minuteInChina(report.startedAt)],
      ['规则', `${report.results.length} 条${report.partial ? '（只查了一部分）' : ''}`],
    ],
    css,
    body: html`
${htmlNote(report.passed ? 'good' : 'bad', html`<p><strong>${conclusion(report)}</strong></p><p>${report.stage}：${stageWords[report.stage]}</p><p>下一步：${nextStep(report)}</p>`)}
${
  report.rehearsal.length > 0 &&
  htmlNote(
    'warn',
    html`<p>这是一次演练，不能作为上架材料：</p><ul>${report.rehearsal.map((line) => html`<li>${line}</li>`)}</ul>`,
  )
}
<div class="sum">${counted.map(([state, word]) => htmlBadge(tones[state], `${word} ${report.totals[state]}`))}</div>
<div class="check">
${stepsOf(report).map(({ title, items }) => html`<h2>${title}</h2><ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`)}
${bySection(report.results).map(({ heading, results }) => html`<h2>${heading}</h2>${table(results)}`)}
</div>`,
  });
}

const table = (results: readonly RuleResult[]) =>
  htmlTable({
    head: ['规则', '结果', '查到的情况'],
    rows: results.map((result) => [
      html`${result.title}<p class="how"><code>${result.id}</code> ${kindWords[result.kind]}。${
        result.sentence !== null && html`指南：“${result.sentence}”`
      }</p><p class="how">${result.how}</p>`,
      htmlBadge(tones[result.state], stateWords[result.state]),
      html`${result.detail}
${result.evidence.length > 0 && html`<ul class="evidence">${result.evidence.map((line) => html`<li>${line}</li>`)}</ul>`}
${!isSettled(result.state) && html`<p class="remedy"><strong>怎么办：</strong>${result.remedy}</p>`}
${result.excused && html`<p class="remedy">已写情况说明。</p>`}`,
    ]),
  });
