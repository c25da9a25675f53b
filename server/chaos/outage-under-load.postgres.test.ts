import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Emulator, startEmulator } from '../../scripts/emulator/emulator.ts';
import { type Cable, startCable } from '../testing/cable.ts';
import { type Answer, call, signInWith, tokenIn, until } from '../testing/client.ts';
import { createSeededDatabase, type TestDatabase } from '../testing/database.ts';
import { killProcesses, type ServerProcess, startProcess } from '../testing/processes.ts';

/** One process under load whose database goes away and comes back. */

const people = ['zhangsan', 'admin', 'chenguang'] as const;
const clients = 12;
const outageMs = 1500;

let database: TestDatabase;
let emulator: Emulator;
let cable: Cable;
let server: ServerProcess;
let notices: string[];

beforeAll(async () => {
  [database, emulator] = await Promise.all([createSeededDatabase(), startEmulator()]);
  cable = await startCable(database.url ?? '');
  await database.prisma.notice.createMany({
    data: Array.from({ length: 3000 }, (_, at) => ({
      title: `第 ${at} 条`,
      body: '正文',
      publishedAt: new Date(),
    })),
  });
  notices = (await database.prisma.notice.findMany({ select: { id: true } })).map(({ id }) => id);
  server = await startProcess({
    databaseUrl: cable.url,
    emulatorUrl: emulator.url,
    env: { DATABASE_POOL: '6', DATABASE_TIMEOUT_MS: '1000' },
  });
}, 120_000);
afterAll(async () => {
  killProcesses();
  await cable?.close();
  await emulator?.close();
  await database?.close();
});

/** What the server has told its clients that it did. */
interface Acknowledged {
  tokens: string[];
  reads: { username: string; noticeId: string; readAt: string }[];
}

interface Load {
  acknowledged: Acknowledged;
  /** How often each answer came since the last look, by status and code. */
  takeAnswers(): Record<string, number>;
  stop(): Promise<void>;
}

/** Clients that sign in and mark notices as read, one after the other, until they are told to stop. */
function startLoad(): Load {
  const acknowledged: Acknowledged = { tokens: [], reads: [] };
  let answers: Record<string, number> = {};
  let stopping = false;
  const note = (answer: Answer) => {
    const key = answer.status === 200 ? '200' : `${answer.status} ${String(answer.body.code)}`;
    answers[key] = (answers[key] ?? 0) + 1;
  };

  async function client(number: number): Promise<void> {
    const username = people[number % people.length] ?? 'zhangsan';
    let token: string | null = null;
    while (!stopping) {
      const login = await signInWith(server.url, emulator.control.issueAuthCode(username, 'dingtalk'));
      note(login);
      token = tokenIn(login) ?? token;
      if (tokenIn(login) !== null && token !== null) acknowledged.tokens.push(token);
      const noticeId = notices.pop();
      if (token === null || noticeId === undefined) continue;
      const read = await call(`${server.url}/api/notices/${noticeId}/read`, { token, body: {} });
      note(read);
      if (read.status === 200)
        acknowledged.reads.push({ username, noticeId, readAt: String(read.body.readAt) });
    }
  }
  const running = Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  running.catch(() => {});
  return {
    acknowledged,
    takeAnswers() {
      const taken = answers;
      answers = {};
      return taken;
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}

/** Ends every connection again and again, as PostgreSQL does when it is being stopped. */
async function terminateConnections(forMs: number): Promise<void> {
  const administrator = new pg.Client({ connectionString: database.url ?? '' });
  await administrator.connect();
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    await administrator.query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name LIKE 'miniapp-%' AND datname = current_database()`);
    await delay(10);
  }
  await administrator.end();
}

test.each<[string, () => Promise<void>]>([
  [
    'stopped and started again',
    async () => {
      cable.pull();
      await delay(outageMs);
      cable.mend();
    },
  ],
  [
    'silent for a while',
    async () => {
      cable.swallow();
      await delay(2 * outageMs);
      cable.mend();
    },
  ],
  ['ending its connections again and again', () => terminateConnections(outageMs)],
])(
  'a database %s under load: 503 and no more, recovery without a restart, nothing acknowledged is lost',
  async (_, outage) => {
    const load = startLoad();
    await until(() => load.acknowledged.reads.length > 20, 20_000, 'the clients are at work');
    load.takeAnswers();
    await outage();
    const during = load.takeAnswers();
    const reads = load.acknowledged.reads.length;
    const tookMs = await until(
      () => load.acknowledged.reads.length >= reads + clients,
      15_000,
      'the clients are at work again',
    );
    await load.stop();
    const after = load.takeAnswers();

    for (const key of [...Object.keys(during), ...Object.keys(after)]) {
      expect(['200', '503 DATABASE_UNAVAILABLE']).toContain(key);
    }
    expect(during['503 DATABASE_UNAVAILABLE']).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(5000);
    expect(server.child.exitCode).toBeNull();

    const { tokens, reads: marked } = load.acknowledged;
    for (const token of tokens) expect((await call(`${server.url}/api/me`, { token })).status).toBe(200);
    const rows = await database.prisma.noticeRead.findMany({ include: { user: true } });
    const stored = new Set(
      rows.map((row) => `${row.user.username} ${row.noticeId} ${row.readAt.toISOString()}`),
    );
    const missing = marked.filter((read) => !stored.has(`${read.username} ${read.noticeId} ${read.readAt}`));
    expect(missing).toEqual([]);
  },
  90_000,
);
