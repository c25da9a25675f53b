import { type Figures, round } from './report.ts';

/** Median times in milliseconds; the baseline is the least that the same work can cost, in the same run. */
export interface Measurement {
  name: string;
  ms: number;
  baseline: { name: string; ms: number } | null;
  runs: number;
}

/** A row each, with how many times its baseline it is. */
export function measurementFigures(title: string, measurements: readonly Measurement[]): Figures {
  return {
    title,
    columns: ['', 'ms', '对照', '对照 ms', '倍数', '次数'],
    rows: measurements.map(({ name, ms, baseline, runs }) => [
      name,
      round(ms),
      baseline?.name ?? '',
      baseline ? round(baseline.ms) : '',
      baseline ? round(ms / baseline.ms) : '',
      String(runs),
    ]),
  };
}
