import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePorts } from '../../../server/testing/ports.ts';

export interface RunningDev {
  pid: number;
  serverUrl: string;
  simulatorUrl: string;
  /** From the start to the table of addresses, in milliseconds. */
  readyMs: number;
  /** Longest time without a word until then, in milliseconds. */
  longestSilenceMs: number;
  /** Resolves when the output says something that it has not said before this call. */
  says(text: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * `npm run dev` in a copy of the project, on ports and data of its own, with the emulator and the embedded database.
 * @throws Error with the output when it ends before it is ready
 */
export async function startDev(root: string): Promise<RunningDev> {
  const [first = 0, , emulator = 0, simulator = 0] = await freePorts(4);
  const began = performance.now();
  const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'scripts/dev/main.ts'], {
    cwd: root,
    env: {
      ...process.env,
      SKIP_ENV_FILE: '1',
      NODE_ENV: 'development',
      PORT: String(first),
      EMULATOR_PORT: String(emulator),
      SIMULATOR_PORT: String(simulator),
      DATA_DIR: path.join(root, '.data', 'database'),
      DATABASE_URL: '',
      DINGTALK_APP_KEY: '',
      PLATFORM: '',
      FORCE_COLOR: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let spokeAt = began;
  let longestSilenceMs = 0;
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      longestSilenceMs = Math.max(longestSilenceMs, performance.now() - spokeAt);
      spokeAt = performance.now();
      for (const listener of listeners) listener();
    });
  }
  const says = (text: string): Promise<void> => {
    const from = output.length;
    return new Promise((resolve, reject) => {
      const listener = (): void => {
        if (!output.slice(from).includes(text)) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
      child.once('exit', () => reject(new Error(`npm run dev 意外结束：\n${output.slice(-4000)}`)));
    });
  };
  await says('启动完成');
  return {
    pid: child.pid ?? 0,
    serverUrl: `http://127.0.0.1:${first}`,
    simulatorUrl: `http://127.0.0.1:${simulator}`,
    readyMs: performance.now() - began,
    longestSilenceMs,
    says,
    stop: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
