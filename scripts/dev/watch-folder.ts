import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

export interface FolderWatch {
  close(): void;
}

/**
 * Watches a folder and all below it. Where the system cannot, nothing ends: people are told, once, that they have to
 * start again after a change.
 *
 * @param onChange told of each change: the file's path below the folder, empty where the system does not say.
 * @param onFailure told in Chinese why changes are not seen, and what to do.
 */
export function watchFolder(
  folder: string,
  onChange: (file: string) => void,
  onFailure: (message: string) => void,
): FolderWatch {
  let told = false;
  const fail = (error: unknown) => {
    if (told) return;
    told = true;
    onFailure(explain(folder, error));
  };
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(folder, { recursive: true }, (_event, file) => {
      onChange(file ?? '');
    });
    watcher.on('error', fail);
  } catch (error) {
    fail(error);
  }
  return { close: () => watcher?.close() };
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
