import path from 'node:path';
import { watch } from 'chokidar';

export interface FolderWatch {
  close(): Promise<void>;
}

/** Folders that programs write. */
const ignored = /(?:^|[/\\])(?:generated|node_modules)(?:[/\\]|$)/;

/**
 * Watches a folder and all below it, also where an editor saves by replacing a file. Where the system cannot watch,
 * people are told once that they have to start again after a change.
 *
 * @param onChange told of each change: the file's path below the folder.
 * @param onFailure told in Chinese why changes are not seen, and what to do.
 */
export async function watchFolder(
  folder: string,
  onChange: (file: string) => void,
  onFailure: (message: string) => void,
): Promise<FolderWatch> {
  let told = false;
  const watcher = watch(folder, {
    ignoreInitial: true,
    ignored: (file) => ignored.test(path.relative(folder, file)),
  });
  watcher.on('all', (_event, file) => onChange(path.relative(folder, file)));
  watcher.on('error', (error) => {
    if (told) return;
    told = true;
    onFailure(explain(folder, error));
  });
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return watcher;
}

function explain(folder: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const what = `看不到 ${path.basename(folder)}/ 里的改动`;
  const meanwhile = '在此之前，改了代码请停止后重新运行。';
  if (code === 'ENOSPC' || code === 'EMFILE') {
    return (
      `${what}：系统允许监视的文件数用完了（${code}）。请关闭别的开发工具，或调大上限，Linux 上：\n` +
      `  sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024\n${meanwhile}`
    );
  }
  return `${what}（${code}）。请停止后重新运行；仍不行，请确认这个文件夹还在，并且有读的权限。${meanwhile}`;
}
