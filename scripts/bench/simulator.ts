import { type Measurement, measurementFigures } from './measurements.ts';
import type { PartResult, Verdict } from './report.ts';

/** What `scripts/simulator/e2e/bench.ts` gives; see there. */
interface SimulatorBench {
  benchSimulator(): Promise<Measurement[]>;
}

/** Longest that a saved template may take to be seen, in milliseconds. */
const hotReloadBarMs = 200;
/** The simulator's measurement that has this bar. */
const hotReload = '保存 AXML 到屏幕更新';

/**
 * Measures the simulator in the browser that is installed.
 *
 * @returns null, after saying why, where there is no browser.
 */
export async function benchSimulator(say: (line: string) => void): Promise<PartResult | null> {
  say('正在测量模拟器（约一分钟）……');
  // By a name that the compiler does not follow: the simulator is browser code with its own tsconfig.
  const file: string = '../simulator/e2e/bench.ts';
  const simulator = (await import(file)) as SimulatorBench;
  let measurements: Measurement[];
  try {
    measurements = await simulator.benchSimulator();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NoBrowser')) throw error;
    say(`⚠ 跳过模拟器的测量：${error.message}`);
    return null;
  }
  return {
    part: 'simulator',
    figures: [measurementFigures('模拟器，中位数', measurements)],
    verdicts: measurements.flatMap(({ name, ms }): Verdict[] =>
      name === hotReload ? [{ name, value: ms, bar: hotReloadBarMs, kind: 'max', unit: ' ms' }] : [],
    ),
    raw: measurements,
  };
}
