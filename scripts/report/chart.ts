/**
 * Line charts as plain SVG, with axes, units and Chinese labels. The same text goes into an HTML report as it stands and
 * through `svgToPng` into a DOCX. Series differ by dash and mark as well as by colour, so that a chart survives a
 * black-and-white printer.
 */
import { grey, ink, round, svgFile, svgText } from './svg.ts';

export interface LineSeries {
  name: string;
  /** Ascending in x; a null y leaves a gap. */
  points: readonly (readonly [x: number, y: number | null])[];
}

export interface LineChart {
  title: string;
  /** With its unit, e.g. `平均延迟（毫秒）`. */
  yLabel: string;
  /** A line across the chart, e.g. the bar that must be met. */
  threshold?: { value: number; label: string };
  xLabel: string;
  series: readonly LineSeries[];
  /** Named parts of the x axis, each from its `from` to the next one's. */
  bands?: readonly { from: number; label: string }[];
}

const colours = ['#0052d9', '#c2410c', '#0b7a4b', '#7c3aed', '#9d174d', '#4b5563'] as const;
const dashes = ['', '7 4', '2 3', '10 3 2 3', '5 2', '1 4'] as const;
/** Of the picture and of what lies between its axes, in pixels. */
const area = { width: 760, height: 320, left: 72, right: 736, top: 64, bottom: 268 } as const;

/** Measured values over time or another number. */
export function lineChart(chart: LineChart): string {
  const xs = chart.series.flatMap(({ points }) => points.map(([x]) => x));
  const xMin = Math.min(...xs, ...(chart.bands ?? []).map(({ from }) => from));
  const xMax = Math.max(...xs);
  const [low, high] = Number.isFinite(xMin) && xMax > xMin ? [xMin, xMax] : [finite(xMin), finite(xMin) + 1];
  const xAt = (x: number) => area.left + ((x - low) / (high - low)) * (area.right - area.left);
  const values = chart.series.flatMap(({ points }) => points.flatMap(([, y]) => y ?? []));
  const y = yAxis(values, chart);
  const xTicks = niceTicks(low, high, 8).filter((tick) => tick >= low && tick <= high);
  const parts = [
    ...bands(chart.bands ?? [], high, xAt),
    ...y.parts,
    ...xTicks.map((tick) => svgText(xAt(tick), area.bottom + 18, axisNumber(tick), { anchor: 'middle' })),
    svgText((area.left + area.right) / 2, area.height - 10, chart.xLabel, { anchor: 'middle' }),
    ...chart.series.flatMap((series, index) => drawLine(series, index, xAt, y.at)),
    ...threshold(chart, y.at),
  ];
  return svgFile(area.width, area.height, chart.title, [
    svgText(area.width / 2, 22, chart.title, { anchor: 'middle', size: 15, bold: true, colour: ink }),
    ...legend(chart.series.map(({ name }) => name)),
    ...parts,
  ]);
}

function yAxis(values: readonly number[], chart: LineChart) {
  const top = Math.max(...values, chart.threshold?.value ?? 0, 0);
  // Room above the highest value for what is written there.
  const ticks = niceTicks(0, top > 0 ? top * 1.06 : 1, 5);
  const max = ticks.at(-1) ?? 1;
  const at = (value: number) => area.bottom - (value / max) * (area.bottom - area.top);
  const parts = ticks.flatMap((tick) => [
    `<line x1="${area.left}" y1="${round(at(tick))}" x2="${area.right}" y2="${round(at(tick))}" stroke="${tick === 0 ? grey : '#e3e6eb'}"/>`,
    svgText(area.left - 8, at(tick) + 4, axisNumber(tick), { anchor: 'end' }),
  ]);
  parts.push(svgText(area.left - 60, area.top - 12, chart.yLabel));
  return { at, parts };
}

/** Draws a line; few points get marks as well, since a single point would not show. */
function drawLine(
  { points }: LineSeries,
  index: number,
  xAt: (x: number) => number,
  yAt: (y: number) => number,
): string[] {
  const colour = colourOf(index);
  let path = '';
  let pen = 'M';
  const marks: string[] = [];
  for (const [x, y] of points) {
    if (y === null) {
      pen = 'M';
      continue;
    }
    const [px, py] = [round(xAt(x)), round(yAt(y))];
    path += `${pen}${px} ${py}`;
    pen = 'L';
    if (points.length <= 40) marks.push(`<circle cx="${px}" cy="${py}" r="2.5" fill="${colour}"/>`);
  }
  const line = `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"${dashOf(index)}/>`;
  return path === '' ? [] : [line, ...marks];
}

function bands(
  all: readonly { from: number; label: string }[],
  end: number,
  xAt: (x: number) => number,
): string[] {
  return all.flatMap(({ from, label }, index) => {
    const [left, right] = [xAt(from), xAt(all[index + 1]?.from ?? end)];
    const ground = `<rect x="${round(left)}" y="${area.top}" width="${round(right - left)}" height="${area.bottom - area.top}" fill="#f5f7fa"/>`;
    return [
      ...(index % 2 === 1 ? [ground] : []),
      svgText((left + right) / 2, area.top + 14, label, { anchor: 'middle', size: 11 }),
    ];
  });
}

function threshold({ threshold: bar }: LineChart, yAt: (y: number) => number): string[] {
  if (bar === undefined) return [];
  const y = round(yAt(bar.value));
  return [
    `<line x1="${area.left}" y1="${y}" x2="${area.right}" y2="${y}" stroke="#b0191e" stroke-width="1.5" stroke-dasharray="4 3"/>`,
    svgText(area.left + 6, y - 6, bar.label, { size: 11, colour: '#b0191e', halo: true }),
  ];
}

/** On one line at the top right; one series alone is named by the title. */
function legend(names: readonly string[]): string[] {
  if (names.length < 2) return [];
  const widths = names.map((name) => 42 + textWidth(name, 12));
  let x = area.right - widths.reduce((sum, width) => sum + width, 0);
  return names.flatMap((name, index) => {
    const colour = colourOf(index);
    const sign = `<line x1="${round(x - 8)}" y1="42" x2="${round(x + 14)}" y2="42" stroke="${colour}" stroke-width="2"${dashOf(index)}/>`;
    const label = svgText(x + 18, 46, name);
    x += widths[index] ?? 0;
    return [sign, label];
  });
}

/** Pixels, near enough to lay things out: Chinese characters are as wide as they are high, others about half. */
function textWidth(text: string, size: number): number {
  return [...text].reduce((sum, character) => sum + (character > '\u2e7f' ? size : size * 0.56), 0);
}

const colourOf = (index: number) => colours[index % colours.length] ?? colours[0];
const dashOf = (index: number) => {
  const dash = dashes[index % dashes.length];
  return dash ? ` stroke-dasharray="${dash}"` : '';
};
const finite = (value: number) => (Number.isFinite(value) ? value : 0);

/**
 * Round numbers for an axis: steps of 1, 2 or 5 times a power of ten, the first at or below `low`, the last at or
 * above `high`, about `count` of them. `high` must be greater than `low`.
 */
export function niceTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  // Multiplied, not added up: sums of 0.1 are inexact.
  for (let nth = Math.floor(low / step); ; nth++) {
    const tick = Number((nth * step).toPrecision(12));
    ticks.push(tick);
    if (tick >= high) return ticks;
  }
}

/** `12,000`, `0.25`: a number with three significant digits below 100, and none behind the point above. */
export function axisNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
