import { formatProblem } from '../../simulator/compiler/problem.ts';
import { compileMini } from './compile.ts';
import { miniSource } from './paths.ts';

/**
 * Checks the mini program as its build does.
 *
 * @returns errors and warnings, each with its place.
 * @throws Error in Chinese where the configuration does not allow a build.
 */
export async function lintMini(source = miniSource): Promise<{ errors: string[]; warnings: string[] }> {
  const { errors, warnings } = await compileMini({ source, env: 'development' });
  const tell = (problem: Parameters<typeof formatProblem>[0]): string => formatProblem(problem, 'mini');
  return { errors: errors.map(tell), warnings: warnings.map(tell) };
}
