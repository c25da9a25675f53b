import { type Figures, median, type PartResult, round, type Verdict } from '../report.ts';
import { countSessions, postgresVersion } from './data.ts';
import { interleave, type Run } from './load.ts';
import { courseOfMemory, type MemoryCourse } from './memory.ts';
import { loginTarget, meTarget, openStage, type Stage } from './stage.ts';

export interface ServerBenchOptions {
  /** 100,000 sign-ins instead of 20,000 for the course of the memory. */
  full: boolean;
  /** Samples what the servers' processes spend their time on, into files. */
  profile: boolean;
  say: (line: string) => void;
}

const sizes = { small: 1000, large: 1_000_000 };
/** People whose sessions are warm: fewer than a process keeps. */
const warmPeople = 1000;
const me = { rounds: 9, connections: 32, seconds: 2 };
const login = { rounds: 9, connections: 16, seconds: 2 };

/**
 * Measures `GET /api/me` and the sign-in against their floors with 1,000 and with 1,000,000 users on PostgreSQL.
 *
 * @returns null, after saying so, where no PostgreSQL answers.
 */
export async function benchServer({ full, profile, say }: ServerBenchOptions): Promise<PartResult | null> {
  const postgresql = await postgresVersion();
  if (postgresql === null) {
    say('⚠ 跳过服务端的测量：它需要 PostgreSQL。请启动 PostgreSQL，或用 TEST_POSTGRES_URL 指明地址。');
    return null;
  }
  say(`PostgreSQL ${postgresql}`);
  const stage = await openStage({ sizes, profile, say });
  try {
    const meRuns = await measureMe(stage, say);
    const loginRuns = await measureLogin(stage, say);
    const requests = full ? 100_000 : 20_000;
    say(`正在连续登录 ${requests.toLocaleString('zh-CN')} 次，观察内存……`);
    const { platform, small } = stage;
    const memory = await courseOfMemory(
      loginTarget('登录', small.app, small.users, platform),
      login.connections,
      requests,
    );
    return {
      part: 'server',
      figures: [meFigures(meRuns), loginFigures(loginRuns), memoryFigures(memory)],
      verdicts: [...meVerdicts(meRuns), ...loginVerdicts(loginRuns), ...memoryVerdicts(memory)],
      raw: { postgresql, me: meRuns, login: loginRuns, memory },
    };
  } finally {
    await stage.close();
  }
}

async function measureMe(stage: Stage, say: (line: string) => void) {
  say('正在测量 GET /api/me……');
  const { bareMe, silentBareMe, silent, small, large } = stage;
  const runs = await interleave(
    {
      floor: meTarget('裸 Fastify 路由', bareMe, warmPeople),
      small: meTarget('本服务，1 千用户', small.app, warmPeople),
      silentFloor: meTarget('裸 Fastify 路由，没有日志', silentBareMe, warmPeople),
      silent: meTarget('本服务，没有日志', silent, warmPeople),
      large: meTarget('本服务，100 万用户', large.app, warmPeople),
    },
    me,
  );
  const { sessionCache, rssMiB } = await large.app.usage();
  const { hits = 0, misses = 0 } = sessionCache ?? {};
  return { runs, hitRate: hits / (hits + misses), rssMiB };
}

async function measureLogin(stage: Stage, say: (line: string) => void) {
  say('正在测量 POST /api/auth/login……');
  const { platform, small, large } = stage;
  const before = await countSessions(small.databaseUrl);
  const runs = await interleave(
    {
      smallFloor: loginTarget('下限，1 千用户', small.floor, small.users, platform),
      small: loginTarget('本服务，1 千用户', small.app, small.users, platform),
      largeFloor: loginTarget('下限，100 万用户', large.floor, large.users, platform),
      large: loginTarget('本服务，100 万用户', large.app, large.users, platform),
    },
    login,
  );
  const written = (await countSessions(small.databaseUrl)) - before;
  const answered = [...runs.small, ...runs.smallFloor].reduce((sum, run) => sum + run.requests, 0);
  if (written < answered) throw new Error(`登录成功 ${answered} 次，却只写下 ${written} 个会话`);
  const { rssMiB } = await large.app.usage();
  return { runs, rssMiB };
}

const of = (runs: readonly Run[], figure: keyof Run) => median(runs.map((run) => run[figure]));

/** By how much `one` beats `other`, round by round: the middle of the rounds' ratios. */
function ratio(one: readonly Run[], other: readonly Run[], figure: keyof Run): number {
  return median(one.map((run, round) => run[figure] / (other[round]?.[figure] ?? Number.NaN)));
}

const runColumns = ['', '请求/秒', 'p50 ms', 'p99 ms', 'CPU ms/请求'];

function runRow(name: string, runs: readonly Run[]): string[] {
  const figures: (keyof Run)[] = ['requestsPerSecond', 'p50Ms', 'p99Ms', 'cpuMs'];
  return [name, ...figures.map((figure) => round(of(runs, figure)))];
}

type MeRuns = Awaited<ReturnType<typeof measureMe>>;
type LoginRuns = Awaited<ReturnType<typeof measureLogin>>;

function meFigures({ runs, hitRate, rssMiB }: MeRuns): Figures {
  return {
    title: `GET /api/me，${me.connections} 个连接，会话缓存命中 ${(hitRate * 100).toFixed(2)} %，内存 ${round(rssMiB)} MiB`,
    columns: runColumns,
    rows: [
      runRow('裸 Fastify 路由', runs.floor),
      runRow('本服务，1 千用户', runs.small),
      runRow('裸 Fastify 路由，没有日志', runs.silentFloor),
      runRow('本服务，1 千用户，没有日志', runs.silent),
      runRow('本服务，100 万用户', runs.large),
    ],
  };
}

function meVerdicts({ runs }: MeRuns): Verdict[] {
  return [
    {
      name: 'GET /api/me 的请求/秒，相对裸 Fastify 路由',
      value: ratio(runs.small, runs.floor, 'requestsPerSecond'),
      bar: 0.7,
      kind: 'min',
      unit: '',
    },
    {
      name: '同上，都没有日志',
      value: ratio(runs.silent, runs.silentFloor, 'requestsPerSecond'),
      bar: 0.8,
      kind: 'min',
      unit: '',
    },
    dearer('GET /api/me', runs),
  ];
}

function loginFigures({ runs, rssMiB }: LoginRuns): Figures {
  return {
    title: `POST /api/auth/login，${login.connections} 个连接，内存 ${round(rssMiB)} MiB`,
    columns: runColumns,
    rows: [
      runRow('node:http + pg，1 千用户', runs.smallFloor),
      runRow('本服务，1 千用户', runs.small),
      runRow('node:http + pg，100 万用户', runs.largeFloor),
      runRow('本服务，100 万用户', runs.large),
    ],
  };
}

function loginVerdicts({ runs }: LoginRuns): Verdict[] {
  return [
    {
      name: '登录的请求/秒，相对 node:http + pg',
      value: ratio(runs.small, runs.smallFloor, 'requestsPerSecond'),
      bar: 0.7,
      kind: 'min',
      unit: '',
    },
    dearer('登录', runs),
  ];
}

function dearer(what: string, runs: { small: readonly Run[]; large: readonly Run[] }): Verdict {
  return {
    name: `${what}：100 万用户时一个请求的代价，相对 1 千用户`,
    value: ratio(runs.small, runs.large, 'requestsPerSecond'),
    bar: 1.1,
    kind: 'max',
    unit: '倍',
  };
}

function memoryFigures(memory: MemoryCourse): Figures {
  return {
    title: `连续登录 ${memory.requests.toLocaleString('zh-CN')} 次的内存，MiB`,
    columns: ['第二个四分之一', '最后四分之一', '最高', '回收后的堆，前', '回收后的堆，后', '登录/秒'],
    rows: [
      [
        memory.earlyRssMiB,
        memory.lateRssMiB,
        memory.maxRssMiB,
        memory.heapBeforeMiB,
        memory.heapAfterMiB,
        memory.requestsPerSecond,
      ].map(round),
    ],
  };
}

function memoryVerdicts({ earlyRssMiB, lateRssMiB }: MemoryCourse): Verdict[] {
  return [
    {
      name: '连续登录，最后四分之一的内存，相对第二个四分之一',
      value: lateRssMiB / earlyRssMiB,
      bar: 1.1,
      kind: 'max',
      unit: '倍',
    },
    { name: '同上，最后四分之一的内存', value: lateRssMiB, bar: 150, kind: 'max', unit: ' MiB' },
  ];
}
