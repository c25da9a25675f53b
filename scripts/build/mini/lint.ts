import { formatProblem as formatSourceProblem } from '../../simulator/compiler/problem.ts';
import { lintSources } from '../../simulator/lint.ts';
import { checkFiles, formatProblem } from './check.ts';
import { compileMini } from './compile.ts';
import { miniSource, nodeModules } from './paths.ts';

/**
 * Checks the mini program's sources, compiles its development package in memory and checks that too.
 *
 * @returns what is wrong, a finding a line, with its place.
 * @throws Error in Chinese where it cannot be compiled for a reason that is not in the sources.
 */
export async function lintMini(): Promise<string[]> {
  const inSources = (await lintSources(miniSource)).map(formatSourceProblem);
  try {
    const files = await compileMini({ source: miniSource, nodeModules, env: 'development' });
    return [...inSources, ...checkFiles(files).map(formatProblem)];
  } catch (error) {
    // What cannot be compiled has been found in the sources, with its place and what to do.
    if (inSources.length > 0) return inSources;
    throw error;
  }
}
