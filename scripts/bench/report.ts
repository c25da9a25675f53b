import { table } from '../dev/table.ts';

/** One line of figures, with or without a bar. */
export interface Figures {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A figure that has a bar. */
export interface Verdict {
  name: string;
  value: number;
  bar: number;
  /** Whether the value must reach the bar (`min`) or stay below it (`max`). */
  kind: 'min' | 'max';
  unit: '' | '倍' | ' ms' | ' KB' | ' MiB';
}

/** The result of one part of the benchmark. */
export interface PartResult {
  part: string;
  figures: readonly Figures[];
  verdicts: readonly Verdict[];
  /** The raw measurements, for the result file. */
  raw: unknown;
}

export function isMet({ value, bar, kind }: Verdict): boolean {
  return kind === 'min' ? value >= bar : value <= bar;
}

/** The whole part as text: its tables, then every bar with the value that was reached. */
export function describePart({ figures, verdicts }: PartResult): string {
  const tables = figures.map(({ title, columns, rows }) => `${title}\n${table([[columns], rows])}`);
  if (verdicts.length > 0) {
    const rows = verdicts.map((verdict) => [
      verdict.name,
      `${round(verdict.value)}${verdict.unit}`,
      `${verdict.kind === 'min' ? '≥' : '≤'} ${verdict.bar}${verdict.unit}`,
      isMet(verdict) ? '达标' : '未达标',
    ]);
    tables.push(`指标\n${table([[['项目', '本次', '要求', '结论']], rows])}`);
  }
  return tables.join('\n\n');
}

/** Three significant digits, as plain digits. */
export function round(value: number): string {
  if (!Number.isFinite(value)) return '—';
  if (value === 0 || Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** The middle value; the mean of the two middle ones of an even number. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}
