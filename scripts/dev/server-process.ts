import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { type BuildFailure, formatMessages } from 'esbuild';
import { StartFailure } from '../../server/config/start-failure.ts';
import { openBundle } from './bundle.mjs';
import type { ServerMessage } from './messages.ts';
import { watchFolder } from './watch-folder.ts';

export type Ready = ServerMessage & { kind: 'ready' };

export interface ServerProcess {
  /** The report of the first start. */
  ready: Ready;
  /** Ends the server and everything that watches for it. */
  close(): Promise<void>;
}

/** Longest that a server may take to stop before it is killed, in milliseconds. */
const stopWithinMs = 8000;
/** An editor writes a file in several steps; they are one change. */
const settleMs = 50;

const watched = ['server', 'prisma'].map((folder) => path.resolve(folder));

/**
 * Runs the server as a child process and restarts it when a change under `server/` or `prisma/` changes its bundle
 * (tests and types do not). Where the new version does not compile, the last one goes on; where it does not start, the
 * reason is printed, and the next change tries again. Only the first start applies migrations: a restart is not what a
 * person asked for.
 *
 * @param port of the server; it names the bundle, so that two stacks do not share one.
 * @param urls of the emulator, and of the console's pages; null where there are none.
 * @param onChanged called after each later change, once the server runs what was saved.
 * @throws with the child's message when the first start fails.
 */
export async function startServerProcess(
  port: number,
  urls: { emulatorUrl: string | null; viteUrl: string | null },
  onChanged: () => void,
): Promise<ServerProcess> {
  const bundle = await openBundle('scripts/dev/server.ts', `server-${port}`);
  /** The process that serves now. */
  let child: ChildProcess | null = null;
  let closing = false;
  /** The last version did not compile or start, or ended by itself. */
  let failed = false;

  function start(...options: string[]): { process: ChildProcess; ready: Promise<Ready> } {
    const { emulatorUrl, viteUrl } = urls;
    const args = [
      ...options,
      ...(emulatorUrl === null ? [] : ['--emulator', emulatorUrl]),
      ...(viteUrl === null ? [] : ['--vite', viteUrl]),
    ];
    const started = fork(bundle.file, args, { stdio: 'inherit', execArgv: ['--enable-source-maps'] });
    const ready = new Promise<Ready>((resolve, reject) => {
      started.on('message', (message: ServerMessage) => {
        if (message.kind === 'failed') reject(new StartFailure(message.message));
        else resolve(message);
      });
      started.on('exit', (code) => {
        reject(new StartFailure(`服务进程启动时意外退出（退出码 ${String(code)}）。`));
        if (child !== started) return;
        child = null;
        if (closing || code === 0) return;
        failed = true;
        console.error(`服务进程意外退出（退出码 ${String(code)}）。保存任意 server/ 下的文件即可重新启动。`);
      });
    });
    return { process: started, ready };
  }

  async function stop(): Promise<void> {
    const running = child;
    if (running === null) return;
    child = null;
    const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
    const deadline = setTimeout(() => running.kill('SIGKILL'), stopWithinMs);
    if (running.connected) running.send('shutdown', () => {});
    else running.kill();
    await ended;
    clearTimeout(deadline);
  }

  try {
    await bundle.rebuild();
  } catch (error) {
    throw new StartFailure(`服务端的代码不能编译：\n${await explain(error)}`);
  }
  const first = start('--migrate');
  const ready = await first.ready;
  child = first.process;

  let pending: NodeJS.Timeout | undefined;
  let restarting = Promise.resolve();
  const restart = async (file: string) => {
    if (closing) return;
    try {
      if (!(await bundle.rebuild()) && child !== null) {
        if (failed) console.log('服务已恢复。');
        failed = false;
        onChanged();
        return;
      }
      console.log(`\n${file} 有改动，正在重启服务……`);
      // The new process loads its code while the old one ends.
      const next = start();
      next.ready.catch(() => {});
      await stop();
      if (closing) return void next.process.kill();
      next.process.send('go', () => {});
      await next.ready;
      child = next.process;
      console.log(failed ? '服务已恢复。' : '服务已重启。');
      failed = false;
      onChanged();
    } catch (error) {
      // Ctrl-C also ends the child: that is no failed start.
      if (closing) return;
      failed = true;
      console.error(await explain(error));
      console.error('改好后保存，服务会再次启动。');
    }
  };
  const watchers = await Promise.all(
    watched.map((folder) =>
      watchFolder(
        folder,
        (file) => {
          if (!file.endsWith('.ts')) return;
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
      await bundle.close();
    },
  };
}

/** The useful part of a failure: the places in the sources, or else the server's own message. */
async function explain(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return String(error);
  if (!('errors' in error)) return error.message;
  const { errors } = error as BuildFailure;
  return (await formatMessages(errors, { kind: 'error', color: process.stdout.isTTY })).join('').trimEnd();
}
