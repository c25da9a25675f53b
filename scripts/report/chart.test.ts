import { axisNumber, lineChart, niceTicks } from './chart.ts';

const texts = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
const count = (svg: string, part: RegExp) => [...svg.matchAll(part)].length;

describe('axes', () => {
  test('ticks are round numbers that enclose all values', () => {
    expect(niceTicks(0, 290, 5)).toEqual([0, 100, 200, 300]);
    expect(niceTicks(0, 0.9, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(niceTicks(0, 12_345, 5)).toEqual([0, 5000, 10_000, 15_000]);
    expect(niceTicks(17, 29, 4)).toEqual([15, 20, 25, 30]);
  });

  test('numbers on an axis are short', () => {
    expect([0, 0.30000000004, 12.345, 100.4, 12_345].map(axisNumber)).toEqual([
      '0',
      '0.3',
      '12.3',
      '100',
      '12,345',
    ]);
  });
});

describe('lineChart', () => {
  const chart = {
    title: '每秒请求数',
    xLabel: '时间（秒）',
    yLabel: '次/秒',
    series: [{ name: '全部', points: [[0, 10] as const, [1, 20] as const, [2, 40] as const] }],
  };

  test('a line chart has its title, labels and ticks', () => {
    expect(texts(lineChart(chart))).toEqual(
      expect.arrayContaining(['每秒请求数', '时间（秒）', '次/秒', '0', '40', '2']),
    );
  });

  test('a higher value stands higher', () => {
    const path = /<path d="M([\d. ]+)L([\d. ]+)L/.exec(lineChart(chart)) ?? [];
    const [first = 0, second = 0] = path.slice(1).map((point) => Number(point.split(' ')[1]));
    expect(first).toBeGreaterThan(second);
  });

  test('a missing value is a gap, not a zero', () => {
    const gap = { name: '断', points: [[0, 1] as const, [1, null] as const, [2, 3] as const] };
    const [, path = ''] = /<path d="([^"]*)"/.exec(lineChart({ ...chart, series: [gap] })) ?? [];
    expect(path.match(/[ML]/g)).toEqual(['M', 'M']);
  });

  test('several series have a legend and differ by more than colour', () => {
    const svg = lineChart({
      ...chart,
      series: [
        ...chart.series,
        {
          name: 'P99',
          points: [
            [0, 5],
            [2, 9],
          ],
        },
      ],
    });
    expect(texts(svg)).toEqual(expect.arrayContaining(['全部', 'P99']));
    expect(count(svg, /<path [^>]*stroke-dasharray/g)).toBe(1);
  });

  test('a line chart names its bands and the bar to meet', () => {
    const svg = lineChart({
      ...chart,
      bands: [
        { from: 0, label: '50 并发' },
        { from: 1, label: '100 并发' },
      ],
      threshold: { value: 300, label: '300 毫秒' },
    });
    expect(texts(svg)).toEqual(expect.arrayContaining(['50 并发', '100 并发', '300 毫秒', '400']));
  });

  test('a line chart of no value, one value or equal values can be drawn', () => {
    for (const points of [[], [[5, 5] as const], [[1, 0] as const, [2, 0] as const]]) {
      expect(lineChart({ ...chart, series: [{ name: '空', points }] })).not.toMatch(/NaN|Infinity/);
    }
  });

  test('a line chart escapes its texts', () => {
    const svg = lineChart({ ...chart, title: '<script>"&\u0000' });
    expect(texts(svg)).toContain('&lt;script&gt;&quot;&amp;');
    expect(svg).not.toContain('<script>');
  });
});
