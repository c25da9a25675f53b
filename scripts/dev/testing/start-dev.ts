import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePorts } from '../../../server/testing/ports.ts';

/** Windows has no signals between processes: there `dev` has a channel, and the end of that ends it. */
const signals = process.platform !== 'win32';

/** A running `npm run dev`. */
export interface Run {
  pid: number;
  output(): string;
  /** Resolves when the output holds `text`; rejects when the process ends before. */
  says(text: string): Promise<void>;
  /** The longest time without a word, in milliseconds. */
  longestSilence(): number;
  exitCode: Promise<number | null>;
  /** Resolves when the last process that writes to its output has ended. */
  outputEnded: Promise<unknown>;
  stop(): void;
}

/** No credentials and no database server, as on a fresh clone; ports of its own, and its data in `folder`. */
export async function devEnvironment(folder: string) {
  const [first, , emulator, simulator] = await freePorts(5);
  return {
    PORT: String(first),
    EMULATOR_PORT: String(emulator),
    SIMULATOR_PORT: String(simulator),
    DATA_DIR: path.join(folder, 'database'),
    NODE_ENV: 'development',
    // A busy machine is not what is looked at.
    MAX_EVENT_LOOP_DELAY_MS: '0',
    DATABASE_URL: '',
    DINGTALK_APP_KEY: '',
    PLATFORM: '',
    FORCE_COLOR: '0',
  };
}

/** @param root of a copy of the project. */
export function startDev(root: string, env: Record<string, string>): Run {
  const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'scripts/dev/start.mjs'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: signals ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  let spokeAt = performance.now();
  let silence = 0;
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      silence = Math.max(silence, performance.now() - spokeAt);
      spokeAt = performance.now();
      for (const check of waiting) check();
    });
  }
  const exitCode = once(child, 'exit').then(([code]) => code as number | null);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    longestSilence: () => silence,
    exitCode,
    outputEnded: once(child, 'close'),
    stop: () => (signals ? child.kill('SIGTERM') : child.disconnect()),
    says: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!output.includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        void exitCode.then((code) => reject(new Error(`ended with ${code}, said:\n${output}`)));
        check();
      }),
  };
}
