import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { projectRoot } from '../../server/config/paths.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { type ReleaseRequest, readArguments, usage } from './arguments.ts';
import { releaseMini } from './release.ts';

/** @throws StartFailure where nobody is there to answer. */
async function askForNotes(version: string): Promise<string[]> {
  if (process.stdin.isTTY !== true) {
    throw new StartFailure(`没有写这一版改了什么。\n\n${usage}`);
  }
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const notes: string[] = [];
  console.log(`${version} 改了什么？写给用户和同事看，一行一条，空行结束：`);
  try {
    for (;;) {
      const note = (await lines.question('- ')).trim();
      if (note !== '') notes.push(note);
      else if (notes.length > 0) return notes;
    }
  } finally {
    lines.close();
  }
}

/**
 * @param root of the project.
 * @returns the exit code.
 * @throws StartFailure with what a person can do.
 */
export async function main(args: readonly string[], root = projectRoot): Promise<number> {
  const request = readArguments(args);
  const notes = request.notes.length > 0 ? request.notes : await askForNotes(request.version);
  const complete: ReleaseRequest = { ...request, notes };
  console.log('正在检查和构建……');
  const { release, steps } = await releaseMini(root, complete);
  const { version, files, size, folder, openPoints } = release;
  console.log(
    [
      `小程序 ${version} 已构建：${path.normalize(folder)}，${files} 个文件，${Math.ceil(size / 1024)} KB。`,
      '已写入 mini/version.ts 和 CHANGELOG.md。',
      ...openPoints.map(({ title, detail }) => `请人确认：${title}${detail}`),
      `接下来照着做（用浏览器打开）：${steps[0]}`,
    ].join('\n'),
  );
  return 0;
}
