/**
 * Round numbers for an axis: steps of 1, 2 or 5 times a power of ten, the first at or below `low`, the last at or
 * above `high`, about `count` of them. `high` must be greater than `low`.
 */
export function niceTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  // Counted, not added up: sums of 0.1 drift.
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
