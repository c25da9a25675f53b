import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT } from '../../../../server/testing/child.ts';

export interface FaultResult {
  fault: string;
  start: string;
  /** Page that it ended on. */
  page: string;
  /** What a person reads there. */
  text: string;
  /** What a person can do there. */
  nextStep: string;
}

/** Writes what each fault ended on as a table, for people to read: `test-results/faults.md`. */
export async function writeFaultReport(results: readonly FaultResult[]): Promise<void> {
  const folder = path.join(PROJECT, 'test-results');
  await mkdir(folder, { recursive: true });
  const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
  const rows = results.map(
    ({ fault, start, page, text, nextStep }) =>
      `| ${[fault, start, page, text.slice(0, 90), nextStep].map(cell).join(' | ')} |`,
  );
  const table = ['| 故障 | 启动 | 停在 | 屏幕上的话 | 下一步 |', '| --- | --- | --- | --- | --- |', ...rows];
  await writeFile(path.join(folder, 'faults.md'), `${table.join('\n')}\n`);
}
