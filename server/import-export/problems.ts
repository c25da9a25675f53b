import type { ImportProblem } from '../contract/import-export.ts';

/** The most problems that are shown; all are counted. */
export const shownProblems = 200;

/** The problems of a file. Only the first ones are kept, because a file can have hundreds of thousands. */
export interface Problems {
  /** The first ones, in the order of the rows. */
  first: ImportProblem[];
  count: number;
}

/** @param found lists of problems, each in the order of the rows. */
export function joinProblems(...found: Problems[]): Problems {
  return {
    first: found
      .flatMap(({ first }) => first)
      .sort((one, other) => (one.row ?? 0) - (other.row ?? 0))
      .slice(0, shownProblems),
    count: found.reduce((sum, { count }) => sum + count, 0),
  };
}

/** Must be called in the order of the rows. */
export function addProblem(problems: Problems, problem: ImportProblem): void {
  problems.count += 1;
  if (problems.first.length < shownProblems) problems.first.push(problem);
}

export const noProblems = (): Problems => ({ first: [], count: 0 });
