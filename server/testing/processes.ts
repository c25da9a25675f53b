import { type ChildProcess, spawn } from 'node:child_process';
import { type Emulator, emulatorEnvironment, startEmulator } from '../../scripts/emulator/index.ts';
import { projectRoot } from '../config/paths.ts';
import { signInWith, tokenIn } from './client.ts';
import { createSeededDatabase, type TestDatabase } from './database.ts';

export interface ServerProcess {
  /** Where it listens, without a trailing slash. */
  url: string;
  child: ChildProcess;
  /** What it has written so far, to either stream. */
  output(): string;
  /** The exit code once it has ended; null after a signal. */
  exited: Promise<number | null>;
  /** SIGKILL: no handler runs. Resolves once the process is gone. */
  kill(): Promise<void>;
  /** Asks for a graceful stop as a process manager does, on every system. @returns the exit code. */
  stop(): Promise<number | null>;
}

export interface ProcessOptions {
  databaseUrl: string;
  /** Where the emulator of DingTalk listens. */
  emulatorUrl: string;
  env?: Record<string, string>;
}

/** What has been started and has not ended. */
const running = new Set<ChildProcess>();

/** Starts `server/main.ts` as a process of its own, and waits until it listens. */
export async function startProcess(options: ProcessOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    cwd: projectRoot,
    env: {
      ...process.env,
      ...emulatorEnvironment('dingtalk', options.emulatorUrl),
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'info',
      DATABASE_URL: options.databaseUrl,
      REQUESTS_PER_MINUTE: '10000000',
      PLATFORM_CALLS_PER_SECOND: '100000',
      // A busy test machine must not cause refusals.
      MAX_EVENT_LOOP_DELAY_MS: '0',
      RECONCILE_HOURS: '0',
      ...options.env,
    },
    // The process also ends when this one's channel closes.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  const exited = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const gather = (data: Buffer) => {
      output += data;
      const found = /Server listening at (http:[^"]+)"/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', gather);
    child.stderr?.on('data', gather);
    exited.then((code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
  return {
    url,
    child,
    output: () => output,
    exited,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    stop() {
      child.send('shutdown');
      return exited;
    },
  };
}

/** For `afterAll`: ends every process that is still there. */
export function killProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The database and emulator of a test file's servers, from its `beforeAll` on. */
export interface Processes {
  readonly database: TestDatabase;
  readonly emulator: Emulator;
  /** Starts a server on them. @param env over that of all servers. */
  start(env?: Record<string, string>): Promise<ServerProcess>;
  /** A fresh auth code. */
  code(person: string): string;
  /** @returns the session's token. @throws where the person is not signed in. */
  signIn(server: ServerProcess, person: string): Promise<string>;
}

/**
 * For a test file: a seeded database and an emulator, which end after its tests together with all servers.
 *
 * @param env environment variables of all servers.
 */
export function prepareProcesses(env: Record<string, string> = {}): Processes {
  let database: TestDatabase;
  let emulator: Emulator;
  beforeAll(async () => {
    [database, emulator] = await Promise.all([createSeededDatabase(), startEmulator()]);
  }, 120_000);
  afterAll(async () => {
    killProcesses();
    await emulator?.close();
    await database?.close();
  });
  const code = (person: string) => emulator.control.issueAuthCode(person, 'dingtalk');
  return {
    get database() {
      return database;
    },
    get emulator() {
      return emulator;
    },
    start: (more) =>
      startProcess({
        databaseUrl: database.url ?? '',
        emulatorUrl: emulator.url,
        env: { ...env, ...more },
      }),
    code,
    async signIn({ url }, person) {
      const token = tokenIn(await signInWith(url, code(person)));
      if (token === null) throw new Error(`${person} was not signed in`);
      return token;
    },
  };
}
