import { type Measurement, measurementFigures } from './measurements.ts';
import type { PartResult } from './report.ts';
import { postgresVersion } from './server/data.ts';

/** What `console-pages.ts` gives; see there. */
interface ConsoleBench {
  benchConsole(): Promise<{
    measurements: Measurement[];
    built: { page: string; firstPageBytes: number };
  }>;
}

/** KB of gzip that the heaviest first page may take. */
const firstPageBarKb = 350;

/**
 * Measures how long pages of the console take in the browser that is installed.
 *
 * @returns null, after saying why, where there is no browser or no PostgreSQL.
 */
export async function benchConsole(say: (line: string) => void): Promise<PartResult | null> {
  if ((await postgresVersion()) === null) {
    say('⚠ 跳过管理后台的测量：它需要 PostgreSQL。请启动 PostgreSQL，或用 TEST_POSTGRES_URL 指明地址。');
    return null;
  }
  say('正在构建并测量管理后台（约一分钟）……');
  // By a name that the compiler does not follow: the console is browser code with its own tsconfig.
  const file: string = './console-pages.ts';
  const { benchConsole: bench } = (await import(file)) as ConsoleBench;
  let result: Awaited<ReturnType<ConsoleBench['benchConsole']>>;
  try {
    result = await bench();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NoBrowser')) throw error;
    say(`⚠ 跳过管理后台的测量：${error.message}`);
    return null;
  }
  const { measurements, built } = result;
  return {
    part: 'console',
    figures: [measurementFigures('管理后台，从打开地址到内容显示，中位数', measurements)],
    verdicts: [
      {
        name: `下载最多的首页（${built.page}），gzip`,
        value: built.firstPageBytes / 1024,
        bar: firstPageBarKb,
        kind: 'max',
        unit: ' KB',
      },
    ],
    raw: result,
  };
}
