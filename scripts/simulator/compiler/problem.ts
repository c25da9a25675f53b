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
  /** The line as it stands in the file. */
  text: string;
  /** The source works, but another way is safer: a warning refuses nothing. */
  warning?: true;
}

export type ProblemCode =
  | 'syntax'
  | 'unclosed-tag'
  | 'mismatched-tag'
  | 'duplicate-attribute'
  | 'unknown-tag'
  | 'unknown-directive'
  | 'unknown-event'
  | 'function-call'
  | 'missing-handler'
  | 'expression'
  | 'directive-use'
  | 'string-boolean'
  | 'missing-file'
  | 'page-path'
  | 'config'
  | 'sjs'
  | 'style'
  | 'device-name'
  | 'device-syntax'
  | 'dynamic-code'
  | 'package-size';

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

  warn(offset: number, code: ProblemCode, message: string, hint: string): void {
    this.items.push({ file: this.file, ...placeOf(this.source, offset), code, message, hint, warning: true });
  }

  get hasErrors(): boolean {
    return this.items.some(isError);
  }
}

export const isError = (problem: Problem): boolean => problem.warning === undefined;

/** 1-based line and column of an offset, and the line. */
export function placeOf(source: string, offset: number): { line: number; column: number; text: string } {
  const before = source.slice(0, Math.max(0, offset));
  const start = before.lastIndexOf('\n') + 1;
  const [text = ''] = source.slice(start).split(/\r?\n/, 1);
  return { line: before.split('\n').length, column: before.length - start + 1, text };
}

/** Characters of a long line that are shown around the place. */
const SHOWN = 120;
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** The line of a problem with a mark under the place; a long line is cut around it. */
function frame({ line, column, text }: Problem): string {
  const from = column > SHOWN ? column - SHOWN / 2 : 0;
  const before = text.slice(from, column - 1).replace(/./gu, (char) => {
    if (char === '\t') return char;
    return WIDE.test(char) ? '\u3000' : ' ';
  });
  const number = String(line).padStart(6);
  return `${number} | ${text.slice(from, from + SHOWN)}\n${' '.repeat(number.length)} | ${before}^`;
}

/**
 * `文件:行:列 说明`, the line with a mark, and the hint, as printed in a terminal and thrown by the harness.
 * @param folder where the mini program lies, as people are to read it; a package's files lie beside it
 */
export function formatProblem(problem: Problem, folder = ''): string {
  const { file, line, column, message, hint } = problem;
  const path = folder && !file.startsWith('node_modules/') ? `${folder}/${file}` : file;
  const kind = isError(problem) ? '' : '提醒：';
  return `${path}:${line}:${column} ${kind}${message}\n${frame(problem)}\n    ${hint}`;
}

/** Thrown when a mini program cannot be built because of mistakes in its sources. */
export class CompileError extends Error {
  readonly problems: readonly Problem[];

  /** @param folder see {@link formatProblem} */
  constructor(problems: readonly Problem[], folder = '') {
    const list = problems.map((problem) => formatProblem(problem, folder)).join('\n');
    super(`小程序源码有 ${problems.length} 处错误：\n${list}`);
    this.name = 'CompileError';
    this.problems = problems;
  }
}
