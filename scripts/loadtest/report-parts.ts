/** What the HTML and the DOCX report have in common: their tables as text, their charts as SVG. */
import { barChart, lineChart } from '../report/chart.ts';
import { bars, isOwnDomain, type LoadTestReport, type LoadTestStep, type Sample } from './contract.ts';
import { decidingStep, missedBars } from './verdict.ts';
import { beijingTime, count, errorName, ms, percent } from './words.ts';

export const reportTitle = (report: LoadTestReport) => (report.partial ? '压测报告（未完成）' : '压测报告');

/** The verdict in one sentence. */
export function conclusion(report: LoadTestReport): string {
  const step = decidingStep(report.steps);
  if (step === null || !report.verdict.passed) return `未达标：${report.verdict.reasons.join('；')}。`;
  const figures = `${step.connections} 并发下成功率 ${percent(step.successRate)}，平均响应时间 ${ms(step.meanMs)} 毫秒，每秒 ${count(step.requestsPerSecond)} 个请求`;
  return `达到标准：${figures}。`;
}

export function facts(report: LoadTestReport): [string, string][] {
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
    ['开始时间', `${beijingTime(report.startedAt)}（北京时间）`],
    ['结束时间', `${beijingTime(report.finishedAt)}（北京时间）`],
    ['并发', `${connections}，预热 ${report.warmUpSeconds} 秒`],
    ['会话', `${report.sessions} 个已登录的会话`],
    ['压测机', `${machine.cpu}，${machine.cores} 核，内存 ${machine.memoryGiB} GiB`],
    ['压测机系统', `${machine.system}，Node.js ${machine.node}`],
    ['应用所在', report.sameMachine ? '与压测机同一台' : '另外的机器，经网络访问'],
    ['压测工具', `autocannon，超时 ${report.timeoutSeconds} 秒`],
  ];
}

export interface Bar {
  name: string;
  bar: string;
  measured: string;
  met: boolean;
}

/** The bars against the deciding step. */
export function barRows({ steps }: LoadTestReport): Bar[] {
  const step = decidingStep(steps);
  const most = Math.max(0, ...steps.map(({ connections }) => connections));
  const enough = step?.complete === true;
  return [
    { name: '并发', bar: `≥ ${bars.connections}`, measured: String(step?.connections ?? most), met: enough },
    {
      name: '成功率',
      bar: `≥ ${percent(bars.successRate)}`,
      measured: step === null ? '—' : percent(step.successRate),
      met: step !== null && step.requests > 0 && step.successRate >= bars.successRate,
    },
    {
      name: '平均响应时间',
      bar: `< ${bars.meanMs} 毫秒`,
      measured: step === null || step.requests === 0 ? '—' : `${ms(step.meanMs)} 毫秒`,
      met: step !== null && step.requests > 0 && step.meanMs < bars.meanMs,
    },
  ];
}

export const stepHead = [
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
];

export function stepRow(step: LoadTestStep): { cells: string[]; met: boolean } {
  const met = missedBars(step).length === 0;
  const result = step.complete ? (met ? '达标' : '未达标') : '没有测完';
  return {
    met: met && step.complete,
    cells: [
      String(step.connections),
      count(step.seconds),
      count(step.requests),
      percent(step.successRate),
      count(step.requestsPerSecond),
      ...[step.meanMs, step.p50Ms, step.p90Ms, step.p95Ms, step.p99Ms, step.maxMs].map(ms),
      result,
    ],
  };
}

export const endpointHead = ['并发', '接口', '请求数', '成功率', '平均（毫秒）', 'P99（毫秒）'];

export const endpointRows = ({ steps }: LoadTestReport): string[][] =>
  steps.flatMap((step) =>
    step.endpoints.map((one) => [
      String(step.connections),
      one.name,
      count(one.requests),
      percent(one.successRate),
      ms(one.meanMs),
      ms(one.p99Ms),
    ]),
  );

export const errorHead = ['并发', '错误', '次数', '占请求'];

export const errorRows = ({ steps }: LoadTestReport): string[][] =>
  steps.flatMap((step) =>
    Object.entries(step.errors).map(([kind, times = 0]) => [
      String(step.connections),
      errorName(kind),
      count(times),
      percent(times / step.requests),
    ]),
  );

export interface Chart {
  svg: string;
  caption: string;
}

export function charts({ steps }: LoadTestReport): Chart[] {
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
    {
      caption: '各档并发的响应时间',
      svg: barChart({
        title: '响应时间的分布',
        yLabel: '毫秒',
        categories: steps.map(({ connections }) => `${connections} 并发`),
        series: [
          { name: '平均', values: steps.map(({ meanMs }) => meanMs) },
          { name: 'P90', values: steps.map(({ p90Ms }) => p90Ms) },
          { name: 'P99', values: steps.map(({ p99Ms }) => p99Ms) },
        ],
      }),
    },
  ];
}

/** How it was measured, so that somebody else can do it again. */
export const method = (report: LoadTestReport): string[] => [
  '每个连接等到应答就发下一个请求，中间不停顿；各接口轮流请求，每个连接从不同的接口开始。',
  '响应时间从发出请求算到收完应答，只统计成功的应答（HTTP 2xx，内容正确）；百分位是实际测到的值，没有取近似。',
  `成功率 = 成功的应答 ÷ 全部请求。超时（${report.timeoutSeconds} 秒）、断开、非 2xx、内容不对都算失败；结束时还在途中的请求不计。`,
  '结论看不低于 50 并发的最低一档；更高的档用来看余量。',
];
