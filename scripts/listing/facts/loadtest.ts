import { type LoadTestReport, reportFiles, reportFolder } from '../../loadtest/contract.ts';
import { type Context, type Finding, unknown } from '../rule.ts';

/** What a rule about the load test judges by. */
export interface LoadTestFacts {
  report: LoadTestReport;
  /** The report in one line. */
  told: string;
}

/** Reads what `npm run loadtest` left and lets the rule judge it; says how to get one where there is none. */
export async function loadTest(
  { files }: Context,
  judge: (facts: LoadTestFacts) => Finding | Promise<Finding>,
): Promise<Finding> {
  const file = `${reportFolder}/${reportFiles.json}`;
  const text = await files.read(file);
  if (text === null) {
    return unknown(`还没有压测报告（${file}）。`, [], '在能访问应用域名的机器上运行 npm run loadtest。');
  }
  let report: LoadTestReport;
  try {
    report = JSON.parse(text) as LoadTestReport;
    if (
      !URL.canParse(report.address) ||
      !Array.isArray(report.steps) ||
      !report.steps.every(({ endpoints }) => Array.isArray(endpoints))
    ) {
      throw new Error('not a report');
    }
  } catch {
    return unknown(`${file} 不是压测报告。`, [], '重新运行 npm run loadtest。');
  }
  const steps = report.steps.map(({ connections }) => connections).join('、');
  return judge({
    report,
    told: `${file}：${report.address}，${report.startedAt.slice(0, 10)}，并发 ${steps}`,
  });
}
