import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { loadEnvironment } from '../../server/config/environment-file.ts';
import { projectRoot } from '../../server/config/paths.ts';
import { StartFailure } from '../../server/config/start-failure.ts';
import { type ReleaseRequest, readArguments, usage } from './arguments.ts';
import { preview, uploadAgain } from './deliver.ts';
import { releaseMini } from './release.ts';

/** @throws StartFailure without a terminal to ask on. */
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
 * @param timing see `UploadOptions`; for tests.
 * @returns the exit code.
 * @throws StartFailure with what a person can do.
 */
export async function main(
  args: readonly string[],
  root = projectRoot,
  timing: { pollMs?: number; timeoutMs?: number } = {},
): Promise<number> {
  const request = readArguments(args);
  const env = loadEnvironment(path.join(root, '.env'));
  const context = { root, env, tell: (line: string) => console.log(line), ...timing };
  if (request.version !== null) await release(request.version, request, context);
  else if (request.upload) await uploadAgain(context);
  if (request.preview !== null) await preview(context, request.preview, request.version !== null);
  return 0;
}

async function release(
  version: string,
  { notes, upload }: ReleaseRequest,
  context: Parameters<typeof uploadAgain>[0],
): Promise<void> {
  const complete = notes.length > 0 ? notes : await askForNotes(version);
  console.log('正在检查和构建……');
  const { release: made, steps } = await releaseMini(context, { version, notes: complete, upload });
  console.log(
    [
      `小程序 ${version} 已构建：${path.normalize(made.folder)}，${made.files} 个文件，${Math.ceil(made.size / 1024)} KB。`,
      '已写入 mini/version.ts 和 CHANGELOG.md。',
      ...made.openPoints.map(({ title, detail }) => `请人确认：${title}${detail}`),
      `接下来照着做（用浏览器打开）：${steps}`,
    ].join('\n'),
  );
}
