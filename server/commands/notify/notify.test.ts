import { InvalidMessageError } from '../../platform/platform.ts';
import { cheapSeed } from '../../testing/cheap-seed.ts';
import { idOf, type Outbox, openOutbox } from '../../testing/messages.ts';
import type { NotifyRequest } from './arguments.ts';
import { notify } from './notify.ts';
import { UnreachableError } from './receivers.ts';

const unknownId = '01900000-0000-7000-8000-000000000000';
const zhangsan = idOf('zhangsan');
let outbox: Outbox;
let printed: string[];

beforeAll(async () => {
  outbox = await openOutbox('dingtalk');
  await cheapSeed(outbox.prisma);
  await outbox.prisma.user.create({
    data: { username: 'wangwu', name: '王五', dingUserId: '270103,270104' },
  });
});
afterAll(() => outbox.close());
beforeEach(async () => {
  await outbox.reset();
  printed = [];
});

const run = (request: NotifyRequest) =>
  notify(request, {
    prisma: outbox.prisma,
    platform: outbox.connect({ timeoutMs: 1500 }),
    print: (line) => printed.push(line),
  });
const message = (...usernames: string[]) =>
  ({ kind: 'message', usernames, text: '请查收', ding: false }) as const;
const workPath = '/topapi/message/corpconversation/asyncsend_v2';

test('a work notification to two people is sent, and the result is printed', async () => {
  expect(await run(message('zhangsan', 'chenguang'))).toBe(true);
  expect(outbox.received('请查收')).toEqual({ [zhangsan]: 1, [idOf('chenguang')]: 1 });
  expect(printed).toEqual([
    '✔ 平台已收下，发给 张三（zhangsan）、陈光（chenguang）',
    '  送达 2 人，其中 0 人已读。',
  ]);
});

test('a DING is sent', async () => {
  expect(await run({ ...message('zhangsan'), ding: true })).toBe(true);
  expect(outbox.emulator.control.messages()).toMatchObject([{ kind: 'ding', receivers: [zhangsan] }]);
  expect(printed).toEqual(['✔ 平台已收下，发给 张三（zhangsan）']);
});

test('the same text twice in a day is delivered once, and the output says so', async () => {
  await run(message('zhangsan'));
  printed = [];
  expect(await run(message('zhangsan'))).toBe(true);
  expect(outbox.received('请查收')).toEqual({ [zhangsan]: 1 });
  expect(printed[1]).toBe('  没有送达 张三（zhangsan）：同样的内容，同一个人一天只能收到一次');
});

test('a receiver whom the platform no longer knows is named', async () => {
  await run(message('zhaoliu', 'zhangsan'));
  expect(printed[1]).toBe('  没有送达 赵六（zhaoliu）：不在组织里，或不在应用的可见范围内');
});

test.each([
  ['lisi', /李四（lisi）还没有绑定.*用账号和密码绑定一次.*ding_user_id/],
  ['wangwu', /王五（wangwu）的平台 id“270103,270104”含有逗号或空格.*“人员”里改正/],
  ['zhouba', /周八（zhouba）的账号已停用/],
  ['nobody', /没有用户名为 nobody 的账号/],
])(
  '%s cannot be reached: nobody gets a message, and the reason says what to do',
  async (username, reason) => {
    const refused = run(message('zhangsan', username));
    await expect(refused).rejects.toThrow(UnreachableError);
    await expect(refused).rejects.toThrow(reason);
    expect(await outbox.rows()).toEqual([]);
  },
);

test('somebody who left cannot be reached', async () => {
  const where = { username: 'admin' };
  await outbox.prisma.user.update({ where, data: { leftAt: new Date() } });
  await expect(run(message('admin'))).rejects.toThrow('管理员（admin）已离开组织');
  await outbox.prisma.user.update({ where, data: { leftAt: null } });
});

test('a text that is too long for the platform is refused', async () => {
  await expect(run({ ...message('zhangsan'), text: '字'.repeat(700) })).rejects.toThrow(InvalidMessageError);
});

test('a missing permission is named, and the message is not sent', async () => {
  outbox.emulator.control.fault({ path: workPath, kind: 'no-permission', times: null });
  expect(await run(message('zhangsan'))).toBe(false);
  expect(printed).toEqual([expect.stringMatching(/^✘ 没有发给 张三（zhangsan）：.*asyncsend/)]);
});

test('a lost answer leaves the message uncertain', async () => {
  outbox.emulator.control.fault({ path: '/v1.0/robot/ding/send', kind: 'reset' });
  expect(await run({ ...message('zhangsan'), ding: true })).toBe(false);
  expect(printed).toEqual([expect.stringMatching(/^？不确定是否已发给 张三.*不要马上重发/)]);
});

test('with a busy platform the message stays in the outbox for the server', async () => {
  outbox.emulator.control.fault({ path: workPath, kind: 'errcode', times: null });
  expect(await run(message('zhangsan'))).toBe(false);
  expect(printed).toEqual([expect.stringMatching(/^… 还没有发给 张三.*繁忙.*服务运行时会接着发/)]);
  expect(await outbox.row()).toMatchObject({ status: 'PENDING' });
});

describe('a message that failed or is uncertain', () => {
  const dingApi = '/v1.0/robot/ding/send';
  const failing = { ...message('zhangsan'), text: '第一条' };

  test('is listed with its number, the reason and what to do', async () => {
    expect(await run({ kind: 'failed' })).toBe(true);
    expect(printed).toEqual(['没有发送失败的消息，也没有不确定的消息。']);
    outbox.emulator.control.fault({ path: workPath, kind: 'no-permission' });
    await run(failing);
    outbox.emulator.control.fault({ path: dingApi, kind: 'reset' });
    await run({ ...message('chenguang'), text: '第二条', ding: true });
    await run({ ...message('zhangsan'), text: '发出去的' });
    printed = [];
    expect(await run({ kind: 'failed' })).toBe(true);
    const [doubtful, failed] = (await outbox.rows()).filter(({ status }) => status !== 'SENT');
    const shown = printed.join('\n');
    expect(printed[0]).toBe('没有发出、或不确定是否已发出的消息共 2 条：');
    expect(shown).toMatch(/？不确定.*DING“第二条”\n {2}发给 陈光（chenguang）\n {2}原因：.*\n/);
    expect(shown).toMatch(/✘ 没有发出.*工作通知“第一条”\n {2}发给 张三（zhangsan）\n {2}原因：.*asyncsend/);
    for (const row of [doubtful, failed]) expect(shown).toContain(`编号：${row?.id}`);
    expect(shown).not.toContain('发出去的');
    expect(printed.at(-2)).toContain('npm run cli -- notify --resend 编号');
    expect(printed.at(-1)).toMatch(/核实.*再响一次/);
  });

  test('is resent by its number', async () => {
    outbox.emulator.control.fault({ path: workPath, kind: 'no-permission' });
    expect(await run(failing)).toBe(false);
    printed = [];
    const { id } = await outbox.row();
    expect(await run({ kind: 'resend', ids: [id] })).toBe(true);
    expect(printed).toEqual(['✔ 平台已收下，发给 张三（zhangsan）', '  送达 1 人，其中 0 人已读。']);
    expect(outbox.received('第一条')).toEqual({ [zhangsan]: 1 });
  });

  test('is not resent if one of several numbers is wrong; every wrong number is named', async () => {
    outbox.emulator.control.fault({ path: workPath, kind: 'no-permission', times: 2 });
    await run(failing);
    await run({ ...failing, text: '撤回的' });
    await run({ ...failing, text: '发出去的' });
    const rows = await outbox.prisma.outboxMessage.findMany({ orderBy: { id: 'asc' } });
    const ids = rows.map(({ id }) => id);
    const [, takenBack = '', sent = ''] = ids;
    const recallWantedAt = new Date();
    await outbox.prisma.outboxMessage.update({ where: { id: takenBack }, data: { recallWantedAt } });
    const refused = run({ kind: 'resend', ids: [...ids, unknownId] });
    await expect(refused).rejects.toThrow(UnreachableError);
    for (const told of [`${takenBack} 已被撤回`, `${sent} 已经发出`, `找不到编号为 ${unknownId}`]) {
      await expect(refused).rejects.toThrow(told);
    }
    expect(outbox.received('第一条')).toEqual({});
  });
});
