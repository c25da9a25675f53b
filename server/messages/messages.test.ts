import { maxAttempts } from '../jobs/queue.ts';
import { idOf, type Outbox, openOutbox } from '../testing/messages.ts';
import { createMessages, type Messages } from './messages.ts';

const unknownId = '01900000-0000-7000-8000-000000000000';
const zhangsan = idOf('zhangsan');
const zhaoliu = idOf('zhaoliu');

let outbox: Outbox;
let messages: Messages;

beforeAll(async () => {
  outbox = await openOutbox('dingtalk');
});
afterAll(() => outbox.close());
beforeEach(async () => {
  await outbox.reset();
  messages = createMessages(outbox.prisma, outbox.connect(), outbox.now);
});

/** A message that was sent. @returns its id. */
async function sent(more?: Parameters<Outbox['add']>[1]): Promise<string> {
  await outbox.add('news', more);
  await outbox.worker().drain();
  return (await outbox.row()).id;
}

test('the result of a sent notification names who got it', async () => {
  const id = await sent({ receivers: [zhangsan, zhaoliu] });
  const result = {
    done: true,
    read: [],
    unread: [zhangsan],
    invalid: [zhaoliu],
    forbidden: [],
    failed: [],
  };
  expect(await messages.messageResult(id)).toEqual({ outcome: 'known', result });
  const silent = createMessages(outbox.prisma, { getMessageResult: async () => null }, outbox.now);
  expect(await silent.messageResult(id)).toEqual({ outcome: 'not-told' });
});

test('the platform does not tell the result of a DING', async () => {
  expect(await messages.messageResult(await sent({ kind: 'DING' }))).toEqual({ outcome: 'not-told' });
});

test('a message that is not sent or does not exist has no result', async () => {
  await outbox.add('news');
  const { id } = await outbox.row();
  expect(await messages.messageResult(id)).toMatchObject({
    outcome: 'not-sent',
    state: { status: 'PENDING' },
  });
  expect(await messages.messageResult(unknownId)).toEqual({ outcome: 'not-found' });
});

test('failed and doubtful messages are listed, the latest first, without those that were taken back', async () => {
  const rows = [
    ['a', 'PENDING'],
    ['b', 'FAILED'],
    ['c', 'UNCERTAIN'],
    ['d', 'SENT'],
    ['e', 'FAILED'],
    ['f', 'FAILED'],
  ] as const;
  for (const [key, status] of rows) {
    await outbox.add(key, {
      content: { type: 'text', text: `${key} 请各科室于下午三点前报送本周值班安排表` },
    });
    const where = { dedupKey: `${key}#1` };
    await outbox.prisma.outboxMessage.update({ where, data: { status, lastError: '原因' } });
    outbox.advance(1000);
  }
  await outbox.prisma.outboxMessage.update({
    where: { dedupKey: 'e#1' },
    data: { recallWantedAt: new Date(outbox.now()) },
  });
  const { total, messages: listed } = await messages.unsent(2);
  expect(total).toBe(3);
  expect(listed.map(({ excerpt, status }) => [excerpt, status])).toEqual([
    ['f 请各科室于下午三点前报送本周值班安排…', 'FAILED'],
    ['c 请各科室于下午三点前报送本周值班安排…', 'UNCERTAIN'],
  ]);
  expect(listed[0]).toMatchObject({
    receivers: [zhangsan],
    lastError: '原因',
    createdAt: expect.any(Date),
  });
  expect(await messages.byId(listed[0]?.id ?? '')).toMatchObject({ status: 'FAILED', lastError: '原因' });
  expect(await messages.byId(unknownId)).toBeNull();
});

test('a failed or doubtful message is resent on request', async () => {
  for (const status of ['FAILED', 'UNCERTAIN'] as const) {
    await outbox.prisma.outboxMessage.deleteMany();
    await outbox.add(status, { kind: 'DING', content: { type: 'text', text: status } });
    const { id } = await outbox.row();
    const spent = { status, attempts: maxAttempts, lastError: '原因' };
    await outbox.prisma.outboxMessage.update({ where: { id }, data: spent });
    await outbox.worker().drain();
    expect(outbox.received(status)).toEqual({});
    expect(await messages.resend(id)).toBe(true);
    await outbox.worker().drain();
    expect(outbox.received(status)).toEqual({ [zhangsan]: 1 });
    expect(await outbox.row()).toMatchObject({ status: 'SENT', lastError: null });
    expect(await messages.resend(id)).toBe(false);
  }
  expect(await messages.resend(unknownId)).toBe(false);
});

test('the rows of a key come in order, without those of other keys', async () => {
  const receivers = Array.from({ length: 12_000 }, (_, at) => String(at));
  await outbox.add('news', { receivers });
  await outbox.add('news2');
  await outbox.add('news#1');
  const states = await messages.byKey('news');
  expect(states.flatMap((state) => state.receivers)).toEqual(receivers);
  expect(await messages.byKey('nothing')).toEqual([]);
});
