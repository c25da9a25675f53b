import type { PlatformName } from '../platform/platform.ts';
import { idOf, type Outbox, openOutbox } from '../testing/messages.ts';
import { createClaims } from './claims.ts';
import { createMessages, type Messages } from './messages.ts';
import { maxAttempts } from './worker.ts';

const hour = 60 * 60_000;
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
  });

  test('what is just being sent, or may have been, is not recalled', async () => {
    await outbox.add('news');
    const { id } = await outbox.row();
    for (const status of ['SENDING', 'UNCERTAIN', 'FAILED'] as const) {
      await outbox.prisma.outboxMessage.update({ where: { id }, data: { status } });
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
