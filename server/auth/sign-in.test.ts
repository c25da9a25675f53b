import { type Built, build } from '../testing/build.ts';

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
  ])('%s', async (person, expected) => {
    expect(await server.login(person)).toMatchObject(expected);
  });
});
