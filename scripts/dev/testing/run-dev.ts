import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePorts } from '../../../server/testing/ports.ts';
import { copyProject, type ProjectCopy } from '../../../server/testing/project-copy.ts';

/** Windows has no signals between processes: there `dev` is a child with a channel, and the end of that ends it. */
const signals = process.platform !== 'win32';
const command = signals ? ['scripts/bootstrap.mjs'] : ['--import', 'tsx'];

export interface Run {
  output(): string;
  /** Resolves when the output holds `text`; rejects when the process ends before. */
  says(text: string): Promise<void>;
  exitCode: Promise<number | null>;
  /** Resolves when the last process that writes to its output has ended. */
  outputEnded: Promise<unknown>;
  stop(): void;
}

const running = new Set<Run>();

function run(project: ProjectCopy, env: Record<string, string>): Run {
  const child = spawn(process.execPath, [...command, 'scripts/dev/main.ts'], {
    cwd: project.root,
    env: { ...process.env, ...env },
    stdio: signals ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const check of waiting) check();
    });
  }
  const exitCode = once(child, 'exit').then(([code]) => {
    running.delete(dev);
    return code as number | null;
  });
  const dev: Run = {
    output: () => output,
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
  running.add(dev);
  return dev;
}

/** `npm run dev` on a copy of the project, where tests change sources. */
export interface Dev {
  /** For data, removed at the end. */
  readonly folder: string;
  /** No credentials and no database server, as on a fresh clone; ports of its own. */
  readonly env: Readonly<Record<string, string>>;
  /** A place in the copy. */
  at(...names: string[]): string;
  /** @param more over `env`. */
  run(more?: Record<string, string>): Run;
}

/** Registers the hooks that copy the project, end what runs after each test, and remove the copy. */
export function prepareDev(): Dev {
  let folder = '';
  let env: Record<string, string> = {};
  let project: ProjectCopy;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dev-'));
    project = await copyProject();
    const [first, , emulator, simulator] = await freePorts(4);
    env = {
      PORT: String(first),
      EMULATOR_PORT: String(emulator),
      SIMULATOR_PORT: String(simulator),
      DATA_DIR: path.join(folder, 'database'),
      NODE_ENV: 'development',
      // A busy test machine is not what the tests are about.
      MAX_EVENT_LOOP_DELAY_MS: '0',
      DATABASE_URL: '',
      DINGTALK_APP_KEY: '',
      PLATFORM: '',
      FORCE_COLOR: '0',
    };
  });
  afterEach(async () => {
    for (const one of running) {
      one.stop();
      await one.exitCode;
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await project?.remove();
  });
  return {
    get folder() {
      return folder;
    },
    get env() {
      return env;
    },
    at: (...names) => path.join(project.root, ...names),
    run: (more = {}) => run(project, { ...env, ...more }),
  };
}
