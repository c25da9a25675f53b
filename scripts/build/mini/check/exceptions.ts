import type { Problem, Rule } from './problem.ts';

/** Findings in other people's code that were looked at and found harmless, each with the reason. */
export const exceptions: { file: RegExp; rule: Rule; reason: string }[] = [];

/** Takes out what the exceptions cover. */
export function withoutExceptions(problems: Problem[]): Problem[] {
  return problems.filter(
    (problem) => !exceptions.some(({ file, rule }) => rule === problem.rule && file.test(problem.file)),
  );
}
