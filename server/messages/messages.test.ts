import { maxAttempts } from '../jobs/queue.ts';
import type { PlatformName } from '../platform/platform.ts';
import { idOf, type Outbox, openOutbox } from '../testing/messages.ts';
import { createClaims } from './claims.ts';
import { createMessages, type Messages } from './messages.ts';

const minute = 60_000;
const hour = 60 * minute;
const unknownId = '01900000-0000-7000-8000-000000000000';
const zhangsan = idOf('zhangsan');
const zhaoliu = idOf('zhaoliu');

describe.each<PlatformName>(['dingtalk', 'zhezhengding'])('%s', (name) => {
  let outbox: Outbox;
  let messages: Messages;

  beforeAll(async () => {
    outbox = await openOutbox(name);
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

  test('the result of a sent notification', async () => {
    const id = await sent({ receivers: [zhangsan, zhaoliu] });
    const result = {
      done: true,
      read: [],
      unread: [zhangsan],
      invalid: [zhaoliu],
      forbidden: [],
      failed: [],
    };
    expect(await messages.messageResult(id)).toEqual(
      name === 'dingtalk' ? { outcome: 'known', result } : { outcome: 'not-told' },
    );
  });

  test('the result of a DING is not told', async () => {
    expect(await messages.messageResult(await sent({ kind: 'DING' }))).toEqual({ outcome: 'not-told' });
  });

  test('the result of what is not sent, or does not exist', async () => {
    await outbox.add('news');
    const { id } = await outbox.row();
    expect(await messages.messageResult(id)).toMatchObject({
      outcome: 'not-sent',
      state: { status: 'PENDING' },
    });
    expect(await messages.messageResult(unknownId)).toEqual({ outcome: 'not-found' });
  });

  test('a sent notification is recalled, again as well', async () => {
    const id = await sent();
    outbox.advance(hour);
    expect(await messages.recall(id)).toEqual({ outcome: 'recalled' });
    expect(await messages.recall(id)).toEqual({ outcome: 'recalled' });
    expect(outbox.emulator.control.messages()).toMatchObject([{ recalled: true }]);
  });

  test('after 24 hours it is too late', async () => {
    const id = await sent();
    outbox.advance(24 * hour);
    expect(await messages.recall(id)).toEqual({ outcome: 'too-late' });
    expect(outbox.emulator.control.messages()).toMatchObject([{ recalled: false }]);
  });

  test('a DING that has rung is not recalled', async () => {
    expect(await messages.recall(await sent({ kind: 'DING' }))).toEqual({ outcome: 'not-possible' });
  });

  test('what is still waiting is cancelled, also when a worker has it in hand', async () => {
    await outbox.add('news');
    const claims = createClaims(outbox.prisma, outbox.now);
    const [claim] = await claims.claim({
      kinds: ['WORK_NOTIFICATION'],
      limit: 1,
      doubtfulSince: 0,
      maxAttempts,
    });
    if (claim === undefined) throw new Error('not claimed');
    expect(await messages.recall(claim.id)).toEqual({ outcome: 'cancelled' });
    expect(await claims.begin(claim)).toBeNull();
    await outbox.worker().drain();
    expect(outbox.emulator.control.messages()).toEqual([]);
    expect(await messages.byKey('news')).toMatchObject([{ status: 'FAILED', lastError: '发送前已撤回' }]);
    // Whoever took it back does not want it sent.
    expect(await messages.resend(claim.id)).toBe(false);
  });

  test('a doubtful notification that is taken back is not repeated, and recalled if it was sent after all', async () => {
    await outbox.add('news');
    const worker = outbox.worker();
    const sendApi =
      name === 'dingtalk' ? '/topapi/message/corpconversation/asyncsend_v2' : '/message/workNotification';
    outbox.emulator.control.fault({ path: sendApi, kind: 'reset' });
    await worker.drain();
    const { id, attempts } = await outbox.row();
    expect(await messages.recall(id)).toMatchObject({ outcome: 'not-sent', state: { status: 'UNCERTAIN' } });
    expect(await messages.resend(id)).toBe(false);
    for (let minutes = 0; minutes < 10; minutes += 1) {
      outbox.advance(minute);
      await worker.drain();
    }
    expect(outbox.emulator.control.calls()[sendApi]).toBe(1);
    // The process that was taken for dead has had its answer after all.
    const [message] = outbox.emulator.control.messages();
    const taskId = message?.bizMsgId ?? message?.id ?? '';
    await outbox.prisma.outboxMessage.update({
      where: { id, attempts },
      data: { status: 'SENT', taskId, sentAt: new Date(outbox.now()) },
    });
    expect(await outbox.recalls().drain()).toBe(1);
    expect(outbox.emulator.control.messages()).toMatchObject([{ recalled: true }]);
  });

  test('what failed or is doubtful is listed, the latest first, and not what was taken back', async () => {
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
    const { id } = await outbox.prisma.outboxMessage.findUniqueOrThrow({ where: { dedupKey: 'e#1' } });
    await messages.recall(id);
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

  test('what is just being sent, or may have been, is not recalled', async () => {
    await outbox.add('news');
    const { id } = await outbox.row();
    for (const status of ['SENDING', 'UNCERTAIN', 'FAILED'] as const) {
      await outbox.prisma.outboxMessage.update({ where: { id }, data: { status, recallWantedAt: null } });
      expect(await messages.recall(id)).toMatchObject({ outcome: 'not-sent', state: { id, status } });
      expect(await outbox.row()).toMatchObject({ status });
    }
    expect(await messages.recall(unknownId)).toEqual({ outcome: 'not-found' });
  });

  test('the platform’s failure at a recall is the caller’s', async () => {
    const id = await sent();
    const path = name === 'dingtalk' ? '/topapi/message/corpconversation/recall' : '/message/revoke';
    outbox.emulator.control.fault({ path, kind: 'errcode' });
    await expect(messages.recall(id)).rejects.toMatchObject({ name: 'PlatformError', kind: 'busy' });
  });

  test('a failed or doubtful message is sent once more when somebody says so', async () => {
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

  test('the rows of a key, in order, and of no other key', async () => {
    const receivers = Array.from({ length: 12_000 }, (_, at) => String(at));
    await outbox.add('news', { receivers });
    await outbox.add('news2');
    await outbox.add('news#1');
    const states = await messages.byKey('news');
    expect(states.flatMap((state) => state.receivers)).toEqual(receivers);
    expect(await messages.byKey('nothing')).toEqual([]);
  });
});
