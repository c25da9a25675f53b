/** A finding of the check: what a person reads is Chinese. */
export interface Problem {
  rule: Rule;
  /** Relative to the package, with `/`. */
  file: string;
  /** 1-based; null when the whole file is meant. */
  line: number | null;
  message: string;
  hint: string;
}

export type Rule =
  | 'syntax'
  | 'device-name'
  | 'dynamic-code'
  | 'page-files'
  | 'page-path'
  | 'component-path'
  | 'handler'
  | 'axml'
  | 'json'
  | 'missing-file'
  | 'acss'
  | 'package-size';

/** `pages/home/index.js:12  [device-name] …` with the hint on a second line. */
export function formatProblem(problem: Problem): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}`;
  return `${place}  [${problem.rule}] ${problem.message}\n    ${problem.hint}`;
}
