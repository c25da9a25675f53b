import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { docx } from '../report/docx.ts';
import { page } from '../report/page.ts';
import { type LoadTestReport, reportFiles } from './contract.ts';
import { reportDocument } from './report.ts';

/** Writes the three files of the report. @returns their paths. */
export async function writeReport(report: LoadTestReport, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const document = reportDocument(report);
  const files: [string, string | Buffer][] = [
    [reportFiles.json, `${JSON.stringify(report, null, 2)}\n`],
    [reportFiles.html, page(document)],
    [reportFiles.docx, await docx(document)],
  ];
  for (const [name, content] of files) await writeFile(path.join(folder, name), content);
  return files.map(([name]) => path.join(folder, name));
}
