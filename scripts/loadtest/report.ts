import { lineChart } from '../report/chart.ts';
import {
  type Block,
  bullets,
  type DocxDocument,
  heading,
  type Inline,
  paragraph,
  picture,
  type Run,
  table,
} from '../report/docx.ts';
import { minuteInChina } from '../report/time.ts';
import { bars, isOwnDomain, type LoadTestReport, type LoadTestStep, type Sample } from './contract.ts';
import { decidingStep, missedBars } from './verdict.ts';
import { count, errorName, ms, percent } from './words.ts';

const right = 'right' as const;

const coloured = (text: string, met: boolean): Run[] => [{ text, bold: true, tone: met ? 'good' : 'bad' }];

/** The report, which becomes a Word document and a page. */
export function reportDocument(report: LoadTestReport): DocxDocument {
  const { steps, partial, verdict, notes } = report;
  const pictures = charts(report).map(({ svg, caption }, index) =>
    picture(svg, caption, { caption: `图 ${index + 1}　${caption}` }),
  );
  return {
    title: partial ? '压测报告（未完成）' : '压测报告',
    blocks: [
      heading('一、结论'),
      paragraph(coloured(conclusion(report), verdict.passed)),
      ...(partial
        ? [paragraph(coloured('压测中途被停止，这是已经测到的部分，不能作为完整的压测报告。', false))]
        : []),
      table({
        head: ['指标', '标准', '实测', '结果'],
        rows: barRows(steps),
        align: ['left', right, right, 'center'],
      }),
      ...(notes.length > 0 ? [paragraph('需要说明：'), bullets(notes)] : []),
      heading('二、压测环境'),
      table({ rows: facts(report), widths: [1, 4] }),
      heading('三、各档结果'),
      paragraph('响应时间的单位是毫秒。'),
      table({
        head: [
          '并发',
          '秒',
          '请求数',
          '成功率',
          '每秒请求',
          '平均',
          'P50',
          'P90',
          'P95',
          'P99',
          '最大',
          '结果',
        ],
        rows: steps.map(stepRow),
        widths: [8, 6, 12, 13, 12, 9, 9, 9, 9, 9, 9, 11],
        align: [...Array.from({ length: 11 }, () => right), 'center'],
      }),
      ...pictures,
      heading('四、各接口'),
      table({
        head: ['并发', '接口', '请求数', '成功率', '平均（毫秒）', 'P99（毫秒）'],
        rows: steps.flatMap(({ connections, endpoints }) =>
          endpoints.map(({ name, requests, successRate, meanMs, p99Ms }) => [
            String(connections),
            name,
            count(requests),
            percent(successRate),
            ms(meanMs),
            ms(p99Ms),
          ]),
        ),
        widths: [1, 3.4, 1.4, 1.3, 1.6, 1.6],
        align: [right, 'left', right, right, right, right],
      }),
      heading('五、错误'),
      errorTable(steps),
      heading('六、怎样测的'),
      bullets(method(report)),
    ],
  };
}

/** The verdict in one sentence. */
function conclusion(report: LoadTestReport): string {
  const step = decidingStep(report.steps);
  if (step === null || !report.verdict.passed) return `未达标：${report.verdict.reasons.join('；')}。`;
  const figures = `${step.connections} 并发下成功率 ${percent(step.successRate)}，平均响应时间 ${ms(step.meanMs)} 毫秒，每秒 ${count(step.requestsPerSecond)} 个请求`;
  return `达到标准：${figures}。`;
}

function facts(report: LoadTestReport): [string, string][] {
  const { machine } = report;
  const connections = report.steps.map((step) => step.connections).join('、');
  return [
    ['压测地址', report.address],
    [
      '应用域名',
      report.appDomain === null
        ? '未登记'
        : `${report.appDomain}${isOwnDomain(report) ? '（一致）' : '（不一致）'}`,
    ],
    ['开始时间', `${minuteInChina(report.startedAt)}（北京时间）`],
    ['结束时间', `${minuteInChina(report.finishedAt)}（北京时间）`],
    ['并发', `${connections}，预热 ${report.warmUpSeconds} 秒`],
    ['会话', `${report.sessions} 个已登录的会话`],
    ['压测机', `${machine.cpu}，${machine.cores} 核，内存 ${machine.memoryGiB} GiB`],
    ['压测机系统', `${machine.system}，Node.js ${machine.node}`],
    ['应用所在', report.sameMachine ? '与压测机同一台' : '另外的机器，经网络访问'],
    ['压测工具', `应用自带的压测程序，超时 ${report.timeoutSeconds} 秒`],
  ];
}

/** The bars against the deciding step. */
function barRows(steps: readonly LoadTestStep[]): Inline[][] {
  const step = decidingStep(steps);
  const most = Math.max(0, ...steps.map(({ connections }) => connections));
  const answered = step !== null && step.requests > 0;
  const row = (name: string, bar: string, measured: string, met: boolean): Inline[] => [
    name,
    bar,
    measured,
    coloured(met ? '达标' : '未达标', met),
  ];
  return [
    row(
      '并发（上架指南）',
      `≥ ${bars.connections}`,
      String(step?.connections ?? most),
      step?.complete === true,
    ),
    row(
      '成功率（钉钉自检）',
      `≥ ${percent(bars.successRate)}`,
      step === null ? '—' : percent(step.successRate),
      answered && step.successRate >= bars.successRate,
    ),
    row(
      '平均响应时间（钉钉自检）',
      `< ${bars.meanMs} 毫秒`,
      answered ? `${ms(step.meanMs)} 毫秒` : '—',
      answered && step.meanMs < bars.meanMs,
    ),
  ];
}

function stepRow(step: LoadTestStep): Inline[] {
  const met = missedBars(step).length === 0;
  const { meanMs, p50Ms, p90Ms, p95Ms, p99Ms, maxMs } = step;
  return [
    String(step.connections),
    count(step.seconds),
    count(step.requests),
    percent(step.successRate),
    count(step.requestsPerSecond),
    ...[meanMs, p50Ms, p90Ms, p95Ms, p99Ms, maxMs].map(ms),
    coloured(step.complete ? (met ? '达标' : '未达标') : '没有测完', met && step.complete),
  ];
}

function errorTable(steps: readonly LoadTestStep[]): Block {
  const rows = steps.flatMap(({ connections, errors, requests }) =>
    Object.entries(errors).map(([kind, times = 0]) => [
      String(connections),
      errorName(kind),
      count(times),
      percent(times / requests),
    ]),
  );
  if (rows.length === 0) return paragraph('没有错误。');
  return table({
    head: ['并发', '错误', '次数', '占请求'],
    rows,
    widths: [1, 4, 1.5, 1.5],
    align: [right, 'left', right, right],
  });
}

function charts({ steps }: LoadTestReport): { svg: string; caption: string }[] {
  const over = (value: (sample: Sample) => number | null) => {
    let from = 0;
    return steps.flatMap(({ samples }) => {
      const points = samples.map((sample) => [from + sample.second, value(sample)] as const);
      from += samples.length;
      return points;
    });
  };
  let start = 0;
  const bands = steps.map(({ connections, samples }) => {
    const band = { from: start, label: `${connections} 并发` };
    start += samples.length;
    return band;
  });
  const failed = over(({ errors }) => errors);
  const time = { xLabel: '时间（秒）', bands };
  return [
    {
      caption: '每秒的平均与 P99 响应时间',
      svg: lineChart({
        ...time,
        title: '响应时间',
        yLabel: '毫秒',
        threshold: { value: bars.meanMs, label: `平均的标准：${bars.meanMs} 毫秒` },
        series: [
          { name: '平均', points: over(({ meanMs }) => meanMs) },
          { name: 'P99', points: over(({ p99Ms }) => p99Ms) },
        ],
      }),
    },
    {
      caption: '每秒完成的请求',
      svg: lineChart({
        ...time,
        title: '吞吐量',
        yLabel: '请求/秒',
        series: [
          { name: '成功', points: over(({ requests, errors }) => requests - errors) },
          ...(failed.some(([, errors]) => errors !== 0) ? [{ name: '失败', points: failed }] : []),
        ],
      }),
    },
  ];
}

/** How it was measured, so that others can repeat it. */
const method = (report: LoadTestReport): string[] => [
  '每个连接等到应答就发下一个请求，中间不停顿；各接口轮流请求，每个连接从不同的接口开始。',
  '响应时间从发出请求算到收完应答，只统计成功的应答（HTTP 2xx，内容正确）；百分位是实际测到的值，没有取近似。',
  `成功率 = 成功的应答 ÷ 全部请求。超时（${report.timeoutSeconds} 秒）、断开、非 2xx、内容不对都算失败；结束时还在途中的请求不计。`,
  '结论看不低于 50 并发的最低一档；更高的档用来看余量。',
];
