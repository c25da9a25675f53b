import { type ChildProcess, fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from '../../../server/config/paths.ts';
import { memoryEnvironment } from '../../deploy/systemd.ts';
import type { Ready, Usage } from './usage.ts';

/** A server in a process of its own, so that it shares no event loop with the load. */
export interface ServerProcess {
  url: string;
  /** What the process has used since its start. */
  usage(options?: { collectGarbage?: boolean }): Promise<Usage>;
  /** Sends a message, and waits for the next one from there. */
  ask<Answer>(message: object): Promise<Answer>;
  close(): Promise<void>;
}

const outputFolder = path.join(projectRoot, '.data', 'bench');

/**
 * Compiles the entries of the processes to JavaScript, since production runs JavaScript too: what `tsx` makes of
 * TypeScript names every function at run time, which costs.
 */
export async function compileEntries(names: readonly string[]): Promise<void> {
  await mkdir(outputFolder, { recursive: true });
  await build({
    // The thread that reads files is started by its name, beside whoever starts it.
    entryPoints: [
      ...names.map((name) => ({ out: name, in: path.join('scripts', 'bench', 'server', `${name}.ts`) })),
      { out: 'reading-worker', in: path.join('server', 'import-export', 'reading-worker.ts') },
    ],
    absWorkingDir: projectRoot,
    outdir: outputFolder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'es2023',
    logLevel: 'error',
  });
}

/**
 * Starts a compiled entry, with the service file's settings of memory, and waits until it listens.
 *
 * @throws Error with what it printed when it ends instead.
 */
export async function startProcess(
  name: string,
  { env, profile }: { env: Record<string, string>; profile: boolean },
): Promise<ServerProcess> {
  const child = fork(path.join(outputFolder, `${name}.mjs`), {
    cwd: projectRoot,
    execArgv: ['--expose-gc', ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${outputFolder}`] : [])],
    env: { ...process.env, ...memoryEnvironment, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString('utf8')).slice(-4000);
    });
  }
  const next = <T>() => nextMessage<T>(child, name, () => printed);
  const { url } = await next<Ready>();
  const ask = <Answer>(message: object) => {
    const answer = next<Answer>();
    child.send(message);
    return answer;
  };
  return {
    url,
    usage: ({ collectGarbage = false } = {}) => ask<Usage>({ collectGarbage }),
    ask,
    close: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}

function nextMessage<T>(child: ChildProcess, name: string, printed: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`进程 ${name} 提前退出。输出：\n${printed()}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}
