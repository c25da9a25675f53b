import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { StartFailure } from '../../server/config/start-failure.ts';
import type { ServerMessage } from './messages.ts';
import { watchFolder } from './watch-folder.ts';

export type Ready = ServerMessage & { kind: 'ready' };

export interface ServerProcess {
  /** What the first start said. */
  ready: Ready;
  /** Ends the server and everything that watches for it. */
  close(): Promise<void>;
}

/** Longest that a server may take to stop before it is killed, in milliseconds. */
const stopWithinMs = 8000;
/** An editor writes a file in several steps; they are one change. */
const settleMs = 120;

const script = path.resolve('scripts', 'dev', 'server.ts');
const watched = ['server', 'prisma'].map((folder) => path.resolve(folder));

/**
 * Runs the server as a child process and starts it anew when a source under `server/` or `prisma/` changes. A
 * version that does not start leaves a message, and the next change gets its chance. Only the first start applies
 * migrations: a later one is no decision of a person.
 *
 * @param onRestart told of every later start.
 * @throws with the child's message when the first start fails.
 */
export async function startServerProcess(
  emulatorUrl: string | null,
  onRestart: () => void,
): Promise<ServerProcess> {
  let child: ChildProcess | null = null;
  let closing = false;
  /** The last version did not start, or ended by itself. */
  let failed = false;

  function start(...options: string[]): Promise<Ready> {
    return new Promise((resolve, reject) => {
      const started = fork(script, emulatorUrl === null ? options : [...options, '--emulator', emulatorUrl], {
        stdio: 'inherit',
      });
      child = started;
      let settled = false;
      started.on('message', (message: ServerMessage) => {
        settled = true;
        if (message.kind === 'failed') return reject(new StartFailure(message.message));
        resolve(message);
      });
      started.on('exit', (code) => {
        if (child === started) child = null;
        if (!settled) reject(new StartFailure(`服务进程启动时意外退出（退出码 ${String(code)}）。`));
        else if (!closing && child === null && code !== 0) {
          failed = true;
          console.error(
            `服务进程意外退出（退出码 ${String(code)}）。保存任意 server/ 下的文件即可重新启动。`,
          );
        }
      });
    });
  }

  async function stop(): Promise<void> {
    const running = child;
    if (running === null) return;
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    const deadline = setTimeout(() => running.kill('SIGKILL'), stopWithinMs);
    if (running.connected) running.send('shutdown', () => {});
    else running.kill();
    await ended;
    clearTimeout(deadline);
  }

  const ready = await start('--migrate');

  let pending: NodeJS.Timeout | undefined;
  let restarting = Promise.resolve();
  const restart = async (file: string) => {
    if (closing) return;
    console.log(`\n${file} 有改动，正在重启服务……`);
    await stop();
    if (closing) return;
    try {
      await start();
      console.log(failed ? '服务已恢复。' : '服务已重启。');
      failed = false;
      onRestart();
    } catch (error) {
      // Ctrl-C reaches the child too: a start that it ended has not failed.
      if (closing) return;
      failed = true;
      console.error(error instanceof Error ? error.message : error);
      console.error('改好后保存，服务会再次启动。');
    }
  };
  const watchers = await Promise.all(
    watched.map((folder) =>
      watchFolder(
        folder,
        (file) => {
          if (!isSource(file)) return;
          clearTimeout(pending);
          pending = setTimeout(() => {
            restarting = restarting.then(() => restart(path.join(path.basename(folder), file)));
          }, settleMs);
        },
        (message) => console.error(message),
      ),
    ),
  );

  return {
    ready,
    async close() {
      closing = true;
      clearTimeout(pending);
      await Promise.all(watchers.map((watcher) => watcher.close()));
      await restarting;
      await stop();
    },
  };
}

function isSource(file: string): boolean {
  return (
    file.endsWith('.ts') &&
    !/\.(?:test|e2e)\.ts$/.test(file) &&
    !file.startsWith(path.join('console', 'app') + path.sep)
  );
}
