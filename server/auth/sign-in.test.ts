import { type Built, build } from '../testing/build.ts';
import { paths } from '../testing/platforms.ts';

describe.each(['dingtalk', 'zhezhengding'] as const)('signing in on %s', (platform) => {
  let server: Built;
  beforeAll(async () => {
    server = await build({ platform });
  });
  afterAll(() => server.close());

  test.each([
    ['zhangsan', { outcome: 'signed-in', user: { username: 'zhangsan', name: '张三', role: 'USER' } }],
    ['lisi', { outcome: 'bind-required', person: { name: '李四' } }],
    ['wangwu', { outcome: 'bind-required', person: { name: '王五' } }],
    // 浙政钉 answers the same code for people who left and people out of range.
    [
      'zhaoliu',
      {
        outcome: 'no-permission',
        reason: platform === 'dingtalk' ? 'LEFT_ORGANISATION' : 'OUT_OF_RANGE',
      },
    ],
    ['sunqi', { outcome: 'no-permission', reason: 'OUT_OF_RANGE' }],
    ['zhouba', { outcome: 'no-permission', reason: 'ACCOUNT_DISABLED' }],
    ['chenguang', { outcome: 'signed-in', user: { username: 'chenguang', isSuperExecutive: true } }],
    ['admin', { outcome: 'signed-in', user: { username: 'admin', role: 'ADMIN' } }],
  ])('the sign-in of %s has its outcome', async (person, expected) => {
    expect(await server.login(person)).toMatchObject(expected);
  });

  test('200 first sign-ins at once on a cold server fetch one app token', async () => {
    const { database, emulator, prisma } = server;
    const fetched = () => emulator.control.calls()[paths[platform].token] ?? 0;
    await prisma.platformToken.deleteMany();
    const before = fetched();
    const cold = await build({ platform, database, emulator });
    try {
      const outcomes = await Promise.all(Array.from({ length: 200 }, () => cold.login('zhangsan')));
      expect(outcomes.filter(({ outcome }) => outcome !== 'signed-in')).toEqual([]);
      expect(fetched() - before).toBe(1);
    } finally {
      await cold.close();
    }
  });
});
