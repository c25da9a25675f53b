import { type Figures, type PartResult, round, type Verdict } from '../report.ts';
import type { Latencies } from './latencies.ts';

/** People who are there already, people of a file, those with a generated password, and entries of the audit log. */
export const sizes = { people: 100_000, file: 20_000, passwords: 1000, audit: 1_000_000 };
/** Asks of each search. */
export const searches = 30;

export interface ImportRun {
  name: string;
  rows: number;
  kilobytes: number;
  previewMs: number;
  importMs: number;
  /** Of `GET /api/me` meanwhile. */
  others: Latencies;
  rssMiB: number;
}

export interface ExportRun {
  format: string;
  people: number;
  ms: number;
  megabytes: number;
  /** Of `GET /api/me` meanwhile. */
  others: Latencies;
  rssBeforeMiB: number;
  rssMiB: number;
}

export interface SearchRun {
  name: string;
  latencies: Latencies;
}

export interface Measured {
  postgresql: string;
  imports: ImportRun[];
  exported: ExportRun[];
  audit: SearchRun[];
}

export function report(measured: Measured): PartResult {
  const { imports, exported, audit } = measured;
  return {
    part: 'import',
    figures: [importFigures(imports), exportFigures(exported), auditFigures(audit)],
    verdicts: verdictsOf(measured),
    raw: measured,
  };
}

function importFigures(imports: readonly ImportRun[]): Figures {
  return {
    title: `导入，库里已有 ${sizes.people.toLocaleString('zh-CN')} 人`,
    columns: [
      '',
      '人数',
      '文件 KB',
      '预览 ms',
      '导入 ms',
      '期间 GET /api/me 的 p50 ms',
      'p99 ms',
      '内存 MiB',
    ],
    rows: imports.map((run) => [
      run.name,
      String(run.rows),
      round(run.kilobytes),
      round(run.previewMs),
      round(run.importMs),
      round(run.others.p50),
      round(run.others.p99),
      round(run.rssMiB),
    ]),
  };
}

function exportFigures(exported: readonly ExportRun[]): Figures {
  return {
    title: '导出',
    columns: ['', '人数', 'ms', '文件 MiB', '期间 GET /api/me 的 p99 ms', '内存 MiB，前', '后'],
    rows: exported.map(({ format, people, ms, megabytes, others, rssBeforeMiB, rssMiB }) => [
      format,
      String(people),
      ...[ms, megabytes, others.p99, rssBeforeMiB, rssMiB].map(round),
    ]),
  };
}

function auditFigures(audit: readonly SearchRun[]): Figures {
  return {
    title: `审计日志的搜索，${sizes.audit.toLocaleString('zh-CN')} 条，各 ${searches} 次`,
    columns: ['', 'p50 ms', '最慢 ms'],
    rows: audit.map(({ name, latencies }) => [name, round(latencies.p50), round(latencies.max)]),
  };
}

function verdictsOf({ imports, exported, audit }: Measured): Verdict[] {
  const most = (name: string, value: number, bar: number): Verdict => ({
    name,
    value,
    bar,
    kind: 'max',
    unit: ' ms',
  });
  const ofFile = imports.filter(({ rows }) => rows === sizes.file);
  return [
    most('导入 20,000 人，新增和更新中慢的一个', Math.max(...ofFile.map(({ importMs }) => importMs)), 30_000),
    most('预览 20,000 人，慢的一个', Math.max(...ofFile.map(({ previewMs }) => previewMs)), 5000),
    ...exported.map(({ format, people, ms }) =>
      most(`导出 ${people.toLocaleString('zh-CN')} 人，${format}`, ms, 15_000),
    ),
    most('审计日志的搜索，最慢的一次', Math.max(...audit.map(({ latencies }) => latencies.max)), 500),
  ];
}
