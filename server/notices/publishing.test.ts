import { createMessages } from '../messages/messages.ts';
import { cheapSeed } from '../testing/cheap-seed.ts';
import { idOf, type Outbox, openOutbox } from '../testing/messages.ts';
import { createNoticeEditing } from './editing.ts';
import { noticeKey } from './notification.ts';

let outbox: Outbox;

beforeAll(async () => {
  outbox = await openOutbox('dingtalk');
});
afterAll(() => outbox.close());
beforeEach(async () => {
  await outbox.reset();
  await outbox.prisma.user.deleteMany();
  await outbox.prisma.notice.deleteMany();
  await cheapSeed(outbox.prisma);
});

async function draft(title = '停电通知', publishedAt: Date | null = null): Promise<string> {
  return (await outbox.prisma.notice.create({ data: { title, body: '正文', publishedAt } })).id;
}
async function publish(id: string, prisma = outbox.prisma) {
  const { version } = await outbox.prisma.notice.findUniqueOrThrow({ where: { id } });
  const { id: actorId } = await outbox.prisma.user.findUniqueOrThrow({ where: { username: 'admin' } });
  return createNoticeEditing(prisma, outbox.now).publish(id, version, { actorId, address: '127.0.0.1' });
}
const publishedAt = async (id: string) =>
  (await outbox.prisma.notice.findUniqueOrThrow({ where: { id } })).publishedAt;

test('a publication notifies everybody who is bound, active and has not left', async () => {
  // zhouba is disabled, lisi not bound; the platform has told us that zhaoliu left.
  await outbox.prisma.user.update({ where: { username: 'zhaoliu' }, data: { leftAt: new Date() } });
  const id = await draft();
  expect(await publish(id)).toMatchObject({ outcome: 'published', receivers: 3 });
  expect(await publishedAt(id)).toEqual(new Date(outbox.now()));
  await outbox.worker().drain();
  expect(outbox.received('停电通知')).toEqual({
    [idOf('zhangsan')]: 1,
    [idOf('chenguang')]: 1,
    [idOf('admin')]: 1,
  });
  expect(outbox.emulator.control.messages()[0]?.content).toEqual({
    msgtype: 'text',
    text: { content: '新公告：停电通知\n发布时间：2026-01-02 09:00:00\n请打开应用查看。' },
  });
});

test('an account with a comma in its platform id does not stop the notification to the others', async () => {
  await outbox.prisma.user.update({ where: { username: 'admin' }, data: { dingUserId: '1,2' } });
  expect(await publish(await draft())).toMatchObject({ outcome: 'published', receivers: 3 });
  await outbox.worker().drain();
  expect(outbox.received('停电通知')).toMatchObject({ [idOf('zhangsan')]: 1, [idOf('chenguang')]: 1 });
});

test('a notice that is unpublished by hand and published again notifies nobody twice', async () => {
  const id = await draft();
  await publish(id);
  await outbox.prisma.notice.update({ where: { id }, data: { publishedAt: null } });
  expect(await publish(id)).toMatchObject({ outcome: 'published', receivers: 0 });
  expect(await createMessages(outbox.prisma, outbox.connect(), outbox.now).byKey(noticeKey(id))).toHaveLength(
    1,
  );
});

test('a notice with a date set by hand counts as published', async () => {
  const tomorrow = new Date(outbox.now() + 24 * 60 * 60_000);
  const id = await draft('定时', tomorrow);
  expect(await publish(id)).toMatchObject({ outcome: 'conflict' });
  expect(await outbox.rows()).toEqual([]);
});

test('the date and the messages are written together or not at all', async () => {
  const id = await draft();
  const failing = outbox.prisma.$extends({
    query: {
      outboxMessage: {
        async createMany({ args, query }) {
          await query(args);
          throw new Error('disk full');
        },
      },
    },
  }) as unknown as typeof outbox.prisma;
  await expect(publish(id, failing)).rejects.toThrow('disk full');
  expect(await publishedAt(id)).toBeNull();
  expect(await outbox.rows()).toEqual([]);
  expect(await publish(id)).toMatchObject({ outcome: 'published' });
});

test('thousands of readers are each notified once', async () => {
  await outbox.prisma.user.createMany({
    data: Array.from({ length: 2500 }, (_, at) => ({
      username: `reader-${at}`,
      name: '读者',
      dingUserId: `reader-${at}`,
    })),
  });
  const id = await draft();
  expect(await publish(id)).toMatchObject({ outcome: 'published', receivers: 2504 });
  const rows = await outbox.rows();
  expect(rows).toHaveLength(26);
  expect(new Set(rows.flatMap((row) => row.receivers)).size).toBe(2504);
});

test('a notice is published even if there is nobody to notify', async () => {
  await outbox.prisma.user.updateMany({ data: { status: 'DISABLED' } });
  const id = await draft();
  expect(await publish(id)).toMatchObject({ outcome: 'published', receivers: 0 });
  expect(await publishedAt(id)).not.toBeNull();
});

test('a title of any length fits into a message', async () => {
  const id = await draft(`${'很长的标题"\n'.repeat(400)}`);
  expect(await publish(id)).toMatchObject({ outcome: 'published' });
  await outbox.worker().drain();
  expect((await outbox.row()).status).toBe('SENT');
});

test('a notice of the same title a minute later is delivered too', async () => {
  for (const id of [await draft(), await draft()]) {
    await publish(id);
    await outbox.worker().drain();
    outbox.advance(60_000);
  }
  expect(outbox.received('停电通知')[idOf('zhangsan')]).toBe(2);
});
