import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createActivity } from './activity.ts';
import { guideOf } from './guides.ts';
import { createProblems } from './problems.ts';
import { createReporter, type Reporter } from './reporter.ts';

let database: TestDatabase;
let time = Date.UTC(2026, 0, 2, 1, 30);
const now = () => time;
const warnings: unknown[] = [];
const log = { warn: (...line: unknown[]) => warnings.push(line) };

beforeAll(async () => {
  database = await createTestDatabase();
  // Counts what is written, whoever writes it; an INSERT with ON CONFLICT is an INSERT, whatever it does.
  await database.prisma.$executeRaw`CREATE TABLE writes (on_table text)`;
  await database.prisma.$executeRaw`
    CREATE FUNCTION note_write() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
      INSERT INTO writes VALUES (TG_TABLE_NAME); RETURN NULL; END'`;
  for (const table of ['instances', 'activity_counts']) {
    await database.prisma.$executeRawUnsafe(
      `CREATE TRIGGER noted AFTER INSERT ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION note_write()`,
    );
  }
});
afterAll(() => database?.close());
beforeEach(async () => {
  await database.prisma.activityCount.deleteMany();
  await database.prisma.instance.deleteMany();
  warnings.length = 0;
});

function instance() {
  const activity = createActivity(now);
  const problems = createProblems(now);
  const state = () => ({ problems: problems.list(), heldBack: [] });
  const reporter = createReporter({ prisma: database.prisma, activity, state, now, log });
  return { activity, problems, reporter };
}
async function writes(): Promise<number> {
  const [row] = await database.prisma.$queryRaw<{ n: number }[]>`SELECT count(*)::int AS n FROM writes`;
  return row?.n ?? 0;
}
const counted = async () =>
  (await database.prisma.activityCount.aggregate({ _sum: { count: true } }))._sum.count ?? 0;
async function writesOf(work: () => Promise<unknown>): Promise<number> {
  const before = await writes();
  await work();
  return (await writes()) - before;
}

test('a storm of faults and sign-ins is two statements, and calm is none', async () => {
  const { activity, problems, reporter } = instance();
  const fault = { api: '/x', ok: false, upstreamCode: '60020', remedy: '加白名单', durationMs: 1 };
  expect(
    await writesOf(async () => {
      for (let at = 0; at < 10_000; at += 1) {
        activity.count('sign-in', 'fault PLATFORM_MISCONFIGURED');
        problems.note(fault);
      }
      await reporter.flush();
    }),
  ).toBe(2);
  expect(await counted()).toBe(10_000);
  expect(await writesOf(() => reporter.flush())).toBe(0);
  time += 15_000;
  expect(await writesOf(() => reporter.flush())).toBe(1);
});

test('two instances add up, and a number that is written twice counts once', async () => {
  const [one, other] = [instance(), instance()];
  const add = (times: number, { activity }: typeof one) => {
    for (let at = 0; at < times; at += 1) activity.count('sign-in', 'signed-in');
  };
  add(3, one);
  add(4, other);
  await Promise.all([one.reporter.flush(), other.reporter.flush(), one.reporter.flush()]);
  expect(await counted()).toBe(7);
  add(5, one);
  await one.reporter.flush();
  expect(await counted()).toBe(12);

  // The answer of the database is lost after it has written.
  add(1, one);
  const rows = one.activity.changed();
  await one.reporter.flush();
  one.activity.written(rows.map((row) => ({ ...row, count: 0 })));
  await one.reporter.flush();
  expect(await counted()).toBe(13);
});

test('what could not be written is written later', async () => {
  const { activity, reporter } = instance();
  activity.count('call', '/x ok');
  await database.prisma.$executeRaw`ALTER TABLE activity_counts RENAME TO away`;
  try {
    await expect(reporter.flush()).rejects.toThrow();
  } finally {
    await database.prisma.$executeRaw`ALTER TABLE away RENAME TO activity_counts`;
  }
  activity.count('call', '/x ok');
  await reporter.flush();
  expect(await counted()).toBe(2);
});

test('a stop writes what is left and says that the server is gone; it never fails', async () => {
  const { activity, reporter } = instance();
  await reporter.flush();
  activity.count('sign-in', 'signed-in');
  await reporter.stop();
  expect(await counted()).toBe(1);
  expect(await database.prisma.instance.count()).toBe(0);

  activity.count('sign-in', 'signed-in');
  await database.prisma.$executeRaw`ALTER TABLE activity_counts RENAME TO away`;
  try {
    await expect(reporter.stop()).resolves.toBeUndefined();
    expect(warnings).toHaveLength(1);
  } finally {
    await database.prisma.$executeRaw`ALTER TABLE away RENAME TO activity_counts`;
  }
});

test('an hour that is over is forgotten in memory, and after eight days in the database', async () => {
  const { activity, reporter } = instance();
  activity.count('sign-in', 'signed-in');
  await reporter.flush();
  time += 3_600_000;
  activity.count('sign-in', 'signed-in');
  const before = activity.changed();
  expect(before).toHaveLength(1);
  await reporter.flush();
  expect(await database.prisma.activityCount.count()).toBe(2);
  time += 8 * 24 * 3_600_000;
  await reporter.sweep();
  expect(await database.prisma.activityCount.count()).toBe(0);
});

test('one instance sees the state of another', async () => {
  const [one, other] = [instance(), instance()];
  other.problems.note({ api: '/x', ok: false, remedy: '改配置', durationMs: 1 });
  await Promise.all([one.reporter.flush(), other.reporter.flush()]);
  const seen = async (by: Reporter) => (await by.states()).flatMap(({ problems }) => problems);
  expect(await seen(one.reporter)).toMatchObject([{ api: '/x', remedy: '改配置', count: 1 }]);
  other.problems.note({ api: '/x', ok: true, durationMs: 1 });
  await other.reporter.flush();
  expect(await seen(one.reporter)).toEqual([]);
});

describe('guides', () => {
  const guide = (
    platform: 'dingtalk' | 'zhezhengding',
    upstreamCode: string | null,
    remedy = 'appKey 或 appSecret 不正确',
  ) => guideOf(platform, { api: '/x', upstreamCode, remedy });

  test.each([
    ['dingtalk', '60020', '安全设置'],
    ['dingtalk', 'Forbidden.IpNotInWhiteList', '安全设置'],
    ['dingtalk', '60011', '权限管理'],
    ['dingtalk', 'Forbidden.AccessDenied.AccessTokenPermissionDenied', '权限管理'],
    ['dingtalk', '40089', 'DINGTALK_APP_SECRET'],
    ['dingtalk', '40056', 'DINGTALK_AGENT_ID'],
    ['dingtalk', '40013', 'DINGTALK_CORP_ID'],
    ['dingtalk', '90020', '额度'],
    ['zhezhengding', 'OPF-B001-05-16-0009', 'ZHEZHENGDING_APP_SECRET'],
    ['zhezhengding', '240132', '接口权限'],
  ] as const)('%s %s says where to click', (platform, code, word) => {
    const { title, steps } = guide(platform, code);
    expect(steps.length).toBeGreaterThan(2);
    expect([title, ...steps].join()).toContain(word);
    for (const line of steps) expect(line).toMatch(/。$/);
  });

  test('what it does not know it tells in the driver’s words', () => {
    const { steps } = guide('dingtalk', null, '请设置 DINGTALK_ROBOT_CODE');
    expect(steps[0]).toBe('请设置 DINGTALK_ROBOT_CODE。');
  });

  test('an IPv6 address is named too', () => {
    const remedy = '服务器出口 IP 2001:db8::7 不在白名单：请添加';
    expect(guide('dingtalk', '60020', remedy).copy).toBe('2001:db8::7');
  });
});
