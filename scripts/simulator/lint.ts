import { compileApp } from './compiler/app.ts';
import { bundle } from './compiler/bundle.ts';
import { CompileError, type Problem } from './compiler/problem.ts';

/**
 * Checks the sources of a mini program without a browser: what the compiler of the simulator refuses, and
 * whether the scripts can be put together.
 * @param dir folder of `app.json`
 */
export async function lintSources(dir: string): Promise<Problem[]> {
  const app = compileApp(dir);
  return [...app.problems, ...(await scriptProblems(app))];
}

async function scriptProblems(app: ReturnType<typeof compileApp>): Promise<readonly Problem[]> {
  try {
    await bundle(app);
    return [];
  } catch (error) {
    if (error instanceof CompileError) return error.problems;
    throw error;
  }
}
