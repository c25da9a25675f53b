import { Writable } from 'node:stream';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { type Emulator, emulatorEnvironment, startEmulator } from '../../scripts/emulator/index.ts';
import { type AppTiming, buildApp } from '../app.ts';
import type { AuthConfig } from '../config/auth.ts';
import { type Config, loadConfig } from '../config/config.ts';
import type { BindOutcome, BindRequest, LoginOutcome, LoginRequest } from '../contract/auth.ts';
import type { Clock } from '../database/clock.ts';
import type { PrismaClient } from '../database/database.ts';
import type { PlatformName } from '../platform/platform.ts';
import { createLogger } from '../plugins/logging.ts';
import { createSeededDatabase, type TestDatabase } from './database.ts';

export interface BuildOptions {
  /** `dingtalk` by default. */
  platform?: PlatformName;
  /** Environment variables over the defaults, e.g. `{ BINDING: 'off' }`. */
  env?: Record<string, string>;
  /** Production's rules, because a production server accepts no emulator. */
  auth?: Partial<AuthConfig>;
  // part: console
  /** The folder of the built console; by default that of `npm run build`. */
  consoleFolder?: string;
  // part: console
  /** The address of Vite's server, as under `npm run dev`. */
  viteUrl?: string;
  /** A database of another `build()`, for a second instance on it; it stays open at `close`. */
  database?: TestDatabase;
  /** The emulator of another `build()`; it keeps running at `close`. */
  emulator?: Emulator;
  /** The server's clock; one that `advance` moves by default. */
  clock?: (database: TestDatabase, logger: FastifyBaseLogger) => Promise<Clock>;
  /** Replaces the server's real-time limits. */
  timing?: AppTiming;
}

export interface Built {
  app: FastifyInstance;
  config: Config;
  database: TestDatabase;
  prisma: PrismaClient;
  emulator: Emulator;
  /** Moves the server's and its own emulator's clock. */
  advance(ms: number): void;
  /** Every log line so far, parsed. */
  logs(): Record<string, unknown>[];
  /** Listens on a free port, once. @returns the server's address, without a trailing slash. */
  url(): Promise<string>;
  /** A fresh auth code of a person, by key. */
  code(person: string): string;
  /** Signs a person in with a fresh code, over `inject`. Throws for anything but a 200. */
  login(person: string, more?: Partial<LoginRequest>): Promise<LoginOutcome>;
  bind(request: BindRequest): Promise<BindOutcome>;
  /** The session token of a person who is bound. */
  tokenOf(person: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * The whole server for a test: a fresh seeded database, the emulator as the platform, a clock that can be
 * moved. Nothing in it is a stand-in but the platform itself.
 */
export async function build(options: BuildOptions = {}): Promise<Built> {
  const opened: Closable[] = [];
  try {
    return await put(options, opened);
  } catch (error) {
    // Open parts would stop the run from ending, and hide the error.
    await closeAll(opened);
    throw error;
  }
}

interface Closable {
  close(): PromiseLike<unknown>;
}

/** Last opened, first closed. */
async function closeAll(opened: Closable[]): Promise<void> {
  for (const part of opened.reverse()) await part.close();
}

async function put(options: BuildOptions, opened: Closable[]): Promise<Built> {
  const platformName = options.platform ?? 'dingtalk';
  let ahead = 0;
  const emulator = options.emulator ?? (await startEmulator());
  if (options.emulator === undefined) opened.push(emulator);
  const loaded = loadConfig({
    NODE_ENV: 'test',
    PORT: '0',
    // A busy machine must not cause a time-out; tests of time-outs set a short one.
    PLATFORM_TIMEOUT_MS: '20000',
    LOG_LEVEL: 'debug',
    REQUESTS_PER_MINUTE: '1000000',
    PLATFORM_CALLS_PER_SECOND: '100000',
    // A busy test machine must not cause refusals.
    MAX_EVENT_LOOP_DELAY_MS: '0',
    RECONCILE_HOURS: '0',
    ...emulatorEnvironment(platformName, emulator.url),
    ...options.env,
  });
  const { consoleFolder: folder = loaded.console.folder, viteUrl = null } = options; // part: console
  const config = {
    ...loaded,
    auth: { ...loaded.auth, ...options.auth },
    console: { ...loaded.console, folder, viteUrl }, // part: console
  };
  const database = options.database ?? (await createSeededDatabase());
  if (options.database === undefined) opened.push(database);

  const lines: string[] = [];
  const logger = createLogger(
    config,
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    }),
  );
  const clock = (await options.clock?.(database, logger)) ?? { now: () => Date.now() + ahead };
  const app = await buildApp({ config, database, logger, clock, timing: options.timing });
  opened.push(app);
  let listening: Promise<string> | undefined;
  const code = (person: string) => emulator.control.issueAuthCode(person, platformName);

  async function post<T>(url: string, payload: object): Promise<T> {
    const response = await app.inject({ method: 'POST', url, payload });
    if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode} ${response.body}`);
    return response.json<T>();
  }

  const built: Built = {
    app,
    config,
    database,
    prisma: database.prisma,
    emulator,
    advance(ms) {
      ahead += ms;
      if (options.emulator === undefined) emulator.control.advance(ms);
    },
    logs: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    url() {
      listening ??= app.listen({ host: '127.0.0.1', port: 0 });
      return listening;
    },
    code,
    login: (person, more) => post('/api/auth/login', { authCode: code(person), ...more }),
    bind: (request) => post('/api/auth/bind', request),
    async tokenOf(person) {
      const outcome = await built.login(person);
      if (outcome.outcome !== 'signed-in' || outcome.session.token === undefined) {
        throw new Error(`${person}: ${JSON.stringify(outcome)}`);
      }
      return outcome.session.token;
    },
    close: () => closeAll(opened),
  };
  return built;
}
