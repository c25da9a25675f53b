import { dropPostgresDatabase } from '../../../server/testing/postgres-databases.ts';
import { emulatedApps } from '../../emulator/credentials.ts';
import { emulatorEnvironment } from '../../emulator/environment.ts';
import { createBenchDatabase, sessionToken } from './data.ts';
import type { Target } from './load.ts';
import { type BenchPlatform, startPlatform } from './platform.ts';
import { compileEntries, type ServerProcess, startProcess } from './process.ts';

/** One database with so many users, and the servers on it. */
export interface Population {
  users: number;
  databaseUrl: string;
  app: ServerProcess;
  /** Sign-in's floor. */
  floor: ServerProcess;
}

/** Everything that stands ready to be loaded. */
export interface Stage {
  platform: BenchPlatform;
  /** The floors of `GET /api/me`, which ask no database: with production's log level, and without a log. */
  bareMe: ServerProcess;
  silentBareMe: ServerProcess;
  /** The server without a log, on the small database. */
  silent: ServerProcess;
  small: Population;
  large: Population;
  close(): Promise<void>;
}

export interface StageOptions {
  /** How many users each of the two databases has. */
  sizes: { small: number; large: number };
  profile: boolean;
  say: (line: string) => void;
}

/** Opens the stage, telling of the steps that take long. Whatever was opened is closed again when one fails. */
export async function openStage({ sizes, profile, say }: StageOptions): Promise<Stage> {
  const opened: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const one of opened.splice(0).reverse()) await one();
  };
  const keep = <T extends { close(): Promise<unknown> }>(part: T): T => {
    opened.push(() => part.close());
    return part;
  };
  const start = (name: string, env: Record<string, string>) => startProcess(name, { env, profile });

  const startApp = (databaseUrl: string, platformUrl: string, logLevel: 'info' | 'silent') =>
    start('app-process', {
      NODE_ENV: 'test',
      DATABASE_URL: databaseUrl,
      LOG_LEVEL: logLevel,
      PLATFORM_CALLS_PER_SECOND: '10000',
      REQUESTS_PER_MINUTE: '100000000',
      RECONCILE_HOURS: '0',
      ...emulatorEnvironment('dingtalk', platformUrl),
    });

  async function populate(users: number, platformUrl: string, appToken: string): Promise<Population> {
    say(`正在写入 ${users.toLocaleString('zh-CN')} 个用户和会话……`);
    const databaseUrl = await createBenchDatabase(users);
    opened.push(() => dropPostgresDatabase(databaseUrl));
    const app = keep(await startApp(databaseUrl, platformUrl, 'info'));
    const floor = keep(
      await start('floor-process', {
        BENCH_FLOOR: 'login',
        DATABASE_URL: databaseUrl,
        PLATFORM_URL: platformUrl,
        APP_TOKEN: appToken,
      }),
    );
    return { users, databaseUrl, app, floor };
  }

  try {
    await compileEntries(['app-process', 'floor-process']);
    const platform = keep(await startPlatform());
    const appToken = await fetchAppToken(platform.url);
    const small = await populate(sizes.small, platform.url, appToken);
    const large = await populate(sizes.large, platform.url, appToken);
    const silent = keep(await startApp(small.databaseUrl, platform.url, 'silent'));
    const bare = { BENCH_FLOOR: 'me', BENCH_HEADERS: JSON.stringify(await answerHeaders(small.app.url)) };
    const bareMe = keep(await start('floor-process', bare));
    const silentBareMe = keep(await start('floor-process', { ...bare, LOG_LEVEL: 'silent' }));
    return { platform, bareMe, silentBareMe, silent, small, large, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function fetchAppToken(platformUrl: string): Promise<string> {
  const { appKey, appSecret } = emulatedApps.dingtalk;
  const response = await fetch(`${platformUrl}/v1.0/oauth2/accessToken`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ appKey, appSecret }),
  });
  const { accessToken } = (await response.json()) as { accessToken: string };
  return accessToken;
}

/** What the server adds to its answer, without what every Node server sends by itself. */
async function answerHeaders(url: string): Promise<Record<string, string>> {
  const { headers } = await fetch(`${url}/api/me`, {
    headers: { authorization: `Bearer ${sessionToken(1)}` },
  });
  const ownOfNode = ['connection', 'keep-alive', 'date', 'content-length', 'content-type'];
  return Object.fromEntries([...headers].filter(([name]) => !ownOfNode.includes(name)));
}

/** `GET /api/me` of the first `people` users in turn. */
export function meTarget(name: string, server: ServerProcess, people: number): Target {
  const requests = Array.from({ length: people }, (_, index) => ({
    headers: { authorization: `Bearer ${sessionToken(index + 1)}` },
  }));
  return { name, server, method: 'GET', path: '/api/me', requests, answerHolds: '"dingUserId":"bench' };
}

/** A sign-in of one user after another, far apart from each other in the table. */
export function loginTarget(
  name: string,
  server: ServerProcess,
  users: number,
  platform: BenchPlatform,
): Target {
  let turn = 0;
  return {
    name,
    server,
    method: 'POST',
    path: '/api/auth/login',
    requests() {
      turn += 7919;
      return { body: JSON.stringify({ authCode: platform.code((turn % users) + 1) }) };
    },
    answerHolds: '"outcome":"signed-in"',
  };
}
