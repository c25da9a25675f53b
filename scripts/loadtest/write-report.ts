import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { docx } from '../report/docx.ts';
import { type LoadTestReport, reportFiles } from './contract.ts';
import { reportDocument } from './report-docx.ts';
import { reportPage } from './report-html.ts';

/** Writes the three files of the report. @returns their paths. */
export async function writeReport(report: LoadTestReport, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: [string, string | Buffer][] = [
    [reportFiles.json, `${JSON.stringify(report, null, 2)}\n`],
    [reportFiles.html, reportPage(report)],
    [reportFiles.docx, await docx(await reportDocument(report))],
  ];
  for (const [name, content] of files) await writeFile(path.join(folder, name), content);
  return files.map(([name]) => path.join(folder, name));
}
