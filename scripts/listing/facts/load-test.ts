import { type LoadTestReport, reportFiles, reportFolder } from '../../loadtest/contract.ts';
import type { Figures } from '../../loadtest/verdict.ts';
import type { Context, Finding } from '../rule.ts';
import { unknown } from '../rule.ts';
import { askForFacts, loadTestFacts } from './facts.ts';

export const reportFile = `${reportFolder}/${reportFiles.json}`;

/** A load test as rules and materials see it: our own, or another tool's whose figures a person typed. */
export interface LoadTest {
  /** The tested address. */
  address: string;
  /** A day or an instant, ISO 8601. */
  startedAt: string;
  steps: readonly Figures[];
  /** Our own report; null for another tool's. */
  own: LoadTestReport | null;
}

const again =
  '在能访问应用域名的机器上运行 npm run loadtest。用 PTS、JMeter、k6 压测过的，把报告和数字写进 listing.yaml 的 loadtest（见 scripts/docs/loadtest.md）。';

/** @returns the finding of a rule that needs a load test, where none can be read. */
export async function loadTestOf({
  listing,
  files,
}: Pick<Context, 'listing' | 'files'>): Promise<LoadTest | Finding> {
  if (listing.loadtest !== undefined) return otherTest(listing, files);
  const text = await files.read(reportFile);
  if (text === null) return unknown(`还没有压测报告（${reportFile}）。`, [], again);
  const report = readReport(text);
  if (report === null) return unknown(`${reportFile} 不是完整的压测报告。`, [], again);
  return { address: report.address, startedAt: report.startedAt, steps: report.steps, own: report };
}

export const isFinding = (found: LoadTest | Finding): found is Finding => 'state' in found;

async function otherTest(listing: Context['listing'], files: Context['files']): Promise<LoadTest | Finding> {
  const asking = askForFacts(listing, loadTestFacts);
  if (asking !== null) return asking;
  const given = listing.loadtest;
  const content = await files.bytes(given?.file ?? '');
  const wanted = 'listing.yaml 的 loadtest.file 写工具导出的报告，例如 file: evidence/PTS压测报告.pdf。';
  if (content === null || content.length === 0) return unknown(`没有压测报告 ${given?.file}。`, [], wanted);
  if (/\.pdf$/i.test(given?.file ?? '') && content.subarray(0, 4).toString('latin1') !== '%PDF') {
    return unknown(`${given?.file} 不是完整的 PDF。`, [], wanted);
  }
  const requests = given?.requests ?? 0;
  const successRate = (given?.successRate ?? 0) / 100;
  const interfaces = given?.interfaces ?? [];
  return {
    address: given?.url ?? '',
    startedAt: given?.date ?? '',
    own: null,
    steps: [
      {
        connections: given?.connections ?? 0,
        complete: true,
        requests,
        successRate,
        meanMs: given?.meanMs ?? 0,
        endpoints: interfaces.map((path) => ({
          name: `GET ${path}`,
          requests: requests / interfaces.length,
          successRate,
        })),
      },
    ],
  };
}

function readReport(text: string): LoadTestReport | null {
  try {
    const report = JSON.parse(text) as LoadTestReport;
    const whole =
      URL.canParse(report.address) &&
      typeof report.startedAt === 'string' &&
      report.machine !== undefined &&
      report.verdict !== undefined &&
      report.steps.every(({ endpoints, samples }) => Array.isArray(endpoints) && Array.isArray(samples));
    return whole ? report : null;
  } catch {
    return null;
  }
}
