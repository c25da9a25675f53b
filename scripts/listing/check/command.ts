import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StartFailure } from '../../../server/config/start-failure.ts';
import { createProgress } from '../../dev/progress.ts';
import type { Rule } from '../rule.ts';
import { rules } from '../rules/index.ts';
import { checkUsage, readArguments } from './arguments.ts';
import { createContext } from './context.ts';
import { checkPage } from './html-report.ts';
import { reportFiles, reportFolder } from './report.ts';
import { runRules } from './run.ts';
import { terminalReport } from './terminal.ts';

/**
 * @param timeoutMs how long an answer of the app may take, in milliseconds.
 * @returns the exit code.
 * @throws StartFailure with what a person can do.
 */
export async function main(args: readonly string[], timeoutMs?: number): Promise<number> {
  const request = readArguments(args, checkUsage);
  if (request === null) {
    console.log(checkUsage);
    return 0;
  }
  const chosen = choose(rules, request.words);
  const context = await createContext(request, timeoutMs);
  const progress = createProgress(process.stderr);
  const report = await runRules(chosen, context, {
    rehearsal: request.rehearsal,
    partial: request.words.length > 0,
    progress: (done, total) => (request.json ? null : progress.show(`正在检查 ${done}/${total}`)),
  });
  progress.clear();
  const json = `${JSON.stringify(report, null, 2)}\n`;
  if (request.json) process.stdout.write(json);
  else {
    const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
    console.log(terminalReport(report, { colour, width: process.stdout.columns ?? 100 }));
  }
  // A check of single rules must not replace the whole report.
  if (!report.partial) {
    await mkdir(reportFolder, { recursive: true });
    await writeFile(path.join(reportFolder, reportFiles.json), json);
    await writeFile(path.join(reportFolder, reportFiles.html), checkPage(report));
    if (!request.json) console.log(`完整的报告（用浏览器打开）：${reportFolder}/${reportFiles.html}`);
  }
  return report.passed ? 0 : 1;
}

/** @throws StartFailure for an id that no rule has. */
function choose(all: readonly Rule[], only: readonly string[]): readonly Rule[] {
  const unknown = only.filter((id) => !all.some((rule) => rule.id === id));
  if (unknown.length > 0) {
    throw new StartFailure(
      `没有这条规则：${unknown.join('、')}。全部规则：\n  ${all.map(({ id }) => id).join('\n  ')}`,
    );
  }
  return only.length === 0 ? all : all.filter(({ id }) => only.includes(id));
}
