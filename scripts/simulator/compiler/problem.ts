/** One mistake in the sources of a mini program, at the place where a person has to change something. */
export interface Problem {
  /** Path relative to the mini program's root, with forward slashes. */
  file: string;
  /** 1-based. */
  line: number;
  /** 1-based, in UTF-16 units, as editors count. */
  column: number;
  code: ProblemCode;
  /** What is wrong, in Chinese. */
  message: string;
  /** What to write instead, in Chinese. */
  hint: string;
}

export type ProblemCode =
  | 'syntax'
  | 'unclosed-tag'
  | 'mismatched-tag'
  | 'duplicate-attribute'
  | 'unknown-tag'
  | 'unknown-directive'
  | 'function-call'
  | 'missing-handler'
  | 'expression'
  | 'directive-use'
  | 'string-boolean'
  | 'missing-file'
  | 'config'
  | 'sjs'
  | 'style';

/** Collects the problems of one file; positions are given as offsets into its text. */
export class ProblemList {
  readonly items: Problem[] = [];
  readonly file: string;
  readonly source: string;

  constructor(file: string, source: string) {
    this.file = file;
    this.source = source;
  }

  add(offset: number, code: ProblemCode, message: string, hint: string): void {
    const place = placeOf(this.source, offset);
    const known = this.items.some(
      (item) => item.line === place.line && item.column === place.column && item.code === code,
    );
    if (!known) this.items.push({ file: this.file, ...place, code, message, hint });
  }
}

/** 1-based line and column of an offset. */
export function placeOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, Math.max(0, offset));
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: before.length - lastBreak };
}

/** `文件:行:列 说明` and the hint, as printed in a terminal and thrown by the harness. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.message}\n    ${problem.hint}`;
}

/** Thrown by loaders that cannot go on with a mini program that has mistakes. */
export class CompileError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`小程序源码有 ${problems.length} 处错误：\n${problems.map(formatProblem).join('\n')}`);
    this.name = 'CompileError';
    this.problems = problems;
  }
}
