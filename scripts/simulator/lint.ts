import { compileApp } from './compiler/app.ts';
import { bundle } from './compiler/bundle.ts';
import type { Problem } from './compiler/problem.ts';

/**
 * Checks the sources of a mini program without a browser: what the compiler of the simulator refuses, and
 * whether the scripts can be put together.
 * @param dir folder of `app.json`
 */
export async function lintSources(dir: string): Promise<Problem[]> {
  const app = compileApp(dir);
  return [...app.problems, ...(await scriptProblems(app))];
}

async function scriptProblems(app: ReturnType<typeof compileApp>): Promise<Problem[]> {
  try {
    await bundle(app);
    return [];
  } catch (error) {
    const errors = (error as { errors?: BuildMessage[] }).errors;
    if (!errors) throw error;
    return errors.map(({ text, location }) => ({
      file: location?.file ?? 'app.json',
      line: location?.line ?? 1,
      column: (location?.column ?? 0) + 1,
      code: 'syntax',
      message: `脚本不能编译：${text}`,
      hint: '请按提示改正这一行；引用的文件要存在，npm 包要先安装。',
    }));
  }
}

interface BuildMessage {
  text: string;
  location: { file: string; line: number; column: number } | null;
}
