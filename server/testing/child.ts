import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const PROJECT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Time limits of a start, and of a stop before the process is killed, in milliseconds. */
const START_MS = 120_000;
const STOP_MS = 15_000;

export interface Child<Ready> {
  ready: Ready;
  /** What it printed, for messages. */
  output(): string;
  /** Asks it to stop. @throws Error if it had to be killed */
  close(): Promise<void>;
}

/** Runs a TypeScript file in a process of its own and waits for its message `{kind: 'ready', …}`. */
export async function startChild<Ready extends { kind: 'ready' }>(
  file: string,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<Child<Ready>> {
  const tsx = createRequire(path.join(PROJECT, 'package.json')).resolve('tsx');
  const child = fork(path.join(PROJECT, file), args, {
    cwd: PROJECT,
    execArgv: ['--import', pathToFileURL(tsx).href],
    env: { ...process.env, NODE_ENV: 'development', NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
    });
  }
  const output = () => printed.slice(-4000);
  const ready = await firstMessage<Ready>(child, output);
  return { ready, output, close: () => stop(child, output) };
}

function firstMessage<Ready extends { kind: 'ready' }>(
  child: ChildProcess,
  output: () => string,
): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${START_MS / 1000} 秒内没有启动完成。输出：\n${output()}`));
    }, START_MS);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`进程启动时退出（${String(code)}）。输出：\n${output()}`));
    });
    child.on('message', (message: Ready) => {
      if (message.kind !== 'ready') return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(message);
    });
  });
}

function stop(child: ChildProcess, output: () => string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${STOP_MS / 1000} 秒内没有停下来。输出：\n${output()}`));
    }, STOP_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    // Closing the channel asks it to stop, on every operating system.
    child.disconnect();
  });
}
