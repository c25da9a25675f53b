import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
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
});
afterAll(() => database?.close());
beforeEach(async () => {
  await database.prisma.activityCount.deleteMany();
  await database.prisma.instance.deleteMany();
  warnings.length = 0;
});

function instance() {
  const problems = createProblems(now);
  const state = () => ({ problems: problems.list(), heldBack: [] });
  const reporter = createReporter({ prisma: database.prisma, state, now, log });
  const signIns = (times: number) => {
    for (let at = 0; at < times; at += 1) reporter.count('sign-in', 'signed-in');
  };
  return { problems, reporter, signIns };
}
const counted = async () =>
  (await database.prisma.activityCount.aggregate({ _sum: { count: true } }))._sum.count ?? 0;
/** Runs work while the table of the counts is away. */
async function withoutTable(work: () => Promise<void>): Promise<void> {
  await database.prisma.$executeRaw`ALTER TABLE activity_counts RENAME TO away`;
  try {
    await work();
  } finally {
    await database.prisma.$executeRaw`ALTER TABLE away RENAME TO activity_counts`;
  }
}

test('many faults and sign-ins are written by one statement for the counts and one for the state', async () => {
  const { problems, reporter } = instance();
  const statements = vi.spyOn(database.prisma, '$executeRaw');
  const fault = { api: '/x', ok: false, upstreamCode: '60020', remedy: '加白名单', durationMs: 1 };
  for (let at = 0; at < 10_000; at += 1) {
    reporter.count('sign-in', 'fault PLATFORM_MISCONFIGURED');
    problems.note(fault);
  }
  await reporter.flush();
  expect(statements).toHaveBeenCalledTimes(2);
  expect(await counted()).toBe(10_000);
  await reporter.flush();
  expect(statements).toHaveBeenCalledTimes(3);
  statements.mockRestore();
});

test('two instances are added, and a number that is written twice counts once', async () => {
  const [one, other] = [instance(), instance()];
  one.signIns(3);
  other.signIns(4);
  await Promise.all([one.reporter.flush(), other.reporter.flush(), one.reporter.flush()]);
  expect(await counted()).toBe(7);
  one.signIns(5);
  await one.reporter.flush();
  expect(await counted()).toBe(12);

  // The answer of the database is lost after it has written.
  one.signIns(1);
  const { $executeRaw } = database.prisma;
  const lost = vi.spyOn(database.prisma, '$executeRaw').mockImplementationOnce((async (...statement) => {
    await Reflect.apply($executeRaw, database.prisma, statement);
    throw new Error('the answer is lost');
  }) as typeof $executeRaw);
  await expect(one.reporter.flush()).rejects.toThrow('the answer is lost');
  lost.mockRestore();
  await one.reporter.flush();
  expect(await counted()).toBe(13);
});

test('counts that could not be written are written later', async () => {
  const { signIns, reporter } = instance();
  signIns(1);
  await withoutTable(() => expect(reporter.flush()).rejects.toThrow());
  signIns(1);
  await reporter.flush();
  expect(await counted()).toBe(2);
});

test('a stop writes the remaining counts and the end of the server, and never fails', async () => {
  const { signIns, reporter } = instance();
  await reporter.flush();
  signIns(1);
  await reporter.stop();
  expect(await counted()).toBe(1);
  expect(await database.prisma.instance.count()).toBe(0);

  signIns(1);
  await withoutTable(() => expect(reporter.stop()).resolves.toBeUndefined());
  expect(warnings).toHaveLength(1);
});

test('a past hour keeps its counts, and is deleted a day later', async () => {
  const { signIns, reporter } = instance();
  signIns(2);
  await reporter.flush();
  time += 3_600_000;
  signIns(1);
  await reporter.flush();
  const hours = await database.prisma.activityCount.findMany({ orderBy: { periodStart: 'asc' } });
  expect(hours.map(({ count }) => count)).toEqual([2, 1]);
  time += 24 * 3_600_000;
  await reporter.sweep();
  expect(await counted()).toBe(1);
  time += 2 * 3_600_000;
  await reporter.sweep();
  expect(await database.prisma.instance.count()).toBe(0);
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

  test('for an unknown fault show the driver’s words', () => {
    const { steps } = guide('dingtalk', null, '请设置 DINGTALK_ROBOT_CODE');
    expect(steps[0]).toBe('请设置 DINGTALK_ROBOT_CODE。');
  });

  test('name an IPv6 address too', () => {
    const remedy = '服务器出口 IP 2001:db8::7 不在白名单：请添加';
    expect(guide('dingtalk', '60020', remedy).copy).toBe('2001:db8::7');
  });
});
