import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openDatabase } from '../../server/database/database.ts';
import { applyMigrations } from '../../server/database/migrations.ts';
import type { HerdResult } from '../../server/testing/herd.ts';
import { dropPostgresDatabase } from '../../server/testing/postgres-databases.ts';
import { emulatorEnvironment } from '../emulator/environment.ts';
import { type PartResult, round, type Verdict } from './report.ts';
import { createBenchDatabase, insertUsers, postgresVersion } from './server/data.ts';
import type { PartOfHerd } from './server/people-process.ts';
import { benchPaths } from './server/platform.ts';
import { compileEntries, type ServerProcess, startProcess } from './server/process.ts';

/** What DingTalk's standard edition allows an app. */
const perSecond = 20;
const exchangeApi = '/topapi/v2/user/getuserinfo';
const tokenApi = '/v1.0/oauth2/accessToken';
/** People per client process; with more, they would wait for each other instead of the server. */
const peopleOfProcess = 1000;

interface Case {
  kind: 'PostgreSQL' | '内嵌数据库';
  instances: number;
  people: number;
}

interface HerdRun extends Case, HerdResult {
  exchanges: number;
  appTokens: number;
  /** Resident memory of the largest instance in MiB, before the first person came and at its highest. */
  beforeMiB: number;
  highestMiB: number;
}

/**
 * Lets so many people open the app within a second, on cold servers, while the platform allows twenty exchanges a
 * second: on one and on two instances with PostgreSQL, on one with the embedded database.
 *
 * @param full 5,000 people besides 200, which takes a quarter of an hour.
 */
export async function benchHerd(options: {
  full: boolean;
  say: (line: string) => void;
}): Promise<PartResult> {
  const { full, say } = options;
  const hasPostgres = (await postgresVersion()) !== null;
  if (!hasPostgres) say('⚠ 没有 PostgreSQL，只用内嵌数据库测。');
  await compileEntries(['app-process', 'platform-process', 'people-process']);
  const runs: HerdRun[] = [];
  for (const people of full ? [200, 5000] : [200]) {
    const cases: Case[] = [
      ...(hasPostgres ? [1, 2] : []).map((instances) => ({ kind: 'PostgreSQL' as const, instances, people })),
      { kind: '内嵌数据库', instances: 1, people },
    ];
    for (const one of cases) {
      say(`${people} 人一起打开应用，${one.kind}，${one.instances} 个实例……`);
      runs.push(await runHerd(one));
    }
  }
  return {
    part: 'herd',
    figures: [
      {
        title: `一秒内一起打开应用，服务刚启动，平台每秒允许 ${perSecond} 次`,
        columns: ['', '进来', '用时 s', '登录请求', '换人', '应用令牌', '故障应答', '内存 MiB，前', '最高'],
        rows: runs.map((run) => [
          nameOf(run),
          String(run.in),
          round(run.seconds),
          String(run.visits),
          String(run.exchanges),
          String(run.appTokens),
          faultsOf(run),
          round(run.beforeMiB),
          round(run.highestMiB),
        ]),
      },
    ],
    verdicts: runs.flatMap(verdictsOf),
    raw: runs,
  };
}

const nameOf = ({ people, kind, instances }: Case) => `${people} 人，${kind}，${instances} 个实例`;

const faultsOf = ({ faults }: HerdRun) =>
  Object.entries(faults)
    .map(([what, count]) => `${what}：${count}`)
    .join('，') || '0';

function verdictsOf(run: HerdRun): Verdict[] {
  const { people, seconds } = run;
  return [
    { name: `${nameOf(run)}：进来的人`, value: run.in, bar: people, kind: 'min', unit: '' },
    {
      name: `${nameOf(run)}：用时`,
      value: seconds * 1000,
      bar: people === 200 ? 12_000 : (people / perSecond) * 1100,
      kind: 'max',
      unit: ' ms',
    },
  ];
}

async function runHerd(one: Case): Promise<HerdRun> {
  const { kind, instances, people } = one;
  const opened: (() => Promise<unknown>)[] = [];
  try {
    const start = async (name: string, env: Record<string, string>) => {
      const started = await startProcess(name, { env, profile: false });
      opened.push(() => started.close());
      return started;
    };
    const platform = await start('platform-process', { PER_SECOND: String(perSecond) });
    const database =
      kind === 'PostgreSQL' ? await postgresOf(people, opened) : await embeddedOf(people, opened);
    const servers: ServerProcess[] = [];
    for (let instance = 0; instance < instances; instance += 1) {
      const env = {
        NODE_ENV: 'test',
        PLATFORM_CALLS_PER_SECOND: String(perSecond / instances),
        RECONCILE_HOURS: '0',
        ...database,
        ...emulatorEnvironment('dingtalk', platform.url),
      };
      servers.push(await start('app-process', env));
    }
    const crowd: ServerProcess[] = [];
    for (let n = 0; n < people; n += peopleOfProcess) crowd.push(await start('people-process', {}));
    const memory = async () =>
      Math.max(...(await Promise.all(servers.map((server) => server.usage()))).map(({ rssMiB }) => rssMiB));
    const beforeMiB = await memory();
    let highestMiB = beforeMiB;
    const sampling = setInterval(() => {
      void memory().then((now) => {
        highestMiB = Math.max(highestMiB, now);
      });
    }, 1000);
    const urls = servers.map(({ url }) => url);
    const parts = await Promise.all(
      crowd.map((process, index) =>
        process.ask<HerdResult>({
          urls,
          people: Math.min(peopleOfProcess, people - index * peopleOfProcess),
          first: index * peopleOfProcess + 1,
          codeUrl: platform.url + benchPaths.code,
        } satisfies PartOfHerd),
      ),
    ).finally(() => clearInterval(sampling));
    const calls = (await (await fetch(platform.url + benchPaths.calls)).json()) as Record<string, number>;
    return {
      ...one,
      ...together(parts),
      exchanges: calls[exchangeApi] ?? 0,
      appTokens: calls[tokenApi] ?? 0,
      beforeMiB,
      highestMiB: Math.max(highestMiB, await memory()),
    };
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

function together(parts: readonly HerdResult[]): HerdResult {
  const whole: HerdResult = { in: 0, seconds: 0, visits: 0, faults: {} };
  for (const part of parts) {
    whole.in += part.in;
    whole.visits += part.visits;
    whole.seconds = Math.max(whole.seconds, part.seconds);
    for (const [what, count] of Object.entries(part.faults)) {
      whole.faults[what] = (whole.faults[what] ?? 0) + count;
    }
  }
  return whole;
}

async function postgresOf(people: number, opened: (() => Promise<unknown>)[]) {
  const url = await createBenchDatabase(people);
  opened.push(() => dropPostgresDatabase(url));
  return { DATABASE_URL: url };
}

async function embeddedOf(people: number, opened: (() => Promise<unknown>)[]) {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'herd-'));
  opened.push(() => rm(dataDir, { recursive: true, force: true }));
  const database = await openDatabase({ url: null, dataDir, poolSize: 1, timeoutMs: 60_000 });
  await applyMigrations(database);
  await database.prisma.$executeRawUnsafe(insertUsers, people);
  await database.close();
  return { DATABASE_URL: '', DATA_DIR: dataDir };
}
